"""How far sources of one configuration lie apart."""

from __future__ import annotations

from advisor.training.accuracy.agreement import scatter
from advisor.training.accuracy.frame import frame
from advisor.training.accuracy.rows import Row


def test_sources_scatter_in_log_damage(measured: list[Row]) -> None:
    """By a tenth to a half, between corpora and contexts."""
    assert 0.1 < scatter(frame(measured)) < 0.5
