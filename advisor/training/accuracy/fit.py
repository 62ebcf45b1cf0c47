"""One fit of the whole model: damage and its price per task, coefficients signed where order matters.

log-damage Z = log(e^weights + e^activations + e^KV) + model; ln PPL ratio = e^(Z + corpus);
log KLD = a + slope·Z + source; loss = 100 · ceiling · (1 − exp(−e^(t + power·Z))), t and power by category.
Ridge terms are the partial pooling: each group of coefficients has the spread given in `SPREAD`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from advisor.prediction.accuracy.features import (
    activation_features,
    kv_features,
    model_features,
    sign,
    task_features,
    weight_features,
)
from advisor.training.accuracy.rows import Row

SPREAD = {
    "w": 6.0,
    "a": 4.0,
    "kv": 4.0,
    "t": 4.0,
    "w:": 0.9,
    "a:": 1.0,
    "a:below-": 2.0,
    "seg:gguf": 3.0,
    "seg:codebook": 3.0,
    "seg:grid": 3.0,
    "seg:": 0.8,
    "group": 0.3,
    "group:": 0.1,
    "group:low": 0.3,
    "uncalibrated": 0.5,
    "uncalibrated:low": 0.3,
    "pure": 0.5,
    "kv:": 2.0,
    "kvt": 1.0,
    "kvt:": 0.7,
    "size": 1.0,
    "year": 0.3,
    "small:low": 0.5,
    "year:low": 0.3,
    "moe": 0.3,
    "moe:sparsity": 0.2,
    "fam:": 0.7,
    "model:": 0.5,
    "t:": 1.0,
    "t:size": 0.5,
    "t:fam:": 0.15,
    "t:model:": 0.15,
    "t:dataset:": 0.4,
    "t:by:": 0.3,
    "t:act:": 0.8,
    "t:act:below-": 1.5,
    "o:": 0.3,
    "s:": 0.7,
    "k0": 1.0,
    "p:": 0.15,
}
"""Prior standard deviation of a coefficient by the longest prefix of its name; natural-log units."""
HUBER = 0.7
"""Standardised residual beyond which a row pulls linearly, not quadratically."""
ROUNDS = 3
"""Times the row errors are recomputed from the fitted losses."""


def spread(name: str) -> float:
    """The prior standard deviation of coefficient *name*."""
    best = max(
        (
            p
            for p in SPREAD
            if name == p
            or (p.endswith((":", "-")) and name.startswith(p))
            or (p.startswith("seg:") and name.startswith(p))
        ),
        key=len,
        default="",
    )
    return SPREAD[best] if best else 1.0


@dataclass(slots=True)
class Design:
    """The rows as matrices over one vector of named coefficients."""

    names: list[str]
    weights: csr_matrix
    activations: csr_matrix
    kv: csr_matrix
    model: csr_matrix
    offset: csr_matrix
    """Corpus, source and task terms."""
    power: np.ndarray
    """Index of each row's power coefficient."""
    has: np.ndarray
    """n × 3: which noises the row has."""
    y: np.ndarray
    sigma: np.ndarray
    ceiling: np.ndarray
    task: np.ndarray
    small: np.ndarray
    """Rows of ln PPL ratio as it is."""
    mass: np.ndarray


def features_of(row: Row, training: bool = True) -> tuple[dict, dict, dict, dict, dict, str]:
    """The five feature parts of a row and the name of its power."""
    metric = "ppl" if row.kind == "nll" else row.kind
    weights = weight_features(row.scheme) if row.scheme.bits < 16 else {}
    model = model_features(row.model, row.scheme.bits)
    if row.kind == "task":
        offset, power = task_features(row.model, row.category, row.scheme), f"p:{row.category}"
        if training:
            offset[f"t:dataset:{row.category}:{row.dataset}"] = 1.0
    elif row.kind == "kld":
        offset, power = {"k0": 1.0}, "p:kld"
    else:
        offset, power = {}, "p:ppl"
        if training:
            offset[f"o:{row.dataset}"] = 1.0
    if training:
        offset[f"s:{metric}:{row.source}"] = 1.0
    kv = kv_features(row.scheme, row.category if row.kind == "task" else "")
    return weights, activation_features(row.scheme), kv, model, offset, power


def mass_of(rows: list[Row]) -> np.ndarray:
    """Weight per row: a source with many rows of one kind counts as the square root of their number."""
    count: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row.source, row.kind + row.category)
        count[key] = count.get(key, 0) + 1
    return np.array(
        [(count[r.source, r.kind + r.category] / 10.0 + 1.0) ** -0.5 * min(r.n, 9.0) ** 0.25 for r in rows]
    )


def design(rows: list[Row]) -> Design:
    """Matrices of *rows*; names in sorted order, so the result does not depend on the rows' order."""
    parts = [features_of(row) for row in rows]
    names = sorted({name for p in parts for block in p[:5] for name in block} | {p[5] for p in parts})
    index = {name: i for i, name in enumerate(names)}
    matrices = []
    for block in range(5):
        data, columns, starts = [], [], [0]
        for p in parts:
            for name, value in p[block].items():
                columns.append(index[name])
                data.append(value)
            starts.append(len(data))
        matrices.append(csr_matrix((np.array(data, float), columns, starts), shape=(len(rows), len(names))))
    return Design(
        names,
        *matrices,
        np.array([index[p[5]] for p in parts]),
        np.array([[bool(p[0]), bool(p[1]), bool(p[2])] for p in parts]),
        np.array([r.y for r in rows]),
        np.array([r.sigma for r in rows]),
        np.array([r.ceiling for r in rows]),
        np.array([r.kind == "task" for r in rows]),
        np.array([r.kind == "nll" for r in rows]),
        mass_of(rows),
    )


def damage(d: Design, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Z of every row, and the share each noise has in it (n × 3)."""
    parts = np.stack([d.weights @ theta, d.activations @ theta, d.kv @ theta], axis=1)
    parts = np.where(d.has, parts, -60.0)
    top = parts.max(axis=1, keepdims=True)
    share = np.exp(parts - top)
    total = share.sum(axis=1, keepdims=True)
    return (top + np.log(total))[:, 0] + d.model @ theta, share / total


def expected(d: Design, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Prediction of every row's y, its slope in the linear predictor, Z and the shares."""
    z, share = damage(d, theta)
    power = theta[d.power]
    linear = np.clip(d.offset @ theta + power * z, -30.0, 6.0)
    price = np.exp(linear)
    loss = 100.0 * d.ceiling * -np.expm1(-price)
    slope = 100.0 * d.ceiling * price * np.exp(-price)
    small = np.exp(np.minimum(linear, 2.0))
    y = np.where(d.task, loss, np.where(d.small, small, linear))
    return y, np.where(d.task, slope, np.where(d.small, small, 1.0)), z, share


def _objective(unit: np.ndarray, d: Design, sigma: np.ndarray, prior: np.ndarray, centre: np.ndarray):
    """Value and gradient in coefficients counted in prior deviations, where the problem is well scaled."""
    theta = centre + prior * unit
    y, slope, z, share = expected(d, theta)
    r = (y - d.y) / sigma
    big = np.abs(r) > HUBER
    value = np.sum(d.mass * np.where(big, HUBER * (2 * np.abs(r) - HUBER), r * r)) / 2
    pull = d.mass * np.where(big, HUBER * np.sign(r), r) / sigma * slope
    through = pull * theta[d.power]
    gradient = d.offset.T @ pull + d.model.T @ through
    for column, matrix in enumerate((d.weights, d.activations, d.kv)):
        gradient = gradient + matrix.T @ (through * share[:, column] * d.has[:, column])
    np.add.at(gradient, d.power, pull * z)
    return value + 0.5 * unit @ unit, gradient * prior + unit


def fit_coefficients(rows: list[Row], progress: Callable[[float], None] | None = None) -> dict[str, float]:
    """The coefficients that explain *rows* best, by name."""
    d = design(rows)
    prior = np.array([spread(name) for name in d.names])
    centre = np.array([1.0 if name.startswith("p:") else 0.0 for name in d.names])
    theta = centre.copy()
    for name, start in (("w", -2.5), ("a", -5.0), ("kv", -6.0), ("t", -1.0)):
        if name in d.names:
            theta[d.names.index(name)] = centre[d.names.index(name)] = start
    for i, name in enumerate(d.names):
        if name.startswith(("seg:gguf:", "seg:codebook:", "seg:grid:")):
            theta[i] = centre[i] = 1.0
    bounds = [_scaled(_bounds(n), c, p) for n, c, p in zip(d.names, centre, prior, strict=True)]
    unit = (theta - centre) / prior
    with threadpool_limits(1):  # the matrices are small: more threads only wait for one another
        for turn in range(ROUNDS):
            sigma = row_errors(d, centre + prior * unit, first=turn == 0)
            unit = minimize(
                _objective,
                unit,
                (d, sigma, prior, centre),
                "L-BFGS-B",
                jac=True,
                bounds=bounds,
                options={"maxiter": 250, "maxcor": 20, "ftol": 1e-7},
            ).x
            if progress:
                progress((turn + 1) / ROUNDS)
    theta = centre + prior * unit
    return dict(zip(d.names, theta.tolist(), strict=True))


def _bounds(name: str) -> tuple[float | None, float | None]:
    if name.startswith("p:"):
        return (0.3, 2.0)
    if name.startswith(("seg:gguf:", "seg:codebook:", "seg:grid:")):
        return (0.15, None)
    return {1: (0.0, None), -1: (None, 0.0), 0: (None, None)}[sign(name)]


def _scaled(bounds: tuple, centre: float, prior: float) -> tuple[float | None, float | None]:
    low, high = ((None if end is None else (end - centre) / prior) for end in bounds)
    return low, high


def row_errors(d: Design, theta: np.ndarray, first: bool) -> np.ndarray:
    """Error of each row: its own, plus what no model of this kind explains (a share of the loss)."""
    own = np.maximum(d.sigma, 1e-4)
    y = np.abs(d.y) if first else np.maximum(expected(d, theta)[0], 0.0)
    unexplained = np.select([d.task, d.small], [0.35 * y + 0.1, 0.35 * y], 0.35)
    return np.hypot(own, np.where(d.task & first, np.maximum(unexplained, 0.5), unexplained))


def predict_rows(
    rows: list[Row], coefficients: dict[str, float], training: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Expected y and Z of *rows* under *coefficients*; sources and data sets are new unless *training*."""
    import math

    from advisor.prediction.accuracy.features import dot, log_add

    ys, zs = [], []
    for row in rows:
        *blocks, model, offset, power = features_of(row, training)
        noises = [dot(coefficients, b) for b in blocks if b]
        z = (log_add(noises) if noises else -20.0) + dot(coefficients, model)
        linear = dot(coefficients, offset) + coefficients.get(power, 1.0) * z
        if row.kind == "task":
            linear = -100.0 * row.ceiling * math.expm1(-math.exp(min(linear, 6.0)))
        elif row.kind == "nll":
            linear = math.exp(min(linear, 2.0))
        ys.append(linear)
        zs.append(z)
    return np.array(ys), np.array(zs)
