"""The accuracy model as an estimator: damage and its price per task, coefficients signed where order matters.

log-damage Z = log(e^weights + e^activations + e^KV) + model; ln PPL ratio = e^(Z + corpus);
log KLD = a + slope·Z + source; loss = 100 · ceiling · (1 − exp(−e^(t + power·Z))), t and power by category.
The prior of each group of coefficients is the partial pooling.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix, diags
from sklearn.base import BaseEstimator, RegressorMixin, TransformerMixin
from sklearn.feature_extraction import DictVectorizer

from advisor.prediction.accuracy.features import (
    SchemeFacts,
    activation_features,
    kv_features,
    model_features,
    sign,
    task_features,
    weight_features,
)
from advisor.prediction.accuracy.predict import WHOLE
from advisor.training.accuracy.priors import PRIORS
from advisor.training.accuracy.rows import Row
from advisor.training.fitting.calibrate import NORMAL_MEDIAN
from advisor.training.fitting.estimator import PriorRegressor
from advisor.training.fitting.priors import Priors

Vector = npt.NDArray[np.float64]
ROUNDS = 4
"""Times the row errors, and what quantized references lack, are recomputed from the fitted losses."""
TOLERANCE = 1e-5
"""Relative gain of a step at which the last round has converged: tighter ones move no loss by a tenth of a
point."""
ROUGH = 1e-3
"""Of the rounds before it, of which nothing but the rows' errors is kept: a third of the steps fewer."""
LEAST_SLOPE = 0.15
"""Of the shared damage curves, per bit: one bit more takes off 14 % of the damage at the least, a quarter of
what halving the rounding step does to its square."""
BLOCKS = ("weights", "activations", "kv", "model", "offset")


@dataclass(slots=True)
class Design:
    """Rows as matrices over one vector of named coefficients."""

    names: tuple[str, ...]
    blocks: dict[str, csr_matrix]
    power: npt.NDArray[np.int64]
    """Index of each row's power coefficient."""
    sigma: Vector
    ceiling: Vector
    task: npt.NDArray[np.bool_]
    small: npt.NDArray[np.bool_]
    """Rows of ln PPL ratio as it is."""

    @property
    def has(self) -> npt.NDArray[np.bool_]:
        """n × 3: which noises the row has."""
        return np.stack([np.diff(self.blocks[b].indptr) > 0 for b in BLOCKS[:3]], axis=1)


def features_of(row: Row, training: bool) -> tuple[dict[str, float], ...]:
    """The blocks of a row's features, and its power as a sixth; terms of its source only in *training*."""
    weights = weight_features(row.scheme) if row.scheme.bits < 16 else {}
    task = row.kind == "task"
    offset: dict[str, float] = {}
    power = f"p:{row.category if task else 'kld' if row.kind == 'kld' else 'ppl'}"
    if task:
        offset = task_features(row.model, row.category, row.scheme)
    elif row.kind == "kld":
        offset = {"k0": 1.0}
    if training:
        metric = "ppl" if row.kind == "nll" else row.kind
        offset[f"s:{metric}:{row.source}"] = 1.0
        if row.kind != "kld":
            offset[f"t:dataset:{row.category}:{row.dataset}" if task else f"o:{row.dataset}"] = 1.0
    kv = kv_features(row.scheme, row.model.family, row.category if task else "")
    model = model_features(row.model, row.scheme)
    return weights, activation_features(row.scheme), kv, model, offset, {power: 1.0}


class RowFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Rows -> `Design`; names never seen in `fit` count nothing."""

    def fit(self, X: Sequence[Row], y: Any = None) -> RowFeatures:
        """Learn the names of all features of *X*, in sorted order: the rows' order does not matter."""
        self.vectorizer_ = DictVectorizer().fit([p for row in X for p in features_of(row, True)])
        return self

    def transform(self, X: Sequence[Row], training: bool = False) -> Design:
        """The matrices of *X*, with the terms of sources and benchmarks when *training*."""
        parts = [features_of(row, training) for row in X]
        blocks = {name: self.vectorizer_.transform([p[i] for p in parts]) for i, name in enumerate(BLOCKS)}
        at = self.vectorizer_.vocabulary_
        return Design(
            tuple(self.vectorizer_.feature_names_),
            blocks,
            np.array([at.get(next(iter(p[5])), -1) for p in parts]),
            np.array([row.sigma for row in X]),
            np.array([row.ceiling for row in X]),
            np.array([row.kind == "task" for row in X]),
            np.array([row.kind == "nll" for row in X]),
        )


def targets(rows: Sequence[Row]) -> Vector:
    """What is to be predicted of every row."""
    return np.array([row.y for row in rows])


def mass_of(rows: Iterable[Row]) -> Vector:
    """Weight per row: of tens of rows of one kind a source counts as the square root of their number; rows
    that are means of several count a little more (judgements: ten rows, nine figures, the fourth root)."""
    alike = [(row.source, row.kind, row.category) for row in rows]
    count, n = Counter(alike), np.array([row.n for row in rows])
    many = np.array([count[key] for key in alike])
    return np.asarray((many / 10.0 + 1.0) ** -0.5 * np.minimum(n, 9.0) ** 0.25)


class DamageAndPrice(PriorRegressor):
    """The formula of the module on a `Design`, with signs kept by bounds, from where the last round ended."""

    def __init__(
        self, names: tuple[str, ...], priors: Priors, sigma: Vector, start: Vector | None, tolerance: float
    ) -> None:
        super().__init__(names, priors, sigma, tolerance=tolerance)
        self.start = start

    def _start(self, means: Vector) -> Vector:
        return means if self.start is None else self.start

    def forward(self, X: Design, theta: Vector) -> Vector:
        """Expected y of every row."""
        return expected(X, theta)[0]

    def jacobian(self, X: Design, theta: Vector) -> csr_matrix:
        """Each row's slope times its features, those of a noise by the noise's share of the damage."""
        _, slope, z, share = expected(X, theta)
        inner = X.blocks["model"]
        for column, name in enumerate(BLOCKS[:3]):
            inner = inner + diags(share[:, column]) @ X.blocks[name]
        at = (np.arange(len(z)), X.power)
        powers = csr_matrix((slope * z, at), shape=(len(z), len(theta)))
        return diags(slope) @ X.blocks["offset"] + diags(slope * theta[X.power]) @ inner + powers

    def bounds(self) -> tuple[Vector, Vector]:
        """By the sign that keeps predictions in order."""
        least, most = np.array([_bounds(name) for name in self.names]).T
        return least, most


class AccuracyModel(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Rows' features, `DamageAndPrice`, and what the rows' errors are beyond their sampling.

    X is a sequence of `Row`, y their targets. After `fit`, `coef_` maps names to values and `row_errors_`
    holds what no model of this kind explains: (log damage, share of a loss, points of a loss).
    """

    def __init__(self, priors: Priors = PRIORS, rounds: int = ROUNDS) -> None:
        self.priors = priors
        self.rounds = rounds

    def fit(self, X: Sequence[Row], y: Any = None, sample_weight: Vector | None = None) -> AccuracyModel:
        """Fit on *X*; *y* defaults to the rows' own targets, *sample_weight* to `mass_of`."""
        X = list(X)
        self.features_ = RowFeatures().fit(X)
        d = self.features_.transform(X, training=True)
        y = targets(X) if y is None else np.asarray(y, float)
        mass = mass_of(X) if sample_weight is None else np.asarray(sample_weight, float)
        against = [i for i, row in enumerate(X) if row.reference is not None]
        full, start = y.copy(), None
        self.row_errors_ = FIRST_ERRORS
        error = _error(d, y, self.row_errors_)
        unrest: Vector | float = 1.0
        for tolerance in (*[ROUGH] * (self.rounds - 1), TOLERANCE):
            model = DamageAndPrice(d.names, self.priors, error * unrest, start, tolerance)
            start = self.theta_ = model.fit(d, full, mass).coef_
            loss = expected(d, self.theta_)[0]
            full[against] = self._unreferenced([X[i] for i in against], y[against])
            self.row_errors_ = _row_errors(d, full - loss, loss)
            error = _error(d, loss, self.row_errors_)
            unrest = unrest_of(X, (full - loss) / error)
        self.coef_ = dict(zip(d.names, self.theta_.tolist(), strict=True))
        return self

    def predict(self, X: Iterable[Row]) -> Vector:
        """Expected y of *X*, their sources and benchmarks being new."""
        return expected(self.features_.transform(list(X)), self.theta_)[0]

    def explained(self, X: Sequence[Row]) -> Vector:
        """Expected y of *X* with the terms of their own sources and benchmarks."""
        return expected(self.features_.transform(list(X), training=True), self.theta_)[0]

    def _unreferenced(self, X: list[Row], y: Vector) -> Vector:
        """*y* as it would be against the unquantized model: what the reference itself lacks is added."""
        if not X:
            return y
        lacking = self.predict([replace(row, scheme=row.reference or SchemeFacts("none", 16.0)) for row in X])
        kind = np.array([row.kind for row in X])
        # e^4 nats a token are beyond any vocabulary: no row lies there, and sums stay finite.
        loss = 100.0 - (100.0 - y) * (100.0 - np.maximum(lacking, 0.0)) / 100.0
        nll = np.log(np.exp(np.minimum(y, 4.0)) + np.exp(np.minimum(lacking, 4.0)))
        return np.where(kind == "task", loss, np.where(kind == "ppl", nll, y + np.maximum(lacking, 0.0)))


def damage(d: Design, theta: Vector) -> tuple[Vector, Vector]:
    """Z of every row, and the share each noise has in it (n × 3)."""
    parts = np.stack([d.blocks[name] @ theta for name in BLOCKS[:3]], axis=1)
    parts = np.where(d.has, parts, -60.0)  # a noise the row does not have: e^-60 of any other
    top = parts.max(axis=1, keepdims=True)
    share = np.exp(parts - top)
    total = share.sum(axis=1, keepdims=True)
    return (top + np.log(total))[:, 0] + d.blocks["model"] @ theta, share / total


def expected(d: Design, theta: Vector) -> tuple[Vector, Vector, Vector, Vector]:
    """Prediction of every row's y, its slope in the linear predictor, Z and the shares."""
    z, share = damage(d, theta)
    # At -30 the loss is nothing: beyond, doubles underflow.
    linear = np.clip(d.blocks["offset"] @ theta + _power(d, theta) * z, -30.0, WHOLE)
    price = np.exp(linear)
    loss = 100.0 * d.ceiling * -np.expm1(-price)
    slope = 100.0 * d.ceiling * price * np.exp(-price)
    small = np.exp(np.minimum(linear, 2.0))
    y = np.where(d.task, loss, np.where(d.small, small, linear))
    return y, np.where(d.task, slope, np.where(d.small, small, 1.0)), z, share


def _power(d: Design, theta: Vector) -> Vector:
    """Each row's power; 1 for a category never seen."""
    return np.where(d.power >= 0, theta[d.power], 1.0)


def _bounds(name: str) -> tuple[float, float]:
    if name.startswith("p:"):
        return (0.3, 2.0)  # damage neither leaves a score untouched nor costs its square and more
    if name.startswith(("seg:gguf:", "seg:codebook:", "seg:grid:")):
        return (LEAST_SLOPE, np.inf)
    return {1: (0.0, np.inf), -1: (-np.inf, 0.0), 0: (-np.inf, np.inf)}[sign(name)]


FIRST_ERRORS = (0.35, 0.35, 0.5)
"""Row errors of the first round, before any residual is known; later rounds fit them."""


def _error(d: Design, loss: Vector, errors: tuple[float, float, float]) -> Vector:
    """Error of each row: its own (never none, for it divides), and what no model of this kind explains."""
    log, share, points = errors
    size = np.maximum(loss, 0.0)
    unexplained = np.select([d.task, d.small], [share * size + points, log * np.abs(loss)], log)
    return np.asarray(np.hypot(np.maximum(d.sigma, 1e-4), unexplained))


def unrest_of(rows: Sequence[Row], off: Vector) -> Vector:
    """Factor on each row's error by how far its source's figures of one kind scatter: *off* are residuals in
    errors, after the source's own terms. Few rows say little, and no factor leaves UNREST."""
    who = pd.Series([f"{row.source}|{row.kind}" for row in rows])
    by_source = pd.Series(np.abs(off) / NORMAL_MEDIAN).groupby(who)
    n, scatter = by_source.transform("size"), by_source.transform("median")
    found = np.sqrt((n * scatter**2 + CALM_ROWS) / (n + CALM_ROWS))
    return np.asarray(found.clip(*UNREST), float)


UNREST = (0.4, 5.0)
"""Least and most of a source's factor: beyond them one source would own the fit, or its rows say nothing."""
CALM_ROWS = 10.0
"""Rows of usual scatter that every source is believed to have beside its own."""


def _row_errors(d: Design, off: Vector, said: Vector) -> tuple[float, float, float]:
    """Robust size of the residuals: of log damage, of large losses as a share, of small ones in points."""
    logs = ~d.task & ~d.small & (d.sigma < 0.5)
    log = _beyond(off[logs], d.sigma[logs])
    # Losses far above, and far below, what one benchmark shows (1 to 3 points).
    large, little = d.task & (said > 5.0), d.task & (said < 1.0)
    share = _beyond(off[large] / said[large], d.sigma[large] / said[large])
    return log, share, _beyond(off[little], 0.5 * d.sigma[little])


def _beyond(off: Vector, known: Vector) -> float:
    """Standard deviation (by the median) of *off* beyond its *known* error; 0.1 at the least: no row is known
    better than a tenth in logs (a judgement)."""
    if not len(off):
        return FIRST_ERRORS[0]
    total = 1.4826 * float(np.median(np.abs(off)))
    return float(np.sqrt(max(total**2 - float(np.median(known)) ** 2, 0.01)))
