"""Which of two models is better: whether a source that was left out agrees with the others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from advisor.training.accuracy.quality import scores, solve

MOST_SOURCES = 12
"""Of a category, the largest, are each left out once: the rest has a handful of pairs."""


def evaluate() -> dict[str, Any]:
    """How often a source that was left out agrees with the others on which of two models is better."""
    agreement = order_agreement(scores())
    return {
        "title": "Which model is better: published scores without the effects of benchmarks and sources",
        "rows": [{"category": name, "agreement": share} for name, share in agreement.items()],
    }


def order_agreement(table: pd.DataFrame) -> dict[str, float]:
    """Share of pairs of models that a source left out orders as the others' scores do, by category;
    ties leave out.
    """
    found = {}
    for category, rows in table.groupby("category"):
        agreed: list[float] = []
        for left_out in rows["source"].value_counts().index[:MOST_SOURCES]:
            quality = solve(rows[rows["source"] != left_out])
            own = rows[rows["source"] == left_out].assign(quality=rows["edition"].map(quality)).dropna()
            pairs = own.merge(own, on="context", suffixes=("", "_other"))
            order = (pairs["quality"] - pairs["quality_other"]) * (pairs["logit"] - pairs["logit_other"])
            agreed += np.sign(order[order != 0]).tolist()
        if agreed:
            found[str(category)] = round((float(np.mean(agreed)) + 1) / 2, 3)
    return found
