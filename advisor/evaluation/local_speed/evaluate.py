"""The figures of local speed on sources and devices left out whole, beside the floor, peers and targets."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from advisor.evaluation.judged import over_groups
from advisor.evaluation.local_speed.holdout import is_held
from advisor.evaluation.local_speed.judge import judge
from advisor.evaluation.local_speed.peers import PEERS
from advisor.evaluation.local_speed.variants import compare
from advisor.prediction.interval import weighted_quantile
from advisor.training.fitting.calibrate import coverage
from advisor.training.fitting.gaps import gaps
from advisor.training.local_speed.fit import PHASES, Problem, reach, submitter
from advisor.training.local_speed.intervals import Level, levels
from advisor.training.local_speed.rows import Row, load_rows

Mask = Callable[[Row], bool]


def _splits(row: Row) -> bool:
    return len(row.work.shares) > 1 or row.work.upload_s > 0


def _plain(row: Row) -> bool:
    return not _splits(row) and row.work.sequences == 1


def _on_gpu(row: Row) -> bool:
    return _plain(row) and row.device.kind != "cpu"


GROUPS: tuple[tuple[str, Mask], ...] = (
    ("GPU, dense", lambda row: _on_gpu(row) and row.work.active_share >= 1),
    ("GPU, mixture of experts", lambda row: _on_gpu(row) and row.work.active_share < 1),
    ("CPU", lambda row: _plain(row) and row.device.kind == "cpu"),
    ("part on the CPU", _splits),
    ("several sequences", lambda row: row.work.sequences > 1),
    ("H100 SXM", lambda row: _on_gpu(row) and row.device.key.startswith("H100 SXM")),
    ("NVIDIA", lambda row: _on_gpu(row) and row.device.vendor == "NVIDIA"),
    ("AMD", lambda row: _on_gpu(row) and row.device.vendor == "AMD"),
    ("Apple GPU", lambda row: _on_gpu(row) and row.device.kind == "apple"),
    ("several devices", lambda row: row.work.n_devices > 1),
)
TARGETS = {
    ("decode", "GPU, dense"): 0.10,
    ("decode", "GPU, mixture of experts"): 0.15,
    ("decode", "CPU"): 0.18,
    ("decode", "part on the CPU"): 0.25,
    ("decode", "several sequences"): 0.20,
    ("decode", "H100 SXM"): 0.10,
    ("prefill", "GPU, dense"): 0.18,
    ("prefill", "GPU, mixture of experts"): 0.22,
    ("prefill", "CPU"): 0.18,
    ("prefill", "part on the CPU"): 0.35,
    ("prefill", "several sequences"): 0.20,
}
UNSEEN = ("source", "device")
FEWEST_ROWS = 4
"""Fewer rows of a group are not worth a line."""
DRAWS = (0, 1, 2)
"""Seeds by which groups are dealt to folds: figures move by some two points from one to another, so that the
median of three is told. The first is that of the fit (`folds.SEED`)."""


def evaluate() -> dict[str, Any]:
    """One line per phase, group and what was unseen: error, coverage, floor, target, holdout and peers.

    Every figure is the median over DRAWS of the folds. `median_error` is the median relative error
    |predicted ÷ measured - 1| of the rows, `over_devices` the median over devices of theirs; `covered_90` the
    share of rows in their 90 % interval, every source (or device) counting once, by the shipped procedure
    calibrated on the other folds. `floor` is how far two independent sources of one configuration lie apart.
    `held_error` is that of sources and devices held back from most choices of settings (`holdout.HELD_IN`
    names those that were not). `peer_…` is another tool's formula on the same rows.
    """
    rows, excluded = load_rows()
    bounds = reach(rows)
    lines, variants = [], []
    for phase in PHASES:
        p = Problem(phase, tuple(row for row in rows if row.phase == phase), bounds)
        draws = [levels(p, seed) for seed in DRAWS]
        floors, table = floor(p.rows), described(p)
        for unseen, judged in zip(
            UNSEEN, zip(*(_judged(p, *draw) for draw in draws), strict=True), strict=True
        ):
            for name, mask in GROUPS:
                chosen = table[table["row"].map(mask)].assign(unseen=table[unseen])
                if len(chosen) >= FEWEST_ROWS:
                    what = {"phase": phase, "unseen": unseen, "group": name}
                    target = TARGETS.get((phase, name))
                    each = [_line(chosen.join(found), target) for found in judged]
                    lines.append(what | middle(each) | floors.get(name, {}))
        known, unknown = draws[0]
        variants += compare(p, unknown, known)
    return {
        "title": "Speed of local engines",
        "what": [
            f"sources and devices left out whole; every figure the median of {len(DRAWS)} draws of folds"
        ],
        "rows": lines,
        "variants": variants,
        "rows_left_out": dict(sorted(excluded.items())),
    }


def _judged(p: Problem, known: Level, unknown: Level) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`judge` with sources left out and with devices left out (UNSEEN)."""
    by_device, by_source = judge(p, unknown), judge(p, known, unknown)
    # Where no other source measured the device, the device is unseen with the source.
    by_source[~known.use] = by_device[~known.use]
    return by_source, by_device


def middle(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One line of several with the same keys: the median of each figure; None where one has none."""
    return {
        key: None if any(line[key] is None for line in lines) else median(line[key] for line in lines)
        for key in lines[0]
    }


def described(p: Problem) -> pd.DataFrame:
    """One line per row: itself, its device and source, whether it is held back, and what peers are off by."""
    seconds = np.exp(p.y)
    peers = {
        f"peer_{name}": np.abs(np.array([formula(row) for row in p.rows]) * seconds - 1)
        for name, formula in PEERS[p.phase].items()
    }
    about = {"row": p.rows, "device": p.devices, "source": p.submitters, "held": list(map(is_held, p.rows))}
    return pd.DataFrame(about | peers)


def _line(rows: pd.DataFrame, target: float | None) -> dict[str, Any]:
    held = rows.loc[rows["held"], "error"]
    return {
        "rows": len(rows),
        "devices": rows["device"].nunique(),
        "sources": rows["source"].nunique(),
        "median_error": rows["error"].median(),
        "over_devices": over_groups(rows["error"], rows["device"]),
        "target": target,
        "covered_90": coverage(rows["inside"], rows["unseen"]),
        "high_over_low": rows["high_over_low"].median(),
        "held_rows": len(held),
        "held_error": held.median() if len(held) else None,
        **{str(peer): over_groups(rows[peer], rows["device"]) for peer in rows.filter(like="peer_")},
    }


def floor(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """Group -> `floor`, the median over devices of the relative distance of two independent sources of one
    configuration; their number; and `floor_high_over_low`, the narrowest honest 90 % interval."""
    plain = [row for row in rows if _plain(row)]
    about = [(row, row.device.key, submitter(row), _configuration(row), row.log_s) for row in plain]
    table = pd.DataFrame(about, columns=["row", "device", "source", "configuration", "log_s"])
    out = {}
    for name, mask in GROUPS:
        found = gaps(table[table["row"].map(mask)], ["device", "configuration"], "source", "log_s")
        if not len(found):
            continue
        weights = 1 / found.groupby(level="device").transform("size")
        width = weighted_quantile(found.tolist(), weights.tolist(), 0.9, 0.0)
        out[name] = {
            "floor": over_groups(np.expm1(found), found.index.get_level_values("device")),
            "floor_pairs": len(found),
            "floor_high_over_low": math.exp(2 * width),
        }
    return out


def _configuration(row: Row) -> str:
    """Backend, cores, number of devices, engine, model, scheme, and lengths within a factor of four."""
    work, device = row.work, row.device
    length = round(math.log2(max(512.0, work.prompt_tokens)) / 2) if row.phase == "prefill" else 0
    depth = round(math.log2(max(1e9, work.attention_flops)) / 2)
    machine = (device.backend, device.cores, work.n_devices, row.engine)
    return repr((*machine, row.model, row.scheme, length, depth))
