"""How good the prediction is on families and sources it never saw, beside peers and the noise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from advisor.training.accuracy import intervals
from advisor.training.accuracy.fit import fit_coefficients, mass_of, predict_rows
from advisor.training.accuracy.peers import PEERS
from advisor.training.accuracy.rows import Row

BIT_RANGES = (
    ("all bits", 0.0, 17.0),
    ("4 bits and above", 3.95, 17.0),
    ("8 bits", 7.5, 9.0),
    ("5-7 bits", 4.95, 7.5),
    ("4 bits", 3.95, 4.95),
    ("3 bits", 2.95, 3.95),
    ("below 3 bits", 0.0, 2.95),
)
LIMITS_PCT = (5.0, 3.0, 1.0)


def offered(row: Row) -> bool:
    """Whether an engine runs the row's scheme; integer activations below 8 bits, none does."""
    return row.scheme.act in ("", "fp8", "int8", "int8-smooth", "fp4") and row.scheme.method not in (
        "omniquant",
        "quip",
    )


def errors(rows: list[Row], predicted: np.ndarray) -> list[dict[str, Any]]:
    """Absolute error of the loss in percent, by bit range and category: ours, "no loss ever", noise alone."""
    tasks = [i for i, row in enumerate(rows) if row.kind == "task"]
    bits = np.array([rows[i].scheme.bits for i in tasks])
    fit = np.array([offered(rows[i]) for i in tasks])
    category = np.array([rows[i].category for i in tasks])
    y, p = np.array([rows[i].y for i in tasks]), predicted[tasks]
    shares = intervals.repetition([rows[i] for i in tasks], p)
    sampling = intervals.noise([rows[i] for i in tasks], p, shares)
    found = [
        _error(name, fit & (bits >= low) & (bits < high), y, p, sampling) for name, low, high in BIT_RANGES
    ]
    found.append(_error("all bits, research schemes too", np.ones(len(y), bool), y, p, sampling))
    for name in sorted(set(category)):
        found.append(
            _error(f"{name}, 4 bits and above", fit & (category == name) & (bits >= 3.95), y, p, sampling)
        )
    return [row for row in found if row["n"]]


def _error(name: str, mask: np.ndarray, y: np.ndarray, p: np.ndarray, sampling: np.ndarray) -> dict[str, Any]:
    if not mask.any():
        return {"group": name, "n": 0}
    off, zero = np.abs(y - p)[mask], np.abs(y)[mask]
    return {
        "group": name,
        "n": int(mask.sum()),
        "median": _r(np.median(off)),
        "mean": _r(off.mean()),
        "no_loss_median": _r(np.median(zero)),
        "no_loss_mean": _r(zero.mean()),
        "noise_median": _r(np.median(0.6745 * sampling[mask])),
        "bias": _r((p - y)[mask].mean()),
    }


def peers(rows: list[Row], predicted: np.ndarray) -> list[dict[str, Any]]:
    """Every peer's formula on the rows it covers, with ours on the same rows."""
    found = []
    for name, formula in PEERS.items():
        picked = [
            (i, said)
            for i, row in enumerate(rows)
            if row.kind == "task" and offered(row) and (said := formula(row)) is not None
        ]
        for group, low in (("all bits", 0.0), ("4 bits and above", 3.95)):
            at = [(i, said) for i, said in picked if rows[i].scheme.bits >= low]
            y = np.array([rows[i].y for i, _ in at])
            theirs, ours = np.abs(y - np.array([s for _, s in at])), np.abs(y - predicted[[i for i, _ in at]])
            found.append(
                {
                    "peer": name,
                    "group": group,
                    "n": len(at),
                    "median": _r(np.median(theirs)),
                    "mean": _r(theirs.mean()),
                    "ours_median": _r(np.median(ours)),
                    "ours_mean": _r(ours.mean()),
                    "ratio_median": _r(np.median(theirs) / np.median(ours)),
                    "ratio_mean": _r(theirs.mean() / ours.mean()),
                }
            )
    return found


def needs_met(rows: list[Row], predicted: np.ndarray, groups: Callable[[Row], str]) -> list[dict[str, Any]]:
    """Is a need met, at 90 % confidence: precision and recall against published scores, and their ceiling.

    The ceiling is what a predictor would reach that knew every expected loss: the rest is sampling error
    of the published score. For 1 % the curve over confidences is added.
    """
    tasks, p, linear, spread, error = _bounds(rows, predicted)
    widths = _widths(tasks, _scores(tasks, p, linear, spread, error), groups)
    y = np.array([row.y for row in tasks])
    ceiling = np.array([row.ceiling for row in tasks])
    found = []
    for limit in LIMITS_PCT:
        confidences = (0.9,) if limit != 1.0 else intervals.CONFIDENCES
        for confidence in confidences:
            width = widths["upper"][:, intervals.CONFIDENCES.index(confidence)]
            said = intervals.loss_at(linear + width * spread, ceiling) <= limit
            true = y <= limit
            hits = int((said & true).sum())
            found.append(
                {
                    "limit_pct": limit,
                    "confidence": confidence,
                    "n": len(y),
                    "said_yes": int(said.sum()),
                    "precision": _r(hits / max(1, said.sum())),
                    "recall": _r(hits / max(1, true.sum())),
                    "precision_within_noise": _r(
                        np.mean((y <= limit + 1.2816 * error)[said]) if said.any() else 1.0
                    ),
                    "ceiling": _r(np.mean(_below(limit, p[said], error[said])) if said.any() else 1.0),
                    "base_rate": _r(true.mean()),
                }
            )
    return found


def _below(limit: float, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr

    return ndtr((limit - mean) / sd)


def _bounds(rows: list[Row], predicted: np.ndarray) -> tuple[list[Row], np.ndarray, ...]:
    """Judged rows with expected loss, log price, its spread and the sampling error."""
    at = [i for i, row in enumerate(rows) if row.kind == "task" and offered(row)]
    tasks, p = [rows[i] for i in at], predicted[at]
    shares = intervals.repetition(tasks, p)
    error = intervals.noise(tasks, p, shares)
    table = intervals.spreads(tasks, p, error, mass_of(tasks))
    linear = intervals.price(p, np.array([row.ceiling for row in tasks]))
    return tasks, p, linear, intervals.spread_at(linear, table), error


def _widths(tasks: list[Row], scores: np.ndarray, groups: Callable[[Row], str]) -> dict[str, np.ndarray]:
    """Per row and confidence, the quantiles read from the other half of the groups: no row judges itself."""
    names = [groups(row) for row in tasks]
    half = intervals.folds_of(names, 2)
    found = {side: np.zeros((len(tasks), len(intervals.CONFIDENCES))) for side in ("upper", "two_sided")}
    for side in (0, 1):
        q = intervals.quantiles(scores[half != side], [names[i] for i in np.flatnonzero(half != side)])
        for name, table in found.items():
            table[half == side] = q[name]
    return found


def coverage(rows: list[Row], predicted: np.ndarray, groups: Callable[[Row], str]) -> list[dict[str, Any]]:
    """Share of published scores inside the 90 % interval once their sampling error is added, by group.

    Each half of the groups is covered with quantiles from the other half, so no row judges itself.
    """
    tasks, p, linear, spread, error = _bounds(rows, predicted)
    names = [groups(row) for row in tasks]
    scores = _scores(tasks, p, linear, spread, error)
    widths = _widths(tasks, scores, groups)
    at = intervals.CONFIDENCES.index(0.9)
    inside, below = np.abs(scores) <= widths["two_sided"][:, at], scores <= widths["upper"][:, at]
    mass = np.array([1.0 / names.count(name) for name in names])
    masks = {"pooled": np.ones(len(tasks), bool)}
    for name, low, high in BIT_RANGES[2:]:
        masks[name] = np.array([low <= row.scheme.bits < high for row in tasks])
    for name in sorted({row.category for row in tasks}):
        masks[name] = np.array([row.category == name for row in tasks])
    return [
        {
            "group": name,
            "n": int(m.sum()),
            "two_sided": _r(inside[m].mean()),
            "upper": _r(below[m].mean()),
            "two_sided_by_group": _r(np.average(inside[m], weights=mass[m])),
            "interval": _bootstrap(inside, m, names),
        }
        for name, m in masks.items()
        if m.any()
    ]


def _scores(
    tasks: list[Row], p: np.ndarray, linear: np.ndarray, spread: np.ndarray, error: np.ndarray
) -> np.ndarray:
    ceiling = np.array([row.ceiling for row in tasks])
    y = np.array([row.y for row in tasks])
    above = intervals.loss_at(linear + spread, ceiling) - p
    under = p - intervals.loss_at(linear - spread, ceiling)
    return (y - p) / np.hypot(np.where(y > p, above, under), error)


def _bootstrap(inside: np.ndarray, mask: np.ndarray, names: list[str]) -> list[float]:
    """90 % bootstrap interval of the coverage over groups."""
    by = {}
    for i in np.flatnonzero(mask):
        by.setdefault(names[i], []).append(bool(inside[i]))
    hits = np.array([sum(v) for v in by.values()], float)
    size = np.array([len(v) for v in by.values()], float)
    draw = np.random.default_rng(0).integers(0, len(size), (500, len(size)))
    share = hits[draw].sum(axis=1) / size[draw].sum(axis=1)
    return [_r(v) for v in np.quantile(share, (0.05, 0.95))]


def damage(rows: list[Row], predicted: np.ndarray) -> list[dict[str, Any]]:
    """Median factor of the damage error, by measure and method."""
    found = []
    for kind in ("ppl", "kld"):
        at = [i for i, row in enumerate(rows) if row.kind == kind and row.sigma < 0.5 and offered(row)]
        off = np.array([abs(rows[i].y - predicted[i]) for i in at])
        methods = np.array([rows[i].scheme.method for i in at])
        found.append({"measure": kind, "method": "all", "n": len(at), "factor": _r(np.exp(np.median(off)))})
        for name in sorted(set(methods)):
            pick = methods == name
            if pick.sum() >= 8:
                found.append(
                    {
                        "measure": kind,
                        "method": name,
                        "n": int(pick.sum()),
                        "factor": _r(np.exp(np.median(off[pick]))),
                    }
                )
    return found


def floors(rows: list[Row]) -> list[dict[str, Any]]:
    """How far two sources of the same model, scheme and figure lie apart: no predictor is nearer to both."""
    by: dict[tuple, dict[str, list[float]]] = {}
    for row in rows:
        if row.cell[0] and row.cell[1] and (row.kind == "task" or row.sigma < 0.5):
            kind = f"{row.category}: {row.dataset}" if row.kind == "task" else row.kind
            key = (*row.cell, row.scheme.calibrated, row.scheme.kv_bits, kind, row.kind)
            by.setdefault(key, {}).setdefault(row.source, []).append(row.y)
    found = []
    for kind, unit in (("task", "points"), ("ppl", "log"), ("kld", "log")):
        gaps = []
        for key, sources in by.items():
            if key[-1] == kind and len(sources) > 1:
                values = [float(np.median(v)) for v in sources.values()]
                gaps += [abs(a - b) for i, a in enumerate(values) for b in values[:i]]
        if gaps:
            middle = float(np.median(gaps))
            found.append(
                {
                    "figure": kind,
                    "pairs": len(gaps),
                    "median_gap": _r(middle if unit == "points" else np.exp(middle)),
                }
            )
    return found


def learning_curve(rows: list[Row], shares: tuple[float, ...] = (0.25, 0.5, 1.0)) -> list[dict[str, Any]]:
    """Median error on a fixed third of the families, fitted on growing shares of the others."""
    fold = intervals.folds_of([row.model.family for row in rows], 3)
    test = [row for row, f in zip(rows, fold, strict=True) if f == 0 and row.kind == "task" and offered(row)]
    rest = [row for row, f in zip(rows, fold, strict=True) if f != 0]
    part = intervals.folds_of([row.model.name for row in rest], 8)
    y = np.array([row.y for row in test])
    found = []
    for share in shares:
        used = [row for row, f in zip(rest, part, strict=True) if f < round(share * 8)]
        off = np.abs(y - predict_rows(test, fit_coefficients(used))[0])
        found.append(
            {
                "share": share,
                "rows": len(used),
                "models": len({row.model.name for row in used}),
                "median": _r(np.median(off)),
                "mean": _r(off.mean()),
            }
        )
    return found


def methods_left_out(rows: list[Row], predicted: np.ndarray) -> list[dict[str, Any]]:
    """Each method predicted without any of its own task rows: through its damage alone.

    Beside it the error with families left out, and the ratio of the two standardized errors at 90 %: how much
    wider an interval must be where a method was never measured on a task.
    """
    at = [i for i, row in enumerate(rows) if row.kind == "task"]
    tasks, loss = [rows[i] for i in at], predicted[at]
    shares = intervals.repetition(tasks, loss)
    error = intervals.noise(tasks, loss, shares)
    table = intervals.spreads(tasks, loss, error, mass_of(tasks))
    usual = np.abs(intervals.standardized(tasks, loss, error, table))
    found = []
    for name in _METHODS:
        own = [i for i, row in enumerate(tasks) if row.scheme.method.startswith(name)]
        rest = [row for row in rows if row.kind != "task" or not row.scheme.method.startswith(name)]
        judged = [tasks[i] for i in own]
        guess = predict_rows(judged, fit_coefficients(rest))[0]
        apart = np.abs(intervals.standardized(judged, guess, intervals.noise(judged, guess, shares), table))
        y = np.array([row.y for row in judged])
        found.append(
            {
                "method": name,
                "n": len(own),
                "median": _r(np.median(np.abs(y - guess))),
                "family_unknown_median": _r(np.median(np.abs(y - loss[own]))),
                "interval_ratio": _r(np.quantile(apart, 0.9) / np.quantile(usual[own], 0.9)),
            }
        )
    return found


_METHODS = ("gguf", "gptq", "awq", "autoround", "fp8", "int8", "nvfp4", "hqq")


def _r(value: float) -> float:
    return round(float(value), 4)
