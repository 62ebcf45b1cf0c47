"""The figures of local speed on devices and sources left out whole, beside the floor, the peers and the
targets."""

from __future__ import annotations

import itertools
import math
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from statistics import median

import numpy as np

from advisor.prediction import interval
from advisor.prediction.local_speed.spread import scale
from advisor.prediction.local_speed.strata import (
    MIN_GROUPS,
    UNSEEN_FACTOR,
    half_width,
    is_supported,
    stratum_chain,
)
from advisor.prediction.local_speed.terms import least_decode_log_s
from advisor.training.local_speed.fit import (
    PHASES,
    Level,
    Problem,
    calibrate,
    cross_fit,
    fit_theta,
    levels,
    problem,
    submitter,
)
from advisor.training.local_speed.peers import PEERS
from advisor.training.local_speed.rows import Row, load_rows

FLOOR_FACTOR = 1.15
"""A target below its floor is replaced by this many floors."""
TARGETS = {
    ("decode", "device known, source unknown"): 0.10,
    ("decode", "device unknown"): 0.15,
    ("decode", "mixture of experts"): 0.15,
    ("decode", "CPU"): 0.20,
    ("prefill", "device known, source unknown"): 0.20,
    ("prefill", "device unknown"): 0.30,
}
WORDS = {"known": "device known, source unknown", "unknown": "device unknown"}
BOOTSTRAPS = 400
Mask = Callable[[Row], bool]
_GROUPS: tuple[tuple[str, Mask], ...] = (
    ("all", lambda row: True),
    ("NVIDIA", lambda row: row.device.vendor == "NVIDIA"),
    ("AMD", lambda row: row.device.vendor == "AMD" and row.device.kind != "cpu"),
    ("Apple GPU", lambda row: row.device.kind == "apple"),
    ("CPU", lambda row: row.device.kind == "cpu"),
    ("mixture of experts", lambda row: row.case.active_share < 1),
    ("CUDA", lambda row: row.device.backend == "cuda"),
    ("ROCm", lambda row: row.device.backend == "rocm"),
    ("Vulkan", lambda row: row.device.backend == "vulkan"),
    ("several devices", lambda row: row.case.n_devices > 1),
)


def evaluate() -> dict:
    """Title, what was left out, and one row per phase, level of knowledge and group: error, coverage,
    peers, floor.

    `median_error` is the median over devices of the median relative error |predicted ÷ measured - 1| of the
    device's rows; `within_30` the mean over devices of the share within 30 %; `coverage_90` the share of rows
    inside intervals calibrated on the other folds, every source (or device) counting once, with the 5th and
    95th
    percentile when groups are drawn again. `floor` is how far two independent sources of one configuration
    lie
    apart; a target below it is replaced by 1.15 floors. `peer_…` is another tool's formula on the same rows.
    """
    rows, excluded = load_rows()
    table = []
    for phase in PHASES:
        p = problem(rows, phase)
        crossed = cross_fit(p, fit_theta(p))
        floors, narrowest = floor(p.rows), floor_widths(p.rows)
        for level in levels(p, phase, crossed):
            inside, ratio = covered(p, phase, level)
            for name, mask in _GROUPS:
                chosen = np.array([u and mask(row) for u, row in zip(level.use, p.rows, strict=True)])
                if chosen.sum() >= 5:
                    table.append(_line(p, phase, level, name, chosen, inside, ratio, floors))
                    table[-1]["floor_high_over_low"] = narrowest.get(name)
    return {"title": "Speed of local engines", "rows": table, "rows_left_out": dict(sorted(excluded.items()))}


def covered(p: Problem, phase: str, level: Level) -> tuple[np.ndarray, np.ndarray]:
    """Whether each row lies in an interval calibrated on the other folds, and that interval's high ÷ low."""
    inside, ratio = np.zeros(len(p.rows), bool), np.full(len(p.rows), np.nan)
    for i in sorted(set(level.fold)):
        coefficients, table = calibrate(p, level, level.fold != i)
        for j in np.flatnonzero(level.use & (level.fold == i)):
            scales, _, _ = half_width(table, stratum_chain(p.rows[j].case), 0.9)
            width = scales * scale(level.features[j], coefficients)
            if not is_supported(table, p.rows[j].case):
                width *= UNSEEN_FACTOR
            row, off = p.rows[j], level.residual[j]
            above = width
            if phase == "decode":  # no figure above what the bandwidth allows
                above = min(width, max(0.0, row.log_s + off - least_decode_log_s(row.case)))
            inside[j], ratio[j] = -width <= off <= above, math.exp(width + above)
    return inside, ratio


def floor(rows: Sequence[Row]) -> dict[str, tuple[float, int]]:
    """Median relative distance of two independent sources of one configuration, by group: (distance, pairs).

    The median over devices, so that no device owns it.
    """
    out = {}
    for name, by_device in distances(rows).items():
        per_device = [median(map(math.expm1, found)) for found in by_device.values()]
        out[name] = (median(per_device), sum(map(len, by_device.values())))
    return out


def floor_widths(rows: Sequence[Row]) -> dict[str, float]:
    """High ÷ low of the interval that holds one source's figure in nine cases of ten when another's is known:
    the narrowest honest one, by group. Every device counts once."""
    out = {}
    for name, by_device in distances(rows).items():
        scores = [x for found in by_device.values() for x in found]
        weights = [1 / len(found) for found in by_device.values() for _ in found]
        out[name] = math.exp(2 * interval.weighted_quantile(scores, weights, 0.9, 0.0))
    return out


def distances(rows: Sequence[Row]) -> dict[str, dict[str, list[float]]]:
    """Group -> device -> |log ratio| of every two independent sources of one configuration.

    One configuration: device, backend, number of devices, engine, model, scheme, lengths within a factor of
    four.
    """
    cells: dict[tuple, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        length = round(math.log2(max(512.0, row.case.prompt_tokens)) / 2) if row.phase == "prefill" else 0
        depth = round(math.log2(max(1e9, row.case.attention_flops)) / 2)
        machine = (row.device.key, row.device.backend, row.case.n_devices, row.engine)
        cells[*machine, row.model, row.scheme, length, depth][submitter(row)].append(row)
    out: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for sources in cells.values():
        first = next(iter(sources.values()))[0]
        logs = [median(row.log_s for row in members) for members in sources.values()]
        found = [abs(a - b) for a, b in itertools.combinations(logs, 2)]
        for name, mask in _GROUPS if found else ():
            if mask(first):
                out[name][first.device.key] += found
    return out


def _line(
    p: Problem,
    phase: str,
    level: Level,
    name: str,
    chosen: np.ndarray,
    inside: np.ndarray,
    ratio: np.ndarray,
    floors: dict[str, tuple[float, int]],
) -> dict:
    rows = [row for row, use in zip(p.rows, chosen, strict=True) if use]
    residual = level.residual[chosen]
    error = np.expm1(np.abs(residual) * np.sign(-residual))
    groups = [group for group, use in zip(level.groups, chosen, strict=True) if use]
    words = WORDS[level.name]
    distance, pairs = floors.get(name, (math.nan, 0))
    target = TARGETS.get((phase, words if name == "all" else name))
    if target is not None and pairs >= MIN_GROUPS and distance > target:
        target = FLOOR_FACTOR * distance
    low, high = _bootstrap(inside[chosen], groups)
    line: dict = {
        "phase": phase,
        "level": words,
        "group": name,
        "rows": len(rows),
        "devices": len({row.device.key for row in rows}),
        "sources": len(set(map(submitter, rows))),
        "median_error": _over_devices(rows, np.abs(error)),
        "within_30": float(np.mean(_by_device(rows, np.abs(error) <= 0.3, np.mean))),
        "coverage_90": _mean_by(inside[chosen], groups),
        "coverage_low": low,
        "coverage_high": high,
        "interval_high_over_low": float(np.nanmedian(ratio[chosen])),
        "floor": distance if pairs else None,
        "floor_pairs": pairs,
        "target": target,
    }
    for peer, formula in PEERS[phase].items():
        answers = np.array([formula(row) for row in rows])
        off = np.abs(answers * np.exp([row.log_s for row in rows]) - 1)
        answered = [row for row, error in zip(rows, off, strict=True) if error == error]
        line[f"peer_{peer}"] = _over_devices(answered, off[off == off]) if answered else None
    return line


def _by_device(rows: Sequence[Row], values: np.ndarray, reduce: Callable) -> list[float]:
    by: dict[str, list[float]] = defaultdict(list)
    for row, value in zip(rows, values, strict=True):
        by[row.device.key].append(float(value))
    return [float(reduce(found)) for found in by.values()]


def _over_devices(rows: Sequence[Row], errors: np.ndarray) -> float:
    found = _by_device(rows, errors, median)
    return float(median(found)) if found else math.nan


def _mean_by(inside: np.ndarray, groups: Sequence[str]) -> float:
    weights = interval.group_weights(groups)
    return float(np.average(inside, weights=weights))


def _bootstrap(inside: np.ndarray, groups: Sequence[str]) -> tuple[float, float]:
    """The 5th and 95th percentile of the coverage when groups are drawn again."""
    by: dict[str, list[bool]] = defaultdict(list)
    for ok, group in zip(inside, groups, strict=True):
        by[group].append(bool(ok))
    means = [sum(found) / len(found) for found in by.values()]
    rng = random.Random(4)
    drawn = sorted(sum(rng.choices(means, k=len(means))) / len(means) for _ in range(BOOTSTRAPS))
    return drawn[BOOTSTRAPS // 20], drawn[-1 - BOOTSTRAPS // 20]
