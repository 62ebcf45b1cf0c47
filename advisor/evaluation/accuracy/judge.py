"""The accuracy intervals that are shipped, on families and sources that their calibration has not seen."""

from __future__ import annotations

import numpy as np
import pandas as pd

from advisor.prediction.interval import width_at
from advisor.training.accuracy.intervals import (
    Calibration,
    calibrate,
    loss_at,
    price_of,
    spread_at,
    standardized,
)
from advisor.training.fitting.folds import fold_of


def judge(
    tasks: pd.DataFrame, confidence: float = 0.9, no_wider_than: Calibration | None = None
) -> pd.DataFrame:
    """The tasks under the procedure that is shipped, calibrated on the groups of the other folds.

    Adds `inside` (the two-sided interval, the benchmark's sampling error added), `below` (the one-sided one)
    and `upper_pct`, the one-sided bound of the expected loss.
    """
    fold = fold_of(tasks["unseen"].tolist(), 5)
    parts = []
    for index in range(int(fold.max()) + 1):
        found, part = calibrate(tasks[fold != index]), tasks[fold == index]
        if no_wider_than is not None:
            found = found.no_wider_than(no_wider_than)
        scores = standardized(part, found.spread)
        two, one = width_at(found.two_sided, confidence), width_at(found.upper, confidence)
        linear, ceiling = price_of(part), part["ceiling"].to_numpy()
        bound = 100.0 * ceiling
        if one is not None:
            bound = loss_at(linear + one * spread_at(linear, found.spread), ceiling)
        judged = {
            "inside": two is None or np.abs(scores) <= two,
            "below": one is None or scores <= one,
            "upper_pct": np.maximum(bound, part["predicted"]),
        }
        parts.append(part.assign(**judged))
    judged_all: pd.DataFrame = pd.concat(parts).loc[tasks.index]
    return judged_all
