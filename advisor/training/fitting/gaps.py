"""How far apart independent sources measure the same thing: no predictor is nearer to both."""

from __future__ import annotations

import itertools

import pandas as pd


def gaps(table: pd.DataFrame, same: list[str], who: str, value: str) -> pd.Series:
    """How far apart every two of *who* measured *value* (their medians) where all columns of *same* agree:
    one gap per pair, indexed by *same*. No predictor is nearer to both."""
    medians = table.groupby([*same, who], dropna=False, sort=False)[value].median()
    apart = [
        (cell, abs(a - b))
        for cell, found in medians.groupby(level=same, dropna=False, sort=False)
        for a, b in itertools.combinations(found.tolist(), 2)
    ]
    index = pd.MultiIndex.from_frame(pd.DataFrame([cell for cell, _ in apart], columns=same))
    return pd.Series([gap for _, gap in apart], index, dtype=float)
