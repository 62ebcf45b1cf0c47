"""The local speed intervals that are shipped, on devices and sources that their calibration has not seen."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from advisor.evaluation.judged import relative
from advisor.prediction.local_speed.spread import scale
from advisor.prediction.local_speed.strata import draw
from advisor.prediction.local_speed.work import Work
from advisor.training.local_speed.fit import Problem
from advisor.training.local_speed.intervals import Calibrated, Level, calibrate
from advisor.training.local_speed.spread import Features


def judge(p: Problem, level: Level, *below: Level) -> pd.DataFrame:
    """Every row by scales and widths from the other folds, the narrowest of *level* and of those *below* it,
    at which less is known: `error` (|predicted ÷ measured - 1|), `inside` (of its 90 % interval), and how
    wide that is (`high_over_low`)."""
    n, off = len(p.rows), level.residual
    inside, ratio = np.zeros(n, bool), np.full(n, np.nan)
    for i in sorted(set(level.fold.tolist())):
        found = [calibrate(p, one, level.fold != i) for one in (level, *below)]
        for j in np.flatnonzero(level.fold == i):
            width = min(_width(one, p.rows[j].work, level.features[j]) for one in found)
            above = min(width, max(0.0, p.y[j] + off[j] - p.peak_log_s[j]))
            inside[j], ratio[j] = -width <= off[j] <= above, math.exp(min(width + above, 50.0))
    return pd.DataFrame({"error": relative(off), "inside": inside, "high_over_low": ratio})


def _width(found: Calibrated, work: Work, features: Features) -> float:
    """Half width of the 90 % interval in logs."""
    drawn = draw(found.intervals, work, 0.9)
    return math.inf if drawn.scales is None else drawn.scales * scale(features, found.spread)
