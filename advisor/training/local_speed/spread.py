"""Fits the scale of the error of local speed: which cases are predicted well, which badly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from advisor.prediction import interval
from advisor.prediction.local_speed.spread import evidence_keys, scale, spread_features
from advisor.training.local_speed.rows import Row

CLIP = 1.0
"""Errors (in logs) beyond a factor of e count as that: one broken run must not set a scale."""
RIDGE = 4.0
"""Prior precision of every coefficient but the first, in groups: a feature few groups carry stays near 0."""
STEPS = 30


def support(rows: Iterable[Row], who: Callable[[Row], str]) -> dict[str, int]:
    """How many measured: sources by device, scheme family and engine, devices by generation, each on its
    backend."""
    seen: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for kind, name in evidence_keys(row.case).items():
            seen[name].add(row.device.key if kind == "generation" else who(row))
    return {name: len(found) for name, found in sorted(seen.items())}


def held_out_features(
    phase: str, rows: Sequence[Row], fold: np.ndarray, who: Callable[[Row], str]
) -> list[list[tuple[str, float]]]:
    """Every row's features as they were when its fold was left out."""
    out: list[list[tuple[str, float]]] = [[] for _ in rows]
    for i in sorted(set(fold)):
        known = support((row for row, f in zip(rows, fold, strict=True) if f != i), who)
        for j in np.flatnonzero(fold == i):
            out[j] = spread_features(phase, rows[j].case, known)
    return out


def fit_scale(
    features: Sequence[list[tuple[str, float]]], residuals: np.ndarray, groups: Sequence[str]
) -> dict[str, float]:
    """Coefficients that make |residual| Laplace distributed with this scale; every group counts once.

    Minimises Σ w (|r| e^-s + s) + ridge, which is convex in the coefficients of s = x·b, by Newton's method.
    """
    names = sorted({name for row in features for name, _ in row})
    index = {name: i for i, name in enumerate(names)}
    x = np.zeros((len(features), len(names)))
    for i, row in enumerate(features):
        for name, value in row:
            x[i, index[name]] = value
    size = np.clip(np.abs(residuals), 0.005, CLIP)
    weights = np.array(interval.group_weights(groups))
    ridge = np.where(np.array(names) == "", 1e-6, RIDGE)
    b = np.zeros(len(names))
    b[index[""]] = np.log(np.average(size, weights=weights))
    for _ in range(STEPS):
        pull = weights * size * np.exp(-(x @ b))
        gradient = x.T @ (weights - pull) + ridge * (b - np.where(ridge < 1, b, 0.0))
        hessian = (x * pull[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(hessian, gradient)
        b -= step * min(1.0, 1.0 / max(1e-9, float(np.abs(step).max())))
        if float(np.abs(step).max()) < 1e-7:
            break
    return {name: float(value) for name, value in zip(names, b, strict=True)}


def scales(features: Sequence[list[tuple[str, float]]], coefficients: dict[str, float]) -> np.ndarray:
    """The scale of every row."""
    return np.array([scale(row, coefficients) for row in features])
