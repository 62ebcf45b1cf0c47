"""Three ways to predict local speed, on the same rows and folds: which is the simplest that is best."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from advisor.evaluation.judged import boosted, relative
from advisor.training.local_speed.fit import FOLDS, Problem, row_weights
from advisor.training.local_speed.intervals import Level
from advisor.training.local_speed.rows import Row


def compare(p: Problem, unknown: Level, known: Level) -> list[dict[str, Any]]:
    """One line per way and what was unseen: median error of the rows, every one counting once.

    `pooled` is what is shipped: physics with effects of kinds, generations and devices shrunk to each other.
    `physics only` has no effect of generations, devices or sources. `boosted residual` adds gradient-boosted
    trees on what the pooled one leaves, each row's trees grown without its group.
    """
    lines, about = [], np.array([_numbers(row) for row in p.rows])
    for level, unseen in ((known, "source"), (unknown, "device")):
        shipped = level.residual[level.use]
        lines.append(_line(p, unseen, "pooled", shipped))
        told = boosted(level.residual, about, level.groups, FOLDS, row_weights(p.rows))
        lines.append(_line(p, unseen, "boosted residual", (level.residual - told)[level.use]))
    bare = replace_rows(p).without(p.devices)
    lines.append(_line(p, "device", "physics only", bare))
    return lines


def replace_rows(p: Problem) -> Problem:
    """The problem with rows whose devices have no name and no generation."""
    return Problem(p.phase, tuple(map(_nameless, p.rows)), p.reach)


def _nameless(row: Row) -> Row:
    shares = tuple(
        share._replace(device=share.device._replace(key="", generation="")) for share in row.work.shares
    )
    return replace(row, work=row.work._replace(shares=shares), source="")


def _line(p: Problem, unseen: str, way: str, residual: npt.NDArray[np.float64]) -> dict[str, Any]:
    error = relative(residual)
    return {
        "phase": p.phase,
        "unseen": unseen,
        "way": way,
        "rows": len(residual),
        "median_error": float(np.median(error)),
        "error_of_nine_in_ten": float(np.quantile(error, 0.9)),
    }


def _numbers(row: Row) -> list[float]:
    """What trees may look at: sizes, rates and lengths, in logs where they span decades."""
    work, share = row.work, row.work.shares[0]
    device = share.device
    sizes = (share.read_bytes, share.held_bytes, share.kv_bytes, device.bandwidth_bytes_per_s)
    rates = (device.matrix_flops, device.vector_flops, device.int8_ops, device.cores)
    lengths = (work.prompt_tokens, work.batch, work.attention_flops, work.n_devices)
    logs = [math.log(max(1e-3, value)) for value in (*sizes, *rates, *lengths)]
    return [*logs, work.active_share, device.year, share.layers, float(work.averaged), work.age_years]
