"""Unsloth's mixes on families of models left out whole."""

from __future__ import annotations

from typing import Any

import numpy as np

from advisor.training.sizes.mixes import inside, left_out, ratios, widening


def evaluate() -> list[dict[str, Any]]:
    """By kind: files of families left out, their error, and how many lie in an interval whose widening was
    chosen on the other half of the families."""
    table = []
    for kind, rows in ratios().groupby("kind"):
        names = sorted(rows["family"].unique())
        held = left_out(rows)
        errors = (held["ratio"] / held["others"].map(np.median) - 1).abs()
        held_inside = []
        for half in (names[::2], names[1::2]):
            wide = widening(left_out(rows[~rows["family"].isin(half)]))
            held_inside += inside(held[held["family"].isin(half)], wide).tolist()
        table.append(
            {
                "kind": kind,
                "files": len(errors),
                "families": len(names),
                "median_error_pct": round(100 * float(errors.median()), 2),
                "p90_error_pct": round(100 * float(errors.quantile(0.9)), 2),
                "coverage": round(sum(held_inside) / len(held_inside), 3),
            }
        )
    return table
