"""The table of priors."""

from __future__ import annotations

from advisor.training.serving_speed.priors import PRIORS


def test_every_name_has_a_prior_with_a_reason(small):
    """No coefficient of the sample is without one."""
    assert {True} == {bool(PRIORS.of(name).why) for name in small.features.names_}
