"""One claim and its verdict, and the rows it is judged by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from advisor.training.accuracy.rows import Row

HOLDS, CONDITIONS, FAILS, UNKNOWN = "holds", "holds with conditions", "does not hold", "not enough data"
LEAST = 20
"""Fewer rows or pairs than this decide nothing."""


class Claim(NamedTuple):
    """One claim with its verdict."""

    text: str
    verdict: str
    n: int
    finding: str


def verdict(n: int, holds: bool | np.bool_, partly: bool | np.bool_ = True) -> str:
    """It holds, or does with conditions (*partly*), or not; undecided below LEAST rows."""
    return UNKNOWN if n < LEAST else HOLDS if holds else CONDITIONS if partly else FAILS


def frame(rows: Iterable[Row]) -> pd.DataFrame:
    """Rows as a table: what of scheme, model and benchmark the claims speak of, and `y` as the row has it."""
    return pd.DataFrame(
        [
            {
                "kind": row.kind,
                "y": row.y,
                "source": row.source,
                "category": row.category,
                "dataset": row.dataset,
                "model": row.model.name,
                "params_b": row.model.params_b,
                "scheme": row.cell[1],
                "method": row.scheme.method,
                "bits": row.scheme.bits,
                "group": row.scheme.group,
                "act": row.scheme.act,
                "cache_in_full": row.scheme.kv_bits >= 16,
            }
            for row in rows
        ]
    )
