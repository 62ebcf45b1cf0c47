"""How far two sources of one configuration lie apart: no predictor is nearer to both."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from advisor.training.fitting.calibrate import NORMAL_MEDIAN
from advisor.training.fitting.gaps import gaps as gaps_between

_SAME = ["catalog_model", "scheme", "calibrated", "kv_bits"]


def gaps(found: pd.DataFrame, kind: str) -> list[float]:
    """Differences of the medians of every two sources of the same model, scheme and figure."""
    named = (found["catalog_model"] != "") & (found["scheme"] != "") & (found["kind"] == kind)
    rows = found[named & ((kind == "task") | (found["sigma"] < 0.5))]
    same = [*_SAME, "category", "dataset"] if kind == "task" else _SAME
    return gaps_between(rows, same, "source", "y").tolist()


def scatter(found: pd.DataFrame) -> float:
    """Standard deviation of log damage between sources of one configuration: corpus, context, version."""
    apart = [gap for kind in ("ppl", "kld") for gap in gaps(found, kind)]
    return float(np.median(apart)) / NORMAL_MEDIAN / math.sqrt(2.0)
