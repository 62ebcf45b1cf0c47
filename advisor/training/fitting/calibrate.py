"""Widths of intervals from groups left out: split-conformal, every group counting once.

The score of a row is its error over its scale. A scale that is itself fitted on errors is fitted on other
groups than those whose scores it makes (`cross_scaled`), so the quantile never sees a scale that has seen its
row. A level that the groups do not carry is None (`interval.groups_wanted` says how many it wants): nothing
is made up beyond it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from advisor.prediction.interval import LEVELS, group_quantile
from advisor.training.fitting.folds import fold_of

NORMAL_MEDIAN = 0.6745
"""Median of |x| of a standard normal x."""
DIGITS = 6
"""Significant digits in the artifact: more than any width carries."""


def widths(scores: Sequence[float], groups: Sequence[str]) -> dict[str, float | None]:
    """Level -> the score that covers a row of a new group; None where too few groups carry the level."""
    found = {level: group_quantile(scores, groups, level) for level in LEVELS}
    return {str(level): rounded(width) if math.isfinite(width) else None for level, width in found.items()}


def stratum(scores: Sequence[float], groups: Sequence[str]) -> dict[str, Any]:
    """What the artifact holds of one stratum: groups, rows, and half widths by level."""
    return {"groups": len(set(groups)), "rows": len(scores), "half_widths": widths(scores, groups)}


def strata(
    scores: Sequence[float], groups: Sequence[str], chains: Iterable[Sequence[str]]
) -> dict[str, dict[str, Any]]:
    """Stratum -> `stratum` of its rows; *chains* names the strata of every row, the particular first."""
    members: dict[str, list[int]] = defaultdict(list)
    for i, chain in enumerate(chains):
        for name in chain:
            members[name].append(i)
    return {
        name: stratum([scores[i] for i in chosen], [groups[i] for i in chosen])
        for name, chosen in sorted(members.items())
    }


def cross_scaled(
    fit_scale: Callable[[npt.NDArray[np.int64]], Callable[[npt.NDArray[np.int64]], npt.NDArray[np.float64]]],
    errors: npt.NDArray[np.float64],
    groups: Sequence[str],
    n_folds: int = 5,
) -> npt.NDArray[np.float64]:
    """|error| ÷ scale of every row, the scale fitted on other groups.

    *fit_scale* takes the indices of rows to fit on and returns a function from indices to scales.
    """
    fold = fold_of(groups, n_folds)
    scores = np.zeros(len(errors))
    for i in sorted(set(fold.tolist())):
        inside = np.flatnonzero(fold == i)
        scores[inside] = np.abs(errors[inside]) / fit_scale(np.flatnonzero(fold != i))(inside)
    return scores


def coverage(inside: Iterable[bool], groups: Iterable[str]) -> float:
    """Share of rows inside, every group counting once."""
    return float(pd.Series(list(inside), dtype=float).groupby(list(groups)).mean().mean())


def rounded(value: float, digits: int = DIGITS) -> float:
    """The value with so many significant digits."""
    return float(f"{value:.{digits}g}")
