"""Rows beside what a fit without their group said of them, as pandas columns: what sums them up.

Every predictor judges itself on a table of one line per row: how far off it was, what was left out
(`unseen`), whether its interval held (`inside`), and what the row is grouped by. In all figures over groups
a group counts once, however many rows it has.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor

from advisor.training.fitting.folds import SEED, left_out

LEAVES = 15
"""Of a tree: small, since rows of a few hundred groups carry no fine ones."""


def relative(off: Any) -> Any:
    """|predicted ÷ measured - 1| of *off*, the logs of measured ÷ predicted."""
    return np.abs(np.expm1(-off))


def over_groups(errors: pd.Series, groups: Any) -> float | None:
    """The median over groups of their medians, rows without an error left out; None for none."""
    medians = errors.groupby(groups).median().dropna()
    return float(medians.median()) if len(medians) else None


def boosted(
    off: npt.NDArray[np.float64],
    about: Any,
    groups: Any,
    n_folds: int,
    weight: npt.NDArray[np.float64],
    loss: Literal["absolute_error", "squared_error"] = "absolute_error",
) -> npt.NDArray[np.float64]:
    """What trees that look at *about* say of what a predictor leaves (*off*), each row's trees grown without
    its group: the machine-learned variant beside the physics."""
    trees = HistGradientBoostingRegressor(loss=loss, max_leaf_nodes=LEAVES, max_iter=100, random_state=SEED)
    return left_out(trees, about, off, groups, n_folds, sample_weight=weight)
