"""Settings of local speed that no fit finds: how far one source's device may leave its generation, and how
far own measurements carry."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from advisor.evaluation.local_speed.holdout import is_held
from advisor.evaluation.local_speed.own import simulate
from advisor.evaluation.search import thinned
from advisor.prediction.own import pooling
from advisor.prediction.own.evidence import PHASES
from advisor.training.local_speed import fit
from advisor.training.local_speed.rows import load_rows

SHARES, MOSTS = (0.5, 0.7, 1.0), (0.15, 0.25, 0.4, 0.7)
FACTORS = (0.7, 1.0, 1.4)
"""Of the present kernel's parts."""
OWN_ROWS = 3


def search(most_groups: int | None = None) -> dict[str, Any]:
    """The settings of `fit.LONE` and of `pooling.KERNELS` by phase, the best first; a figure is a median
    relative error, that of LONE with a quarter of the worst tenth's added."""
    lone_lines, kernel_lines = [], []
    for p in _problems(most_groups):
        lone_lines += sorted(lone(p), key=lambda line: float(line["error"]))
        kernel_lines += sorted(kernels(p), key=lambda line: float(line["error"]))
    return {"title": "Settings of local speed", "lone_devices": lone_lines, "own_kernels": kernel_lines}


def _problems(most_groups: int | None) -> Iterator[fit.Problem]:
    """Both phases, without the holdout."""
    rows = [row for row in load_rows()[0] if not is_held(row)]
    rows = thinned(rows, [row.device.key for row in rows], most_groups)
    for phase in PHASES:
        yield fit.Problem(phase, tuple(row for row in rows if row.phase == phase), fit.reach(rows))


def lone(p: fit.Problem) -> list[dict[str, Any]]:
    """One line per setting of LONE, sources left out."""
    present, found = fit.LONE[p.phase], []
    for setting in itertools.product(SHARES, MOSTS):
        fit.LONE[p.phase] = setting
        off = np.abs(np.expm1(p.without(p.submitters)))
        error = float(np.median(off) + np.quantile(off, 0.9) / 4)
        found.append({"phase": p.phase, "share": setting[0], "most": setting[1], "error": error})
    fit.LONE[p.phase] = present
    return found


def kernels(p: fit.Problem) -> list[dict[str, Any]]:
    """One line per kernel, devices left out and three own rows known."""
    residual = p.without(p.devices).tolist()
    phase = next(phase for phase in PHASES if phase == p.phase)
    present, found = pooling.KERNELS[phase], []
    for device, family, size in itertools.product(FACTORS, repeat=3):
        parts = (present.device * device, present.family * family, present.size * size)
        pooling.KERNELS[phase] = type(present)(*parts, present.sparse, present.cell)
        error = simulate(p.rows, residual, phase, OWN_ROWS)["median_error_with_pct"] / 100
        found.append(
            {"phase": phase, **dict(zip(("device", "family", "size"), parts, strict=True)), "error": error}
        )
    pooling.KERNELS[phase] = present
    return found
