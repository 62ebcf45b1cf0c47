"""The step model as an estimator: a maximum a posteriori fit of its coefficients, and pooled corrections.

What is left of a device or a configuration after the physics becomes a correction, pooled over publishers:
the median of every publisher counts once, and a mean over s publishers keeps s / (s + 1) of itself, for
publishers of one configuration differ by about as much as configurations do.
"""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from advisor.prediction.serving_speed.step import under_load
from advisor.training.fitting.estimator import STEP, Matrix, PriorRegressor, Vector
from advisor.training.fitting.priors import Priors
from advisor.training.serving_speed.features import COEFFICIENTS, Columns

ONLY_WHILE_FITTING = (
    *("queue:", "at-once:", "by:", "by-first:"),
    *("math-by:", "read-by:", "layer-by:", "first-by:"),
)
"""Names that belong to a publisher or a benchmark, never to a machine."""
SIGMA = 0.3
"""Standard deviation of a residual: twice what rows leave, for rows of one publisher are off together and a
row says less than one of its own. Chosen between 0.12 and 0.4 on publishers left out."""
Kind = Literal["device", "config"]
KINDS: tuple[Kind, ...] = ("device", "config")
"""Corrections, each of what the one before it leaves."""


class StepModel(PriorRegressor):
    """Logarithm of seconds from an array of `Features`.

    After `fit`, `effects_` holds the corrections: (first?, kind) -> index -> logarithm; none where it is not
    *corrected*, to compare with.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        priors: Priors,
        corrected: bool = True,
        sigma: float = SIGMA,
        max_iter: int = 200,
        tolerance: float = 1e-6,
    ) -> None:
        super().__init__(names, priors, sigma, max_iter, tolerance)
        self.corrected = corrected

    def forward(self, X: Any, theta: Vector) -> Vector:
        """Physics, and the offsets of publisher and protocol."""
        a = X if isinstance(X, Columns) else Columns(X)
        return np.asarray(_log_seconds(a, a.coefficients(theta)) + a.offset(theta))

    def jacobian(self, X: Any, theta: Vector) -> Matrix:
        """Difference quotients by the coefficients of a row, and from there to the names that add up to
        them."""
        a = X if isinstance(X, Columns) else Columns(X)
        base = a.coefficients(theta)
        at = _log_seconds(a, base)
        slopes = np.ones((len(COEFFICIENTS) + 1, len(a)))
        for part, name in enumerate(COEFFICIENTS):
            moved = SimpleNamespace(**vars(base))
            setattr(moved, name, getattr(base, name) * np.exp(STEP))
            slopes[part] = (_log_seconds(a, moved) - at) / STEP
        row, name_index, part_index = a.places
        found = sparse.coo_matrix((slopes[part_index, row], (row, name_index)), (len(a), len(theta)))
        return found.tocsr()

    def fit(
        self, X: npt.NDArray[np.float64], y: Vector, sample_weight: Vector | None = None, groups: Any = None
    ) -> StepModel:
        """The coefficients, then what is left of devices and configurations."""
        a = Columns(X)
        super().fit(a, y, sample_weight)
        left = np.asarray(y, float) - self.forward(a, self.coef_)
        # Of a publisher with one device nobody can tell which of the two is slow: the device has its share.
        several = np.array(
            [len(set(a.device[a.publisher == who])) > 1 for who in range(a.publisher.max() + 1)]
        )
        left += np.where(several[a.publisher], 0.0, a.offset(self.coef_))
        self.effects_: dict[tuple[bool, Kind], dict[int, float]] = {}
        for first in (False, True):
            rows = np.flatnonzero(a.first == first)
            for kind in KINDS if self.corrected else ():
                key = getattr(a, kind)[rows]
                found = pooled(key, a.publisher[rows], left[rows])
                self.effects_[first, kind] = found
                left[rows] -= np.array([found.get(int(k), 0.0) for k in key])
        return self

    def predict(self, X: npt.NDArray[np.float64]) -> Vector:
        """What is shipped: no publisher's or benchmark's own part, and the corrections."""
        a = Columns(X)
        found = _log_seconds(a, a.coefficients(self.machine_))
        for (first, kind), effects in self.effects_.items():
            own = [effects.get(int(k), 0.0) for k in getattr(a, kind)]
            found += np.where(a.first == first, own, 0.0)
        return found

    @property
    def machine_(self) -> Vector:
        """The coefficients with those of publishers and benchmarks at none."""
        own = np.array([name.startswith(ONLY_WHILE_FITTING) for name in self.names])
        return np.where(own, 0.0, self.coef_)


def pooled(keys: npt.NDArray[np.int64], who: npt.NDArray[np.int64], left: Vector) -> dict[int, float]:
    """Key -> the mean over publishers of their medians, shrunk by one publisher at none."""
    medians: dict[int, list[float]] = defaultdict(list)
    for key, publisher in sorted(set(zip(keys.tolist(), who.tolist(), strict=True))):
        medians[key].append(float(np.median(left[(keys == key) & (who == publisher)])))
    return {key: sum(found) / (len(found) + 1) for key, found in medians.items()}


def _log_seconds(a: Columns, c: SimpleNamespace) -> Vector:
    load = under_load(a.batch, a.prompt, a.output, a.kv_bytes, a.work, c)
    of = {
        "tpot": load.tpot_s,
        "ttft": load.ttft_s,
        "service": load.service_s,
        "flow": load.service_s * load.unfilled / (a.batch * a.output),
        "step": load.step_s,
        "prompt": load.prompt_s - c.first_s,
    }
    return np.asarray(np.log(np.select([a.metric == name for name in of], list(of.values()))))
