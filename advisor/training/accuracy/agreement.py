"""How far two sources of one configuration lie apart: no predictor is nearer to both."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from advisor.training.fitting import judged

_SAME = ["catalog_model", "scheme", "calibrated", "kv_bits"]


def gaps(found: pd.DataFrame, kind: str) -> list[float]:
    """Differences of the medians of every two sources of the same model, scheme and figure."""
    named = (found["catalog_model"] != "") & (found["scheme"] != "") & (found["kind"] == kind)
    rows = found[named & ((kind == "task") | (found["sigma"] < 0.5))]
    same = [*_SAME, "category", "dataset"] if kind == "task" else _SAME
    return judged.gaps(rows, same, "source", "y").tolist()


def scatter(found: pd.DataFrame) -> float:
    """Standard deviation of log damage between sources of one configuration: corpus, context, version."""
    apart = [gap for kind in ("ppl", "kld") for gap in gaps(found, kind)]
    return float(np.median(apart)) / 0.6745 / math.sqrt(2.0)


def floors(found: pd.DataFrame) -> list[dict[str, Any]]:
    """The median gap by figure: in points for tasks, as a factor for damage."""
    apart = {kind: gaps(found, kind) for kind in ("task", "ppl", "kld")}
    middles = {kind: float(np.median(one)) for kind, one in apart.items() if one}
    return [
        {
            "figure": kind,
            "pairs": len(apart[kind]),
            "median_gap": round(middle if kind == "task" else math.exp(middle), 4),
        }
        for kind, middle in middles.items()
    ]
