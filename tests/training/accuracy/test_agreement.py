"""How far sources of one configuration lie apart."""

from __future__ import annotations

from advisor.training.accuracy.agreement import floors, scatter
from advisor.training.accuracy.frame import frame
from advisor.training.accuracy.rows import Row


def test_the_floor_between_sources_is_measured(measured: list[Row]) -> None:
    """Two sources of one configuration differ by more than half a point of loss."""
    task = next(row for row in floors(frame(measured)) if row["figure"] == "task")
    assert task["pairs"] >= 50
    assert task["median_gap"] > 0.5


def test_sources_scatter_in_log_damage(measured: list[Row]) -> None:
    """By a tenth to a half, between corpora and contexts."""
    assert 0.1 < scatter(frame(measured)) < 0.5
