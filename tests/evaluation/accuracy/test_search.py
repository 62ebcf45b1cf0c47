"""The search for spreads of priors, tiny."""

from __future__ import annotations

from advisor.evaluation.accuracy.search import search
from advisor.training.accuracy.priors import PRIORS


def test_each_pattern_is_tried_at_half_and_double_beside_what_is() -> None:
    """Five families and one pattern: three lines, each with an error of losses and of damage."""
    found = search(5, ("group:*",))["rows"]
    sd = PRIORS.table["group:*"].sd
    assert [(line["prior"], line["sd"]) for line in found] == [
        ("as it is", None),
        ("group:*", sd / 2),
        ("group:*", sd * 2),
    ]
    assert {True} == {0 < line["loss"] < 20 and 0 < line["damage"] < 3 for line in found}
