"""Errors of figures, and the line that sums them up."""

from __future__ import annotations

import pytest

from advisor.evaluation.unseen.scored import Scored, factor, line, points, relative

HIGH, LOW = Scored("a", 100.0, 120.0, True), Scored("b", 100.0, 80.0, False)


def test_errors_of_one_figure() -> None:
    """120 for 100 is a fifth, twenty points, and a factor of 1.2."""
    assert relative(HIGH) == pytest.approx(0.2)
    assert (points(HIGH), factor(HIGH), factor(LOW)) == (20.0, pytest.approx(1.2), pytest.approx(1.25))


def test_every_source_counts_once_in_what_is_covered() -> None:
    """Three rows of one source inside and one of another outside cover a half; three of four are too high."""
    found = line("x", [HIGH, HIGH, HIGH, LOW], relative)[0]
    assert (found["rows"], found["sources"], found["covered"], found["too_high"]) == (4, 2, 0.5, 0.75)
    assert (found["error"], found["median"]) == ("relative", pytest.approx(0.2))


def test_no_rows_are_no_line() -> None:
    """A figure nobody measured has no line of zeros."""
    assert line("x", [], relative) == []
