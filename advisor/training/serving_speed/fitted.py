"""Fits the serving-speed artifact: coefficients, corrections, intervals, and how many rows stand behind
what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from math import log
from typing import Any

import numpy as np

from advisor.prediction.interval import group_quantile
from advisor.prediction.serving_speed.predict import BUSY
from advisor.training.data.tables import load
from advisor.training.serving_speed.fit import Fit, waits_for_memory
from advisor.training.serving_speed.kernels import efficiencies
from advisor.training.serving_speed.left_out import (
    KINDS,
    config_key,
    corrections,
    left_out,
    metric_of,
    publisher,
    rounded,
    seen,
    typical,
)
from advisor.training.serving_speed.model import Case, cases
from advisor.training.serving_speed.rows import decode

LEVELS = (0.5, 0.8, 0.9, 0.95)
_ONLY_WHILE_FITTING = ("drain:", "queue:", "odd:", "by:", "by-first:", "math-by:")


@cache
def data() -> tuple[list[Case], dict[str, int]]:
    """(usable cases, reason -> figures left out)."""
    rows, reasons = decode(load("speed_serving"))
    return cases(rows, reasons), reasons


def fit(progress: Callable[[float], None] | None = None) -> dict[str, Any]:
    """The artifact document."""
    found, reasons = data()
    kernels = efficiencies()
    full = Fit(found, kernels).run()
    left = {kind: left_out(full, KINDS[kind], kernels, progress) for kind in ("source", "device")}
    intervals, extrapolation = _intervals(full, left)
    # A kernel or architecture no serving row has keeps what the timings say.
    coefficients = {name: log(median) for name, (median, _) in kernels.items()} | typical(full)
    return {
        "format": 1,
        "coefficients": {
            name: rounded(value)
            for name, value in sorted(coefficients.items())
            if not name.startswith(_ONLY_WHILE_FITTING)
        },
        "effects": corrections(full),
        "levels": list(LEVELS),
        "intervals": intervals,
        "extrapolation": extrapolation,
        "batched": batched_growth(),
        "counts": _counts(full),
        "left_out_figures": dict(sorted(reasons.items())),
    }


def strata(full: Fit, left: dict[str, np.ndarray]) -> dict[str, tuple[np.ndarray, list[int]]]:
    """'FIGURE|known or unknown|calm or busy' -> (absolute residuals left out, rows).

    A known device: publishers left out, where others measured the device and the kernel. An unknown one:
    devices left out.
    """
    usable = ~waits_for_memory(full.cases)
    measured = seen(full.cases, publisher)
    result = {}
    for known, kind in (("known", "source"), ("unknown", "device")):
        for metric in ("decode", "ttft"):
            for busy in ("calm", "busy"):
                rows = [
                    i
                    for i, case in enumerate(full.cases)
                    if usable[i]
                    and metric_of(case) == metric
                    and (measured[i] or known == "unknown")
                    and (full.arrays.batch[i] > BUSY) == (busy == "busy")
                ]
                result[f"{metric}|{known}|{busy}"] = (np.abs(left[kind][rows]), rows)
    return result


def _intervals(full: Fit, left: dict[str, np.ndarray]) -> tuple[dict[str, list[float]], float]:
    """(half-widths of log intervals by stratum and level, widening where device or kernel were not measured).

    One vote per publisher and configuration. A level with too few groups takes the widest error seen.
    """

    def half_widths(scores: np.ndarray, rows: list[int]) -> list[float]:
        groups = [f"{publisher(full.cases[i])}|{config_key(full.cases[i])}" for i in rows]
        found = [group_quantile(list(scores), groups, level) for level in LEVELS]
        return [rounded(min(value, float(scores.max()))) for value in found]

    table = {name: half_widths(*about) for name, about in strata(full, left).items()}
    for name, widths in table.items():
        if "|unknown|" in name:
            known = table[name.replace("|unknown|", "|known|")]
            table[name] = [max(a, b) for a, b in zip(widths, known, strict=True)]
    unseen = np.flatnonzero(~seen(full.cases, publisher) & ~waits_for_memory(full.cases))
    decode_rows = [
        int(i)
        for i in unseen
        if metric_of(full.cases[i]) == "decode" and full.cases[i].row.engine != "transformers"
    ]
    at = LEVELS.index(0.9)
    wide = half_widths(np.abs(left["source"][decode_rows]), decode_rows)[at]
    usual = max(table["decode|known|calm"][at], table["decode|known|busy"][at])
    return table, rounded(max(1.0, wide / usual))


def _counts(full: Fit) -> dict[str, dict[str, Any]]:
    """Figures and sources behind every device, kernel family and configuration."""
    device, family, config = (defaultdict(list) for _ in range(3))
    for case in full.cases:
        device[case.gpu.catalog_name].append(case.row.source)
        family[f"{case.row.engine}|{case.family}"].append(case.row.source)
        config[config_key(case)].append(case.row.source)
    return {
        "device": {k: [len(v), len(set(v))] for k, v in sorted(device.items())},
        "family": {k: [len(v), len(set(v))] for k, v in sorted(family.items())},
        "config": {k: [len(v), sorted(set(v))] for k, v in sorted(config.items())},
    }


def batched_growth() -> dict[str, list[float]]:
    """What a further request adds to llama.cpp's step, as a share of a single step: [10 %, median, 90 %,
    rows].

    From totals at 1, 2 and 4 requests of the same model and device. A total that falls as requests are added
    stays in: the spread says that this happens.
    """
    table = load("speed_local")
    table = table[(table.phase == "decode") & table.test.str.fullmatch(r"tg\d+ \(c\d+\)")]
    growth = defaultdict(list)
    for (_, _, _, arch), rows in table.groupby(["hardware", "model", "scheme", "arch"], sort=True):
        total = rows.groupby("concurrency").value.median()
        for requests in (2.0, 4.0):
            if 1.0 in total and requests in total:
                share = (requests * total[1.0] / total[requests] - 1) / (requests - 1)
                growth["moe" if arch == "moe" else "dense"].append(share)
    return {
        arch: [*(rounded(float(np.quantile(v, q))) for q in (0.1, 0.5, 0.9)), len(v)]
        for arch, v in sorted(growth.items())
    }
