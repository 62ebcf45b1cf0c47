"""Leaving whole groups out: the folds, and predictions of rows by a fit that never saw their group.

Rows of one device, source or model family are not exchangeable with rows of a new one, so a figure for new
ones is judged on groups left out whole. Every fold's fit starts cold and converges: a fold that starts from
the fit of all rows remembers the rows it must not know.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GroupKFold, cross_val_predict

FOLDS = 8
SEED = 0
"""Of the order in which groups are dealt to folds: any number; what is fitted always takes the same one."""


def whole_groups(groups: Iterable[str], n_folds: int = FOLDS, seed: int = SEED) -> GroupKFold:
    """A splitter that keeps groups whole; never more folds than groups. Raises ValueError for one group."""
    n_groups = len(set(groups))
    if n_groups < 2:
        raise ValueError("leaving groups out wants two groups at least")
    return GroupKFold(n_splits=min(n_folds, n_groups), shuffle=True, random_state=seed)


def fold_of(groups: Iterable[str], n_folds: int = FOLDS, seed: int = SEED) -> npt.NDArray[np.int64]:
    """The fold in which each row is left out, (n,)."""
    names = np.asarray(list(groups))
    folds = np.zeros(len(names), np.int64)
    for i, (_, inside) in enumerate(whole_groups(names, n_folds, seed).split(folds, groups=names)):
        folds[inside] = i
    return folds


def left_out(
    estimator: BaseEstimator,
    X: Any,
    y: npt.NDArray[np.float64],
    groups: Iterable[str],
    folds: int | GroupKFold = FOLDS,
    /,
    **fit_params: Any,
) -> npt.NDArray[np.float64]:
    """Predictions (n,) of every row by a cold fit without its group; *folds* are their number, or a splitter
    of `whole_groups`.

    *fit_params* are handed to `fit`; those with one value per row (such as `sample_weight`) are cut to the
    rows of the fold.
    """
    names = np.asarray(list(groups))
    cv = folds if isinstance(folds, GroupKFold) else whole_groups(names, folds)
    found = cross_val_predict(clone(estimator), X, y, groups=names, cv=cv, params=fit_params)
    return np.asarray(found, float)
