"""The constants of the decision, taken from the measurements."""

from __future__ import annotations

from advisor.prediction.artifacts import load
from advisor.training.decision import fit


def test_the_constants_are_what_the_tables_give() -> None:
    """A refit gives the installed part, figure for figure."""
    assert fit() == load("decision")


def test_a_size_step_costs_more_than_a_benchmark_can_tell() -> None:
    """One step down in size loses more than the sharpest benchmark's error, on many pairs."""
    found = load("decision")
    assert found["smaller_model_loss_pct"] > found["benchmark_resolution_pct"] > 0.3
    assert found["smaller_model_pairs"] > 50
    assert 0.02 < found["speed_resolution"] < 0.5
