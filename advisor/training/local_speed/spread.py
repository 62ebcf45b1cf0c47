"""Fits the scale of the error of local speed: which cases are predicted well, which badly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import GammaRegressor

from advisor.prediction.interval import group_weights
from advisor.prediction.local_speed.spread import evidence_keys, knowledge_sign, scale, spread_features
from advisor.training.local_speed.rows import Row

Vector = npt.NDArray[np.float64]
Features = list[tuple[str, float]]
SMALLEST, LARGEST = 0.005, 1.0
"""Errors (in logs) count as between these: rounding sets no scale, and neither does one broken run."""
RIDGE_GROUPS = 4.0
"""Prior precision of every coefficient, in groups: a feature few groups carry stays near 0."""


def support(rows: Iterable[Row], who: Callable[[Row], str]) -> dict[str, int]:
    """How many measured: sources by device, scheme family and engine, devices by generation, each on its
    backend."""
    seen: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for kind, name in evidence_keys(row.work).items():
            seen[name].add(row.device.key if kind == "generation" else who(row))
    return {name: len(found) for name, found in sorted(seen.items())}


def held_out_features(
    phase: str, rows: Sequence[Row], fold: npt.NDArray[np.int64], who: Callable[[Row], str]
) -> list[Features]:
    """Every row's features as they were when its fold was left out."""
    out: list[Features] = [[] for _ in rows]
    for i in sorted(set(fold.tolist())):
        known = support((row for row, f in zip(rows, fold, strict=True) if f != i), who)
        for j in np.flatnonzero(fold == i).tolist():
            out[j] = spread_features(phase, rows[j].work, known)
    return out


def fit_scale(features: Sequence[Features], residuals: Vector, groups: Sequence[str]) -> dict[str, float]:
    """Coefficients of the log of the expected |residual|: a gamma regression in which every group counts
    once. The constant stands under ''.

    Whoever knows more errs less: a coefficient by which knowledge would widen (`knowledge_sign`) is noise,
    and is left out.
    """
    size, weights = np.clip(np.abs(residuals), SMALLEST, LARGEST), np.array(group_weights(groups))
    vectorizer = DictVectorizer(sort=True)
    x = vectorizer.fit_transform([{name: value for name, value in row if name} for row in features])
    names = vectorizer.feature_names_
    kept = list(range(len(names)))
    while True:
        model = GammaRegressor(alpha=RIDGE_GROUPS / len(set(groups)), max_iter=1000)
        model.fit(x[:, kept], size, sample_weight=weights)
        found = {names[i]: float(value) for i, value in zip(kept, model.coef_, strict=True)}
        right = [i for i in kept if found[names[i]] * knowledge_sign(names[i]) >= 0]
        if right == kept:
            return found | {"": float(model.intercept_)}
        kept = right


def scales(features: Sequence[Features], coefficients: dict[str, float]) -> Vector:
    """The scale of every row."""
    return np.array([scale(row, coefficients) for row in features])
