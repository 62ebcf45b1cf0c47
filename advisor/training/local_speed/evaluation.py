"""The figures of local speed on sources and devices left out whole, beside the floor, peers and targets."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from advisor.prediction.interval import weighted_quantile
from advisor.training.fitting.calibrate import coverage
from advisor.training.local_speed.fit import PHASES, Problem, is_held, reach, submitter
from advisor.training.local_speed.intervals import Judged, judge, levels
from advisor.training.local_speed.peers import PEERS
from advisor.training.local_speed.rows import Row, load_rows
from advisor.training.local_speed.variants import compare

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
FEWEST_ROWS = 4
"""Fewer rows of a group are not worth a line."""


def evaluate() -> dict[str, Any]:
    """One line per phase, group and what was unseen: error, coverage, floor, target, holdout and peers.

    `median_error` is the median relative error |predicted ÷ measured - 1| of the rows, `over_devices` the
    median over devices of theirs; `covered_90` the share of rows in their 90 % interval, every source (or
    device) counting once, by the shipped procedure calibrated on the other folds. `floor` is how far two
    independent sources of one configuration lie apart. `held_error` is that of sources and devices held
    back from most choices of settings (`fit.HELD_IN` names those that were not). `peer_…` is another tool's
    formula on the same rows.
    """
    rows, excluded = load_rows()
    bounds = reach(rows)
    table, variants = [], []
    for phase in PHASES:
        p = Problem(phase, tuple(row for row in rows if row.phase == phase), bounds)
        known, unknown = levels(p)
        by_device = judge(p, unknown)
        by_source = _either(judge(p, known, unknown), by_device, known.use)
        floors = floor(p.rows)
        for unseen, judged, groups in (
            ("source", by_source, p.submitters),
            ("device", by_device, p.devices),
        ):
            for name, mask in GROUPS:
                chosen = np.array([mask(row) for row in p.rows])
                if chosen.sum() >= FEWEST_ROWS:
                    table.append(_line(p, (unseen, name), judged, chosen, groups) | floors.get(name, {}))
        variants += compare(p, unknown, known)
    return {
        "title": "Speed of local engines",
        "rows": table,
        "variants": variants,
        "rows_left_out": dict(sorted(excluded.items())),
    }


def _either(known: Judged, unknown: Judged, use: npt.NDArray[np.bool_]) -> Judged:
    """The source unseen: where no other source measured the device, it is unseen with it."""
    return Judged(
        np.where(use, known.error, unknown.error),
        np.where(use, known.inside, unknown.inside),
        np.where(use, known.high_over_low, unknown.high_over_low),
    )


def _line(
    p: Problem,
    what: tuple[str, str],
    judged: Judged,
    chosen: npt.NDArray[np.bool_],
    groups: Sequence[str],
) -> dict[str, Any]:
    rows = [row for row, use in zip(p.rows, chosen, strict=True) if use]
    error = np.abs(judged.error[chosen])
    held = [value for value, row in zip(error.tolist(), rows, strict=True) if is_held(row)]
    line: dict[str, Any] = {
        "phase": p.phase,
        "unseen": what[0],
        "group": what[1],
        "rows": len(rows),
        "devices": len({row.device.key for row in rows}),
        "sources": len(set(map(submitter, rows))),
        "median_error": float(np.median(error)),
        "over_devices": _over_devices(rows, error),
        "target": TARGETS.get((p.phase, what[1])),
        "covered_90": coverage(
            judged.inside[chosen], [g for g, use in zip(groups, chosen, strict=True) if use]
        ),
        "high_over_low": float(np.nanmedian(judged.high_over_low[chosen])),
        "held_rows": len(held),
        "held_error": median(held) if held else None,
    }
    for peer, formula in PEERS[p.phase].items():
        answers = np.array([formula(row) for row in rows])
        off = np.abs(answers * np.exp([row.log_s for row in rows]) - 1)
        answered = [row for row, value in zip(rows, off, strict=True) if value == value]
        line[f"peer_{peer}"] = _over_devices(answered, off[off == off]) if answered else None
    return line


def _over_devices(rows: Sequence[Row], errors: npt.NDArray[np.float64]) -> float:
    by: dict[str, list[float]] = defaultdict(list)
    for row, value in zip(rows, errors.tolist(), strict=True):
        by[row.device.key].append(value)
    return float(median(median(found) for found in by.values()))


def floor(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """Group -> `floor`, the median over devices of the relative distance of two independent sources of one
    configuration; their number; and `floor_high_over_low`, the narrowest honest 90 % interval."""
    out = {}
    for name, by_device in distances(rows).items():
        scores = [x for found in by_device.values() for x in found]
        weights = [1 / len(found) for found in by_device.values() for _ in found]
        out[name] = {
            "floor": median(median(map(math.expm1, found)) for found in by_device.values()),
            "floor_pairs": len(scores),
            "floor_high_over_low": math.exp(2 * weighted_quantile(scores, weights, 0.9, 0.0)),
        }
    return out


def distances(rows: Sequence[Row]) -> dict[str, dict[str, list[float]]]:
    """Group -> device -> |log ratio| of every two independent sources of one configuration.

    One configuration: device, backend, number of devices, engine, model, scheme, lengths within a factor of
    four.
    """
    cells: dict[tuple[object, ...], dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in filter(_plain, rows):
        work = row.work
        length = round(math.log2(max(512.0, work.prompt_tokens)) / 2) if row.phase == "prefill" else 0
        depth = round(math.log2(max(1e9, work.attention_flops)) / 2)
        machine = (row.device.key, row.device.backend, row.device.cores, work.n_devices, row.engine)
        cells[*machine, row.model, row.scheme, length, depth][submitter(row)].append(row)
    out: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for sources in cells.values():
        first = next(iter(sources.values()))[0]
        logs = [median(row.log_s for row in members) for members in sources.values()]
        found = [abs(a - b) for a, b in itertools.combinations(logs, 2)]
        for name, mask in GROUPS if found else ():
            if mask(first):
                out[name][first.device.key] += found
    return out
