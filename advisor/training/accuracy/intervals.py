"""Intervals from what whole families and sources left out showed: benchmark noise taken off, then conformal.

A published score misses the expected one by sampling error; only what is left over is the model's error.
The error is a shift of the log price, with a standard deviation that depends on that price; how many standard
deviations cover a new group is read from scores whose scale was fitted on other groups (`fitting.calibrate`).
`calibrate` is what is shipped; `evaluation.accuracy.judge` puts the same function to groups it has not seen.

A table of tasks is a `frame` of scored rows with `predicted` (the loss in percent that a fit without their
group expected), `error` (sampling error of the published loss) and `unseen` (the group that was left out).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from advisor.prediction.accuracy.predict import WHOLE
from advisor.training.accuracy.model import Vector, mass_of
from advisor.training.accuracy.rows import Row
from advisor.training.fitting.calibrate import NORMAL_MEDIAN, cross_scaled, widths
from advisor.training.fitting.estimator import student_tail

Indices = npt.NDArray[np.int64]
PRICE_KNOTS = (-6.0, -4.5, -3.5, -2.5, -1.5, -0.5)
"""Log prices at which the spread is estimated: losses of about 0.2, 1, 3, 8, 20 and 45 percent."""
STEEPEST = 0.3
"""The spread may grow by at most this per unit of falling price: up to 3.3 spreads a bound stays monotone."""
SMALL_LOSS_PCT = 1.0
"""Expected losses below this are noise for the benchmark; its own error is read there."""
FEWEST_SMALL, SHARES = 30, (0.15, 1.0)
"""Small losses that tell how far two runs of one benchmark differ; and the least and most of what they may
tell: no run repeats another wholly, and two of different questions differ by all of the sampling error."""
SPREADS, NEAR = np.linspace(0.1, 1.6, 31), 0.7
"""Spreads tried (steps of a twentieth: the next tells nothing new), and the width of the window about a knot:
half the distance to the next and a little, so that every row counts for two."""
FOLDS = 10
"""Parts into which families or sources are dealt when they are left out: with six, a sixth of all families is
missing at once and perplexities of new ones are 8 % farther off than with ten; sixteen change nothing."""
APART_LOSS_PCT = 30.0
"""Expected loss from which a damaged model's answers no longer go with the full model's, question by
question: its sampling error is then that of two independent runs."""


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
        return asdict(self)


def narrower(one: dict[str, float | None], other: dict[str, float | None]) -> dict[str, float | None]:
    """At every level the narrower of two widths; None only where both are."""
    both = {level: [w for w in (width, other[level]) if w is not None] for level, width in one.items()}
    return {level: min(known, default=None) for level, known in both.items()}


def price(loss: Vector, ceiling: Vector) -> Vector:
    """Log price of an expected *loss* in percent under *ceiling*."""
    share = np.clip(loss / 100.0 / ceiling, 1e-5, 0.9999)  # the log price of nothing, and of all, is infinite
    return np.asarray(np.log(-np.log1p(-share)))


def loss_at(linear: Vector, ceiling: Vector) -> Vector:
    """Inverse of `price`."""
    return np.asarray(-100.0 * ceiling * np.expm1(-np.exp(np.minimum(linear, WHOLE))))


def repetition(tasks: pd.DataFrame) -> dict[str, float]:
    """By category: the part of the sampling error that two runs of the same questions do not share; under ''
    that of a category with fewer than FEWEST_SMALL small losses."""
    small = tasks[tasks["predicted"] < SMALL_LOSS_PCT]
    ratio = (small["y"] - small["predicted"]).abs() / (NORMAL_MEDIAN * small["sigma"])
    found = ratio.groupby(small["category"]).agg(["median", "size"])
    shares = found.loc[found["size"] >= FEWEST_SMALL, "median"].clip(*SHARES)
    everywhere = float(shares.median()) if len(shares) else 0.5
    return {str(name): float(share) for name, share in shares.round(4).items()} | {"": round(everywhere, 4)}


def noise(rows: Iterable[Row], predicted: Vector, shares: dict[str, float]) -> Vector:
    """Sampling error of each loss: answers of a damaged model no longer go with the full model's."""
    kappa, sigma = np.array([(shares.get(row.category, shares[""]), row.sigma) for row in rows]).T
    apart = np.minimum(1.0, np.maximum(predicted, 0.0) / APART_LOSS_PCT)
    return np.asarray(sigma * np.sqrt(kappa**2 + (1 - kappa**2) * apart))


def spreads(tasks: pd.DataFrame) -> list[float]:
    """Standard deviation of the log price's error at PRICE_KNOTS, by likelihood, beyond the sampling error.

    Student-like tails keep a single misprint from owning the spread.
    """
    mass, linear = mass_of(tasks["row"]), price_of(tasks)
    density = np.stack([_log_density(tasks, linear, s) for s in SPREADS])
    raw = []
    for knot in PRICE_KNOTS:
        near = np.exp(-0.5 * ((linear - knot) / NEAR) ** 2) * mass
        raw.append(float(SPREADS[int(np.argmax(density @ near))]))
    out = [raw[-1]]
    for value, gap in zip(raw[-2::-1], np.diff(PRICE_KNOTS)[::-1], strict=True):
        out.append(float(np.clip(value, out[-1], out[-1] + STEEPEST * gap)))
    return [round(v, 4) for v in out[::-1]]


def price_of(tasks: pd.DataFrame) -> Vector:
    """Log price of every expected loss."""
    return price(tasks["predicted"].to_numpy(), tasks["ceiling"].to_numpy())


def _off(tasks: pd.DataFrame) -> Vector:
    return (tasks["y"] - tasks["predicted"]).to_numpy(float)


def _log_density(tasks: pd.DataFrame, linear: Vector, spread: float) -> Vector:
    """Log density of the published losses under *spread*: a Student t with a scale on each side."""
    above, below = _sides(tasks, linear, np.full(len(linear), spread))
    off = _off(tasks)
    z = off / np.where(off > 0, above, below)
    return np.asarray(-student_tail(np.square(z)) - np.log(above + below))


def _sides(tasks: pd.DataFrame, linear: Vector, spread: Vector) -> tuple[Vector, Vector]:
    """Standard deviation of a published loss above and below the expected one."""
    predicted, error, ceiling = (tasks[name].to_numpy() for name in ("predicted", "error", "ceiling"))
    above = loss_at(linear + spread, ceiling) - predicted
    below = predicted - loss_at(linear - spread, ceiling)
    return np.hypot(above, error), np.hypot(below, error)


def spread_at(linear: Vector, table: Sequence[float]) -> Vector:
    """The spread at a log price."""
    return np.asarray(np.interp(linear, PRICE_KNOTS, table))


def scale(tasks: pd.DataFrame, table: Sequence[float]) -> Vector:
    """Standard deviation of published minus expected loss, on the side where the published one lies."""
    linear = price_of(tasks)
    above, below = _sides(tasks, linear, spread_at(linear, table))
    return np.where(_off(tasks) > 0, above, below)


def standardized(tasks: pd.DataFrame, table: Sequence[float]) -> Vector:
    """Signed residuals in standard deviations of model error and sampling error together."""
    return _off(tasks) / scale(tasks, table)


def calibrate(tasks: pd.DataFrame) -> Calibration:
    """Spread and widths for a row of a new group."""
    off, groups = _off(tasks), tasks["unseen"].tolist()

    def fit_scale(seen: Indices) -> Callable[[Indices], Vector]:
        table = spreads(tasks.iloc[seen])
        return lambda new: scale(tasks.iloc[new], table)

    scores = cross_scaled(fit_scale, off, groups)
    upper = widths((np.sign(off) * scores).tolist(), groups)
    return Calibration(spreads(tasks), widths(scores.tolist(), groups), upper, len(set(groups)))
