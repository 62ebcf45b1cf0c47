"""What own measurements are worth: three rows on a device nobody measured, and the error of everything else
there.

Every device is left out of the fit whole. Then, on the rows of one device from one source (one person's
machine), three configurations are drawn as if they had been measured at home; the others, of other model and
scheme, are predicted with and without them. The correction is the one of `advisor.prediction.own.pooling`.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Sequence
from statistics import median
from typing import Any

from advisor.prediction.own.evidence import PHASES, Evidence, Phase, Point
from advisor.prediction.own.pooling import pool, posterior
from advisor.training.local_speed.fit import Problem, reach
from advisor.training.local_speed.rows import Row, load_rows

OWN_ROWS = (1, 3, 8)
"""One try, an evening's, and what a sweep gives."""
DRAWS = 20
"""Per device and source; the draws are the same in every run."""
LEAST_OTHERS = 2
"""Configurations left to predict, without which a device shows nothing."""


def evaluate() -> dict[str, Any]:
    """Median errors without and with own rows, per phase and number of rows."""
    rows, _ = load_rows()
    lines = []
    for phase in PHASES:
        part = Problem(phase, tuple(row for row in rows if row.phase == phase), reach(rows))
        residual = part.without(part.devices).tolist()
        for own in OWN_ROWS:
            lines.append({"phase": phase, "own_rows": own} | simulate(part.rows, residual, phase, own))
    return {
        "title": "Own measurements",
        "what": [
            "devices left out of the fit whole; own rows drawn from one source's rows on one device, "
            f"{DRAWS} draws each; errors of the other models and schemes there",
        ],
        "rows": lines,
    }


def simulate(rows: Sequence[Row], residual: Sequence[float], phase: Phase, own: int) -> dict[str, Any]:
    """Median absolute error in percent without and with *own* rows;
    *residual* is log(measured ÷ predicted).
    """
    machines: dict[tuple[str, str, str], dict[tuple[str, str], list[int]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for i, row in enumerate(rows):
        machines[row.source, row.device.key, row.device.backend][row.model, row.scheme].append(i)
    without, with_own, used = [], [], 0
    for key, cells in sorted(machines.items()):
        if len(cells) < own + LEAST_OTHERS:
            continue
        used += 1
        draw = random.Random("|".join(key))
        for _ in range(DRAWS):
            mine = draw.sample(sorted(cells), own)
            evidence = [
                Evidence("", phase, point_of_row(rows[i]), float(residual[i]))
                for i in (draw.choice(cells[cell]) for cell in mine)
            ]
            (found,) = pool(evidence)
            for cell in cells.keys() - set(mine):
                for i in cells[cell]:
                    mean = posterior(found, point_of_row(rows[i]))[0]
                    without.append(_error(residual[i]))
                    with_own.append(_error(residual[i] - mean))
    before, after = median(without), median(with_own)
    return {
        "machines": used,
        "figures": len(without),
        "median_error_without_pct": 100 * before,
        "median_error_with_pct": 100 * after,
        "fall_pct": 100 * (1 - after / before),
    }


def point_of_row(row: Row) -> Point:
    """The row as the correction sees it."""
    share = row.work.shares[0]
    return Point(
        row.work.family, math.log(share.read_bytes), row.work.active_share < 1, f"{row.model}|{row.scheme}"
    )


def _error(log_ratio: float) -> float:
    """Of the prediction, relative to what was measured."""
    return abs(math.exp(-float(log_ratio)) - 1.0)
