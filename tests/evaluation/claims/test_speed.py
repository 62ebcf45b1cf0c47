"""Claims about speed, as the measurements stand."""

from __future__ import annotations

from advisor.evaluation.claims.claim import CONDITIONS, HOLDS
from advisor.evaluation.claims.speed import LADDER, MANY, crossover_claim, faster_claim


def test_the_crossover_is_counted_in_pairs_of_one_machine() -> None:
    """W4A16 leads alone in most pairs; the finding says both sides."""
    found = crossover_claim()
    assert found.verdict in (HOLDS, CONDITIONS)
    assert found.n > 100
    assert f"{MANY} and more or saturated" in found.finding


def test_steps_of_the_ladder_are_compared_by_phase() -> None:
    """Decode reads fewer bytes with fewer bits; prompts do not follow as surely."""
    found = faster_claim()
    assert found.verdict == CONDITIONS
    assert "decode: the one with fewer bits is faster in" in found.finding
    assert (LADDER[0], LADDER[-1]) == ("Q2_K", "F16")
