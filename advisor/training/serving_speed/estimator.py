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
from sklearn.ensemble import HistGradientBoostingRegressor

from advisor.prediction.serving_speed.step import under_load
from advisor.training.fitting.estimator import STEP, Matrix, PriorRegressor, Vector
from advisor.training.fitting.priors import Priors
from advisor.training.serving_speed.features import Columns

ONLY_WHILE_FITTING = (
    *("queue:", "at-once:", "by:", "by-first:"),
    *("math-by:", "read-by:", "layer-by:", "first-by:"),
)
"""Names that belong to a publisher or a benchmark, never to a machine."""
Rest = Literal["none", "pooled", "boosted"]


class StepModel(PriorRegressor):
    """Logarithm of seconds from an array of `Features`.

    *rest* says what becomes of the residuals: nothing, pooled corrections by device and configuration (what
    is shipped), or boosted trees. After `fit`, `effects_` holds the corrections: (first?, 'device' or
    'config') -> index -> logarithm.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        priors: Priors,
        rest: Rest = "pooled",
        sigma: float = 0.12,
        max_iter: int = 200,
        tolerance: float = 3.0,
    ) -> None:
        super().__init__(names, priors, sigma, max_iter, tolerance)
        self.rest = rest

    def forward(self, X: npt.NDArray[np.float64], theta: Vector) -> Vector:
        """Physics, and the offsets of publisher and protocol."""
        a = Columns(X)
        return np.asarray(_log_seconds(a, a.coefficients(theta)) + a.offset(theta))

    def jacobian(self, X: npt.NDArray[np.float64], theta: Vector) -> Matrix:
        """Difference quotients by the coefficients of a row, and from there to the names that add up to
        them."""
        a = Columns(X)
        base = a.coefficients(theta)
        at = _log_seconds(a, base)
        columns, values = [], []
        for name, index in a.keys.items():
            moved = SimpleNamespace(**vars(base))
            setattr(moved, name, getattr(base, name) * np.exp(STEP))
            columns.append(index)
            values.append(np.repeat(((_log_seconds(a, moved) - at) / STEP)[:, None], index.shape[1], axis=1))
        columns.append(a.offsets)
        values.append(np.ones(a.offsets.shape))
        wide = np.hstack(columns)
        rows = np.repeat(np.arange(len(X)), wide.shape[1])
        place = (rows, wide.ravel())
        found = sparse.coo_matrix((np.hstack(values).ravel(), place), (len(X), len(theta) + 1))
        return found.tocsr()[:, :-1]

    def fit(
        self, X: npt.NDArray[np.float64], y: Vector, sample_weight: Vector | None = None, groups: Any = None
    ) -> StepModel:
        """The coefficients, then what is left of devices and configurations."""
        super().fit(X, y, sample_weight)
        a, left = Columns(X), np.asarray(y, float) - self.forward(X, self.coef_)
        # Of a publisher with one device nobody can tell which of the two is slow: the device has its share.
        several = np.array(
            [len(set(a.device[a.publisher == who])) > 1 for who in range(a.publisher.max() + 1)]
        )
        left += np.where(several[a.publisher], 0.0, a.offset(self.coef_))
        self.effects_: dict[tuple[bool, str], dict[int, float]] = {}
        if self.rest == "boosted":
            self.trees_ = HistGradientBoostingRegressor(random_state=0).fit(X, left, sample_weight)
        for first in (False, True):
            rows = np.flatnonzero(a.first == first)
            for kind, key in (("device", a.device), ("config", a.config)):
                found = pooled(key[rows], a.publisher[rows], left[rows]) if self.rest == "pooled" else {}
                self.effects_[first, kind] = found
                left[rows] -= np.array([found.get(int(k), 0.0) for k in key[rows]])
        return self

    def predict(self, X: npt.NDArray[np.float64]) -> Vector:
        """What is shipped: no publisher's or benchmark's own part, and the corrections."""
        a = Columns(X)
        found = _log_seconds(a, a.coefficients(self.machine_))
        if self.rest == "boosted":
            found = found + self.trees_.predict(X)
        for first in (False, True):
            for kind, key in (("device", a.device), ("config", a.config)):
                effects = self.effects_[first, kind]
                found = found + np.where(a.first == first, [effects.get(int(k), 0.0) for k in key], 0.0)
        return np.asarray(found)

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
        "flow": load.service_s / (a.batch * a.output),
        "step": load.step_s,
        "prompt": load.prompt_s - c.first_s,
    }
    return np.asarray(np.log(np.select([a.metric == name for name in of], list(of.values()))))
