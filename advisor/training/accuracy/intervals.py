"""Intervals from what whole families and sources left out showed: benchmark noise taken off, then conformal.

A published score misses the expected one by sampling error; only what is left over is the model's error.
The error is a shift of the log price, with a standard deviation that depends on that price; how many standard
deviations cover a new group is read from scores whose scale was fitted on other groups (`fitting.calibrate`).
`calibrate` is what is shipped, and `judge` puts the same function to groups it has not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from advisor.prediction.interval import width_at
from advisor.training.accuracy.model import Vector, mass_of
from advisor.training.accuracy.rows import Row
from advisor.training.fitting.calibrate import cross_scaled, widths
from advisor.training.fitting.estimator import student_tail
from advisor.training.fitting.folds import fold_of

Indices = npt.NDArray[np.int64]
PRICE_KNOTS = (-6.0, -4.5, -3.5, -2.5, -1.5, -0.5)
"""Log prices at which the spread is estimated: losses of about 0.2, 1, 3, 8, 20 and 45 percent."""
STEEPEST = 0.3
"""The spread may grow by at most this per unit of falling price: up to 3.3 spreads a bound stays monotone."""
SMALL_LOSS_PCT = 1.0
"""Expected losses below this are noise for the benchmark; its own error is read there."""
FOLDS = 6
"""Parts into which families or sources are dealt when they are left out."""
APART_LOSS_PCT = 30.0
"""Expected loss from which a damaged model's answers no longer go with the full model's, question by
question: its sampling error is then that of two independent runs."""


@dataclass(frozen=True, slots=True)
class Tasks:
    """Scored rows with what a fit that had not seen their group expected of them."""

    rows: list[Row]
    predicted: Vector
    """Expected loss in percent."""
    error: Vector
    """Sampling error of each published loss."""
    groups: list[str]

    @property
    def y(self) -> Vector:
        """Published losses in percent."""
        return np.array([row.y for row in self.rows])

    @property
    def ceiling(self) -> Vector:
        """Share that can be lost."""
        return np.array([row.ceiling for row in self.rows])

    def at(self, chosen: Indices) -> Tasks:
        """The rows *chosen*."""
        return Tasks(
            [self.rows[i] for i in chosen],
            self.predicted[chosen],
            self.error[chosen],
            [self.groups[i] for i in chosen],
        )


@dataclass(frozen=True, slots=True)
class Calibration:
    """Spread of the log price at PRICE_KNOTS; how many spreads cover a new group, by level."""

    spread: list[float]
    two_sided: dict[str, float | None]
    upper: dict[str, float | None]
    groups: int

    def no_wider_than(self, other: Calibration) -> Calibration:
        """This, or *other* wherever that is narrower: knowing a model never widens what is said of it."""
        return Calibration(
            [min(pair) for pair in zip(self.spread, other.spread, strict=True)],
            narrower(self.two_sided, other.two_sided),
            narrower(self.upper, other.upper),
            max(self.groups, other.groups),
        )

    def document(self) -> dict[str, Any]:
        """As the artifact holds it."""
        return {
            "spread": self.spread,
            "two_sided": self.two_sided,
            "upper": self.upper,
            "groups": self.groups,
        }


def narrower(one: dict[str, float | None], other: dict[str, float | None]) -> dict[str, float | None]:
    """At every level the narrower of two widths; None only where both are."""
    found: dict[str, float | None] = {}
    for level, width in one.items():
        both = [w for w in (width, other[level]) if w is not None]
        found[level] = min(both) if both else None
    return found


def price(loss: Vector, ceiling: Vector) -> Vector:
    """Log price of an expected *loss* in percent under *ceiling*."""
    share = np.clip(loss / 100.0 / ceiling, 1e-5, 0.9999)
    return np.asarray(np.log(-np.log1p(-share)))


def loss_at(linear: Vector, ceiling: Vector) -> Vector:
    """Inverse of `price`."""
    return np.asarray(-100.0 * ceiling * np.expm1(-np.exp(np.minimum(linear, 6.0))))


def repetition(tasks: Sequence[Row], predicted: Vector) -> dict[str, float]:
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


def noise(tasks: Sequence[Row], predicted: Vector, shares: dict[str, float]) -> Vector:
    """Sampling error of each loss: answers of a damaged model no longer go with the full model's."""
    kappa = np.array([shares.get(row.category, shares[""]) for row in tasks])
    apart = np.minimum(1.0, np.maximum(predicted, 0.0) / APART_LOSS_PCT)
    return np.asarray(np.array([row.sigma for row in tasks]) * np.sqrt(kappa**2 + (1 - kappa**2) * apart))


def spreads(tasks: Tasks) -> list[float]:
    """Standard deviation of the log price's error at PRICE_KNOTS, by likelihood, beyond the sampling error.

    Student-like tails keep a single misprint from owning the spread.
    """
    mass, linear = mass_of(tasks.rows), price(tasks.predicted, tasks.ceiling)
    grid = np.linspace(0.1, 1.6, 31)
    density = np.stack([_log_density(tasks, linear, s) for s in grid])
    raw = []
    for knot in PRICE_KNOTS:
        near = np.exp(-0.5 * ((linear - knot) / 0.7) ** 2) * mass
        raw.append(float(grid[int(np.argmax(density @ near))]))
    out = [raw[-1]]
    for value, gap in zip(raw[-2::-1], np.diff(PRICE_KNOTS)[::-1], strict=True):
        out.append(float(np.clip(value, out[-1], out[-1] + STEEPEST * gap)))
    return [round(v, 4) for v in out[::-1]]


def _log_density(tasks: Tasks, linear: Vector, spread: float) -> Vector:
    """Log density of the published losses under *spread*: a Student t with a scale on each side."""
    above, below = _sides(tasks, linear, np.full(len(linear), spread))
    off = tasks.y - tasks.predicted
    z = off / np.where(off > 0, above, below)
    return np.asarray(-student_tail(np.square(z)) - np.log(above + below))


def _sides(tasks: Tasks, linear: Vector, spread: Vector) -> tuple[Vector, Vector]:
    """Standard deviation of a published loss above and below the expected one."""
    above = loss_at(linear + spread, tasks.ceiling) - tasks.predicted
    below = tasks.predicted - loss_at(linear - spread, tasks.ceiling)
    return np.hypot(above, tasks.error), np.hypot(below, tasks.error)


def spread_at(linear: Vector, table: Sequence[float]) -> Vector:
    """The spread at a log price."""
    return np.asarray(np.interp(linear, PRICE_KNOTS, table))


def scale(tasks: Tasks, table: Sequence[float]) -> Vector:
    """Standard deviation of published minus expected loss, on the side where the published one lies."""
    linear = price(tasks.predicted, tasks.ceiling)
    above, below = _sides(tasks, linear, spread_at(linear, table))
    return np.where(tasks.y > tasks.predicted, above, below)


def standardized(tasks: Tasks, table: Sequence[float]) -> Vector:
    """Signed residuals in standard deviations of model error and sampling error together."""
    return (tasks.y - tasks.predicted) / scale(tasks, table)


def calibrate(tasks: Tasks) -> Calibration:
    """Spread and widths for a row of a new group."""
    off = tasks.y - tasks.predicted

    def fit_scale(seen: Indices) -> Callable[[Indices], Vector]:
        table = spreads(tasks.at(seen))
        return lambda new: scale(tasks.at(new), table)

    scores = cross_scaled(fit_scale, off, tasks.groups)
    return Calibration(
        spreads(tasks),
        widths(scores.tolist(), tasks.groups),
        widths((np.sign(off) * scores).tolist(), tasks.groups),
        len(set(tasks.groups)),
    )


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows with the bounds that a calibration on other groups gave them."""

    inside: npt.NDArray[np.bool_]
    """Within the two-sided interval once the benchmark's sampling error is added."""
    below: npt.NDArray[np.bool_]
    upper_pct: Vector
    """One-sided upper bound of the expected loss."""


def judge(tasks: Tasks, confidence: float = 0.9, no_wider_than: Calibration | None = None) -> Judged:
    """Every row under the procedure that is shipped, calibrated on the groups of the other folds."""
    fold = fold_of(tasks.groups, 5)
    n = len(tasks.rows)
    inside, below, upper = np.zeros(n, bool), np.zeros(n, bool), np.zeros(n)
    for index in range(int(fold.max()) + 1):
        new = np.flatnonzero(fold == index)
        found, part = calibrate(tasks.at(np.flatnonzero(fold != index))), tasks.at(new)
        if no_wider_than is not None:
            found = found.no_wider_than(no_wider_than)
        scores = standardized(part, found.spread)
        two, one = width_at(found.two_sided, confidence), width_at(found.upper, confidence)
        linear = price(part.predicted, part.ceiling)
        inside[new] = True if two is None else np.abs(scores) <= two
        below[new] = True if one is None else scores <= one
        bound = 100.0 * part.ceiling
        if one is not None:
            bound = loss_at(linear + one * spread_at(linear, found.spread), part.ceiling)
        upper[new] = np.maximum(bound, part.predicted)
    return Judged(inside, below, upper)
