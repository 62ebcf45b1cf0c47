"""Predictions beside what was measured, and the lines of a table that sum them up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from advisor.training.fitting.calibrate import coverage

CONFIDENCE = 0.9


class Scored(NamedTuple):
    """One row that the artifact has not seen."""

    source: str
    measured: float
    predicted: float
    inside: bool
    """Whether the measured figure lies in the interval at CONFIDENCE."""


def relative(row: Scored) -> float:
    """|predicted ÷ measured - 1|."""
    return abs(row.predicted / row.measured - 1.0)


def factor(row: Scored) -> float:
    """By which the prediction is off, 1 or more."""
    return float(np.exp(abs(np.log(row.predicted / row.measured))))


def points(row: Scored) -> float:
    """|predicted - measured|."""
    return abs(row.predicted - row.measured)


def line(figure: str, rows: Iterable[Scored], error: Callable[[Scored], float]) -> list[dict[str, Any]]:
    """One line of the table; none without rows. `too_high` is the share predicted above what was measured:
    a half where there is no bias. Coverage counts every source once."""
    found = list(rows)
    if not found:
        return []
    return [
        {
            "figure": figure,
            "rows": len(found),
            "sources": len({row.source for row in found}),
            "error": error.__name__,
            "median": float(np.median([error(row) for row in found])),
            "p90": float(np.quantile([error(row) for row in found], 0.9)),
            "too_high": float(np.mean([row.predicted > row.measured for row in found])),
            "covered": coverage([row.inside for row in found], [row.source for row in found]),
        }
    ]
