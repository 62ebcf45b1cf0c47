"""Fits the accuracy artifact and measures how good it is on families and sources left out whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from advisor.training.accuracy import intervals
from advisor.training.accuracy.cells import cells
from advisor.training.accuracy.fit import fit_coefficients, mass_of
from advisor.training.accuracy.rows import Row, rows
from advisor.training.accuracy.schemes import spans
from advisor.training.data.tables import load

BORROWED_SPREAD = 1.2
"""Spread where a method was never measured on a task over that where it was: the upper quartile (1.18) of the
ratios that `advisor evaluate accuracy` prints for eight methods left out, 0.9 to 1.5."""
DEFAULT_YEAR = 2025.0
"""Release of a model that states none: where half of the catalogue's models lie."""


def fit(progress: Callable[[float], None] | None = None) -> dict[str, Any]:
    """The artifact document: coefficients, spreads, quantiles, and how many rows stand behind what.

    `files` holds the second file, accuracy_cells.json, which is loaded only when a model in it is asked for.
    """
    found = rows(load("accuracy"))
    coefficients = fit_coefficients(found)
    document = {
        "format": 1,
        "coefficients": {n: _round(v) for n, v in coefficients.items() if _used(n) and abs(v) > 1e-4},
        "ceiling": _ceilings(found),
        "default_year": DEFAULT_YEAR,
        "spans": spans(),
        "support": _support(found),
        "borrowed_spread": BORROWED_SPREAD,
        "price_knots": list(intervals.PRICE_KNOTS),
        "confidences": list(intervals.CONFIDENCES),
        **_intervals(found, progress),
    }
    return document | {"files": {"accuracy_cells": cells(found, document, coefficients)}}


def _intervals(found: list[Row], progress: Callable[[float], None] | None) -> dict[str, Any]:
    """Spreads and quantiles from models never seen, and from models known through other sources only."""
    half = (lambda done: progress(done / 2)) if progress else None
    rest = (lambda done: progress(0.5 + done / 2)) if progress else None
    unseen, _ = intervals.left_out(found, lambda row: row.model.family, half)
    by_source, _ = intervals.left_out(found, lambda row: row.source, rest)
    fold = intervals.folds_of([row.source for row in found])
    homes: dict[str, set[int]] = {}
    for row, index in zip(found, fold, strict=True):
        homes.setdefault(row.model.name, set()).add(int(index))
    seen = np.array([len(homes[row.model.name]) > 1 for row in found])
    task = np.array([row.kind == "task" for row in found])
    shares = intervals.repetition([row for row in found if row.kind == "task"], unseen[task])
    new = _spread(found, unseen, task, shares, lambda row: row.model.family)
    known = _spread(found, by_source, task & seen, shares, lambda row: row.source)
    quantiles = {**new[1], "damage_known": _damage_quantile(found, by_source, seen, lambda row: row.source)}
    quantiles["damage"] = _damage_quantile(
        found, unseen, np.ones(len(found), bool), lambda row: row.model.family
    )
    return {
        "repetition": shares,
        "spread": new[0],
        "spread_known": known[0],
        "quantiles": {name: [_round(v) for v in values] for name, values in quantiles.items()},
    }


def _spread(
    found: list[Row],
    predicted: np.ndarray,
    mask: np.ndarray,
    shares: dict[str, float],
    group: Callable[[Row], str],
) -> tuple[list[float], dict[str, list[float]]]:
    at = np.flatnonzero(mask)
    tasks, loss = [found[i] for i in at], predicted[at]
    error = intervals.noise(tasks, loss, shares)
    spread = intervals.spreads(tasks, loss, error, mass_of(tasks))
    scores = intervals.standardized(tasks, loss, error, spread)
    return spread, intervals.quantiles(scores, [group(row) for row in tasks])


def _damage_quantile(
    found: list[Row], predicted: np.ndarray, mask: np.ndarray, group: Callable[[Row], str]
) -> list[float]:
    at = [i for i, row in enumerate(found) if row.kind in ("ppl", "kld") and row.sigma < 0.5 and mask[i]]
    off = np.array([abs(found[i].y - predicted[i]) for i in at])
    return intervals.quantiles(off, [group(found[i]) for i in at])["two_sided"]


def _used(name: str) -> bool:
    """Terms of one source, corpus or benchmark serve the fit only."""
    return not name.startswith(("s:", "o:", "t:dataset:"))


def _ceilings(found: list[Row]) -> dict[str, float]:
    categories = sorted({row.category for row in found if row.kind == "task"})
    return {
        c: _round(float(np.median([r.ceiling for r in found if r.kind == "task" and r.category == c])))
        for c in categories
    }


def _support(found: list[Row]) -> dict[str, dict[str, tuple[int, list[str]]]]:
    table: dict[str, dict[str, dict[str, int]]] = {}
    for row in found:
        kind = row.category if row.kind == "task" else row.kind.replace("nll", "ppl")
        sources = table.setdefault(row.scheme.method, {}).setdefault(kind, {})
        sources[row.source] = sources.get(row.source, 0) + 1
    return {
        m: {k: (sum(s.values()), sorted(s, key=lambda name: (-s[name], name))) for k, s in kinds.items()}
        for m, kinds in table.items()
    }


def _round(value: float) -> float:
    return float(f"{value:.9g}")
