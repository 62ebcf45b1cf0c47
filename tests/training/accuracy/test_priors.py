"""The priors of the accuracy model."""

from __future__ import annotations

from advisor.training.accuracy.model import RowFeatures
from advisor.training.accuracy.priors import JUDGED, PRIORS
from advisor.training.accuracy.rows import Row


def test_every_coefficient_of_the_real_rows_has_a_prior(measured: list[Row]) -> None:
    """No name is without one, and what belongs to one model is held closer than what all share."""
    names = RowFeatures().fit(measured).vectorizer_.feature_names_
    means, sds, _ = PRIORS.arrays(tuple(names))
    assert len(means) == len(names) > 1000
    assert sds.min() > 0
    assert PRIORS.of("model:Llama-3.1-8B").sd < PRIORS.of("fam:llama-3").sd < PRIORS.of("size").sd


def test_every_prior_says_why() -> None:
    """A reason stands beside each, and those a search may compare are marked."""
    assert "" not in {prior.why for prior in PRIORS.table.values()}
    assert sum(prior.why == JUDGED for prior in PRIORS.table.values()) > 10
