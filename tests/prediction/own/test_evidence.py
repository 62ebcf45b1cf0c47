"""What the user measured, as plain data."""

from __future__ import annotations

from advisor.prediction.own.evidence import NOTHING_OWN, PHASES, Evidence, Point


def test_nothing_is_measured_unless_it_is_handed_in() -> None:
    """A case without own rows has none, and no word of any."""
    assert (NOTHING_OWN.speed, NOTHING_OWN.damage, NOTHING_OWN.notes) == ((), (), ())


def test_a_row_is_calm_and_alone_unless_said() -> None:
    """Both phases of local speed have rows, and rows may be the key of a table."""
    row = Evidence("cpu", "decode", Point("Q4_K", 22.0, False, "m"), 0.1)
    assert (row.rows, row.doubtful, PHASES) == (1, False, ("decode", "prefill"))
    assert {row: 1}[row._replace(rows=1)] == 1
