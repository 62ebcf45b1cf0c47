"""Fits the accuracy artifact and measures how good it is on families and sources left out whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from advisor.training import accuracy_intervals as intervals
from advisor.training.accuracy_fit import fit_coefficients, mass_of
from advisor.training.accuracy_rows import Row, rows
from advisor.training.tables import load

BORROWED_SPREAD = 1.25


def fit(progress: Callable[[float], None] | None = None) -> dict[str, Any]:
    """The artifact document: coefficients, spreads, quantiles, and how many rows stand behind what."""
    found = rows(load("accuracy"))
    coefficients = fit_coefficients(found)
    predicted, _ = intervals.left_out(found, lambda row: row.model.family, progress)
    return {
        "format": 1,
        "coefficients": {name: _round(v) for name, v in coefficients.items() if _used(name) and abs(v) > 1e-4},
        "ceiling": _ceilings(found),
        "default_year": 2025.0,
        "support": _support(found),
        "borrowed_spread": BORROWED_SPREAD,
        "price_knots": list(intervals.PRICE_KNOTS),
        "confidences": list(intervals.CONFIDENCES),
        **_intervals(found, predicted),
    }


def _intervals(found: list[Row], predicted: np.ndarray) -> dict[str, Any]:
    at = [i for i, row in enumerate(found) if row.kind == "task"]
    tasks, loss = [found[i] for i in at], predicted[at]
    shares = intervals.repetition(tasks, loss)
    error = intervals.noise(tasks, loss, shares)
    spread = intervals.spreads(tasks, loss, error, mass_of(tasks))
    scores = intervals.standardized(tasks, loss, error, spread)
    quantiles = intervals.quantiles(scores, [row.model.family for row in tasks])
    at = [i for i, row in enumerate(found) if row.kind != "task" and row.sigma < 0.5]
    off = np.array([abs(found[i].y - predicted[i]) for i in at])
    quantiles["damage"] = intervals.quantiles(off, [found[i].model.family for i in at])["two_sided"]
    return {"repetition": shares, "spread": spread,
            "quantiles": {name: [_round(v) for v in values] for name, values in quantiles.items()}}


def _used(name: str) -> bool:
    """Terms of one source, corpus or benchmark serve the fit only."""
    return not name.startswith(("s:", "o:", "t:dataset:"))


def _ceilings(found: list[Row]) -> dict[str, float]:
    categories = sorted({row.category for row in found if row.kind == "task"})
    return {c: _round(float(np.median([r.ceiling for r in found if r.kind == "task" and r.category == c])))
            for c in categories}


def _support(found: list[Row]) -> dict[str, dict[str, tuple[int, list[str]]]]:
    table: dict[str, dict[str, dict[str, int]]] = {}
    for row in found:
        kind = row.category if row.kind == "task" else row.kind
        sources = table.setdefault(row.scheme.method, {}).setdefault(kind, {})
        sources[row.source] = sources.get(row.source, 0) + 1
    return {m: {k: (sum(s.values()), sorted(s, key=lambda name: (-s[name], name))) for k, s in kinds.items()}
            for m, kinds in table.items()}


def _round(value: float) -> float:
    return float(f"{value:.9g}")
