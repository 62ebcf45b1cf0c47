"""Intervals from what whole families and sources left out showed: benchmark noise taken off, then conformal.

A published score misses the expected one by sampling error; only what is left over is the model's error.
The error is a shift of the log price, with a standard deviation that depends on that price; the share of
standard deviations that covers new groups is read from the residuals (`interval.group_quantile`).
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Sequence

import numpy as np

from advisor.prediction.interval import group_quantile
from advisor.training.accuracy.fit import fit_coefficients, predict_rows
from advisor.training.accuracy.rows import Row

FOLDS = 6
CONFIDENCES = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.925, 0.95, 0.975, 0.99)
PRICE_KNOTS = (-6.0, -4.5, -3.5, -2.5, -1.5, -0.5)
"""Log prices at which the spread is estimated: losses of about 0.2, 1, 3, 8, 20 and 45 percent."""
STEEPEST = 0.3
"""The spread may grow by at most this per unit of falling price: up to 3.3 spreads a bound stays monotone."""
SMALL_LOSS_PCT = 1.0
"""Expected losses below this are noise for the benchmark; its own error is read there."""


def folds_of(groups: Sequence[str], n: int = FOLDS) -> np.ndarray:
    """Fold of each row: whole groups, the largest first into the emptiest fold, ties by name."""
    sizes: dict[str, int] = {}
    for group in groups:
        sizes[group] = sizes.get(group, 0) + 1
    load, fold = [0] * n, {}
    for group in sorted(sizes, key=lambda g: (-sizes[g], zlib.crc32(g.encode()))):
        fold[group] = min(range(n), key=load.__getitem__)
        load[fold[group]] += sizes[group]
    return np.array([fold[group] for group in groups])


def left_out(
    rows: list[Row],
    group_of: Callable[[Row], str],
    progress: Callable[[float], None] | None = None,
    n: int = FOLDS,
) -> tuple[np.ndarray, np.ndarray]:
    """Predicted y and Z of every row from a fit that never saw its group."""
    fold = folds_of([group_of(row) for row in rows], n)
    ys, zs = np.zeros(len(rows)), np.zeros(len(rows))
    for index in range(n):
        inside = np.flatnonzero(fold == index)
        if len(inside):
            coefficients = fit_coefficients([rows[i] for i in np.flatnonzero(fold != index)])
            ys[inside], zs[inside] = predict_rows([rows[i] for i in inside], coefficients)
        if progress:
            progress((index + 1) / n)
    return ys, zs


def price(loss: np.ndarray, ceiling: np.ndarray) -> np.ndarray:
    """Log price of an expected *loss* in percent under *ceiling*."""
    share = np.clip(loss / 100.0 / ceiling, 1e-5, 0.9999)
    return np.log(-np.log1p(-share))


def loss_at(linear: np.ndarray, ceiling: np.ndarray) -> np.ndarray:
    """Inverse of `price`."""
    return -100.0 * ceiling * np.expm1(-np.exp(np.minimum(linear, 6.0)))


def repetition(tasks: list[Row], predicted: np.ndarray) -> dict[str, float]:
    """By category: the part of the sampling error that two runs of the same questions do not share."""
    found = {}
    small = predicted < SMALL_LOSS_PCT
    for category in sorted({row.category for row in tasks}):
        pick = [i for i, row in enumerate(tasks) if row.category == category and small[i]]
        if len(pick) >= 30:
            ratio = np.array([abs(tasks[i].y - predicted[i]) / (0.6745 * tasks[i].sigma) for i in pick])
            found[category] = float(np.clip(np.median(ratio), 0.15, 1.0))
    everywhere = float(np.median(list(found.values()))) if found else 0.5
    return {**{category: round(value, 4) for category, value in found.items()}, "": round(everywhere, 4)}


def noise(tasks: list[Row], predicted: np.ndarray, shares: dict[str, float]) -> np.ndarray:
    """Sampling error of each loss: answers of a damaged model no longer go with the full model's."""
    kappa = np.array([shares.get(row.category, shares[""]) for row in tasks])
    apart = np.minimum(1.0, np.maximum(predicted, 0.0) / 30.0)
    return np.array([row.sigma for row in tasks]) * np.sqrt(kappa**2 + (1 - kappa**2) * apart)


def spreads(tasks: list[Row], predicted: np.ndarray, error: np.ndarray, mass: np.ndarray) -> list[float]:
    """Standard deviation of the log price's error at PRICE_KNOTS, by likelihood, noise integrated out."""
    ceiling = np.array([row.ceiling for row in tasks])
    y = np.array([row.y for row in tasks])
    linear = price(predicted, ceiling)
    nodes, weights = np.polynomial.hermite_e.hermegauss(21)
    grid = np.linspace(0.1, 1.6, 31)
    raw = []
    for knot in PRICE_KNOTS:
        near = np.exp(-0.5 * ((linear - knot) / 0.7) ** 2) * mass
        pick = near > 1e-3 * near.max()
        scores = []
        for s in grid:
            at = loss_at(linear[pick][:, None] + s * nodes, ceiling[pick][:, None])
            z = (y[pick][:, None] - at) / error[pick][:, None]
            # Student-like tails keep a single misprint from owning the spread.
            likelihood = (weights * (1 + z * z / 5) ** -3 / error[pick][:, None]).sum(axis=1)
            scores.append((near[pick] * np.log(likelihood)).sum())
        raw.append(float(grid[int(np.argmax(scores))]))
    out = [raw[-1]]
    for value, gap in zip(raw[-2::-1], np.diff(PRICE_KNOTS)[::-1], strict=True):
        out.append(float(np.clip(value, out[-1], out[-1] + STEEPEST * gap)))
    return [round(v, 4) for v in out[::-1]]


def spread_at(linear: np.ndarray, table: Sequence[float]) -> np.ndarray:
    """The spread at a log price."""
    return np.interp(linear, PRICE_KNOTS, table)


def standardized(
    tasks: list[Row], predicted: np.ndarray, error: np.ndarray, table: Sequence[float]
) -> np.ndarray:
    """Signed residuals in standard deviations of model error and sampling error together."""
    ceiling = np.array([row.ceiling for row in tasks])
    linear = price(predicted, ceiling)
    s = spread_at(linear, table)
    y = np.array([row.y for row in tasks])
    above = loss_at(linear + s, ceiling) - predicted
    below = predicted - loss_at(linear - s, ceiling)
    own = np.where(y > predicted, above, below)
    return (y - predicted) / np.hypot(own, error)


def quantiles(scores: np.ndarray, groups: Sequence[str]) -> dict[str, list[float]]:
    """How many standard deviations cover a new group, at each of CONFIDENCES: one-sided and two-sided."""

    def table(values: np.ndarray) -> list[float]:
        found, last = [], 0.0
        for confidence in CONFIDENCES:
            value = group_quantile(list(values), list(groups), confidence)
            last = max(last, value if math.isfinite(value) else last * 1.25)
            found.append(round(last, 4))
        return found

    return {"upper": table(scores), "two_sided": table(np.abs(scores))}
