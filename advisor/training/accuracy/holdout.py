"""Families and sources that no setting of the accuracy model was chosen on, kept by a hash of their names."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from advisor.training.accuracy import figures
from advisor.training.accuracy.fit import fit_coefficients, predict_rows
from advisor.training.accuracy.rows import Row

SETTINGS = (
    "chosen looking at folds of all families, before a holdout was kept: the other prior spreads, row errors "
    "of the fit, role sensitivities, noise per bit, groups of sister families, folds and knots",
    "chosen on the folds without the holdout: the part of a shift that a measured scheme's tasks share (0.5)"
    " and the prior spreads of family, model, source and task terms",
    "prompted by answers that were wrong, some of them on the held source qllm_eval, and kept for what they "
    "mean rather than for a figure: activations as steps of one ladder, the KV cache by task, collapsed runs",
    "so the holdout is not wholly untouched: its figures are a check on the folds',"
    " and later changes are to be chosen without it",
)
"""What the reader must know about the figures: which settings saw which rows."""


def held(name: str) -> bool:
    """Whether family or source *name* belongs to the fifth that is kept apart."""
    return zlib.crc32(f"accuracy holdout:{name}".encode()) % 5 == 0


def is_held(row: Row) -> bool:
    """Whether *row* is of a held family or a held source."""
    return held(row.model.family) or held(row.source)


def holdout(rows: list[Row]) -> list[dict[str, Any]]:
    """Errors on held families and on held sources, by bits, from one fit that saw neither."""
    coefficients = fit_coefficients([row for row in rows if not is_held(row)])
    found = []
    for what, kept in (
        ("families", [row for row in rows if held(row.model.family)]),
        ("sources", [row for row in rows if held(row.source)]),
    ):
        predicted, _ = predict_rows(kept, coefficients)
        tables = figures.errors(kept, predicted), figures.damage(kept, predicted)
        found += [{"held": what, **row} for row in tables[0] if row["group"] in _GROUPS]
        for row in tables[1]:
            if row["method"] == "all" and row["n"] and np.isfinite(row["factor"]):
                group = f"damage factor ({row['measure']})"
                found.append({"held": what, "group": group, "n": row["n"], "median": row["factor"]})
    return found


_GROUPS = {name for name, *_ in figures.BIT_RANGES}
