"""How far two sources of one configuration lie apart: no predictor is nearer to both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from advisor.training.accuracy.rows import Row


def gaps(rows: Sequence[Row], kind: str) -> list[tuple[float, float]]:
    """(difference, mean) of the medians of every two sources of the same model, scheme and figure."""
    by: dict[tuple[Any, ...], dict[str, list[float]]] = {}
    for row in rows:
        if row.kind == kind and all(row.cell) and (kind == "task" or row.sigma < 0.5):
            key = (*row.cell, row.scheme.calibrated, row.scheme.kv_bits, row.category, row.dataset)
            by.setdefault(key if kind == "task" else key[:4], {}).setdefault(row.source, []).append(row.y)
    found = []
    for sources in by.values():
        values = [float(np.median(of_one)) for of_one in sources.values()]
        found += [(abs(a - b), (a + b) / 2) for i, a in enumerate(values) for b in values[:i]]
    return found


def scatter(rows: Sequence[Row]) -> float:
    """Standard deviation of log damage between sources of one configuration: corpus, context, version."""
    apart = [gap for kind in ("ppl", "kld") for gap, _ in gaps(rows, kind)]
    return float(np.median(apart)) / 0.6745 / math.sqrt(2.0)


def floors(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The median gap by figure: in points for tasks, as a factor for damage."""
    found = []
    for kind in ("task", "ppl", "kld"):
        apart = [gap for gap, _ in gaps(rows, kind)]
        if apart:
            middle = float(np.median(apart))
            value = round(middle if kind == "task" else float(np.exp(middle)), 4)
            found.append({"figure": kind, "pairs": len(apart), "median_gap": value})
    return found
