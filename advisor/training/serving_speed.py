"""Fits the serving-speed artifact and says how good it is on sources, devices and models left out whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from advisor.prediction.conformal import group_quantile
from advisor.prediction.serving_speed import BUSY
from advisor.training.serving_speed_fit import Fit, waits_for_memory
from advisor.training.serving_speed_kernels import efficiencies
from advisor.training.serving_speed_model import Case, cases
from advisor.training.serving_speed_rows import decode
from advisor.training.tables import load

LEVELS = (0.5, 0.8, 0.9, 0.95, 0.98)
_FOLDS = 6
_SIGNIFICANT = 9


def publisher(case: Case) -> str:
    """Who measured: the model cards of one vendor are one source, and so are one laboratory's speed pages."""
    source = case.row.source
    for start in ("redhat", "qwen", "vllm-pr"):
        if source.startswith(start):
            return start
    return source


def metric_of(case: Case) -> str:
    """ttft, or decode for all figures that output tokens dominate."""
    return "ttft" if case.row.metric == "ttft" else "decode"


def config_key(case: Case) -> str:
    """As `serving_speed._Known` spells it: device, devices, model, kernel family, engine."""
    return f"{case.gpu.catalog_name}|{case.row.devices}|{case.model}|{case.family}|{case.row.engine}"


@cache
def data() -> tuple[list[Case], dict[str, int]]:
    """(usable cases, reason -> figures left out)."""
    rows, reasons = decode(load("speed_serving"))
    return cases(rows, reasons), reasons


def fit(progress: Callable[[float], None] | None = None) -> dict[str, Any]:
    """The artifact document: coefficients, corrections, intervals, and how many rows stand behind what."""
    found, reasons = data()
    kernels = efficiencies()
    full = Fit(found, kernels).run()
    effects = corrections(full)
    left = {name: left_out(full, key, kernels, progress) for name, key in KINDS.items() if name != "model"}
    return {
        "format": 1,
        "coefficients": {n: _round(v) for n, v in full.coefficients().items()
                         if not n.startswith(("drain:", "queue:", "odd:"))},
        "effects": effects,
        "levels": list(LEVELS),
        "intervals": _intervals(full, left),
        "extrapolation": 1.5,
        "batched": batched_growth(),
        "counts": _counts(full),
        "left_out_figures": dict(sorted(reasons.items())),
    }


KINDS: dict[str, Callable[[Case], str]] = {
    "source": publisher,
    "device": lambda case: case.gpu.catalog_name or case.gpu.name,
    "model": lambda case: case.model_family,
}


def corrections(fitted: Fit, keep: np.ndarray | None = None) -> dict[str, dict[str, dict[str, float]]]:
    """log(measured / modelled) that belongs to a device, and to one configuration on it.

    Partial pooling: the median of every publisher counts once; a mean over s publishers keeps s / (s + 1) of
    itself, for publishers of one configuration differ by about as much as configurations do.
    """
    residual = fitted.residuals()
    usable = fitted.weights > 0
    if keep is not None:
        usable &= keep
    result: dict[str, dict[str, dict[str, float]]] = {}
    for metric in ("decode", "ttft"):
        rows = [i for i, case in enumerate(fitted.cases) if usable[i] and metric_of(case) == metric]
        left = residual.copy()
        device = _pooled([(fitted.cases[i].gpu.catalog_name, publisher(fitted.cases[i]), left[i]) for i in rows])
        for i in rows:
            left[i] -= device.get(fitted.cases[i].gpu.catalog_name, 0.0)
        config = _pooled([(config_key(fitted.cases[i]), publisher(fitted.cases[i]), left[i]) for i in rows])
        result[metric] = {"device": device, "config": config}
    return result


def _pooled(rows: Sequence[tuple[str, str, float]]) -> dict[str, float]:
    by_key: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for key, source, value in rows:
        by_key[key][source].append(value)
    return {key: _round(sum(float(np.median(v)) for v in sources.values()) / (len(sources) + 1))
            for key, sources in sorted(by_key.items())}


def apply(effects: dict, case: Case) -> float:
    """The correction of *case*."""
    own = effects[metric_of(case)]
    return own["device"].get(case.gpu.catalog_name, 0.0) + own["config"].get(config_key(case), 0.0)


def left_out(
    full: Fit, key: Callable[[Case], str], kernels: dict, progress: Callable[[float], None] | None = None,
) -> np.ndarray:
    """log(measured / predicted) of every row by a fit that never saw its group."""
    groups = [key(case) for case in full.cases]
    names = sorted(set(groups), key=lambda name: (-groups.count(name), name))
    fold_of = {name: i % _FOLDS for i, name in enumerate(names)}
    fold = np.array([fold_of[g] for g in groups])
    residual = np.zeros(len(groups))
    for number in range(min(_FOLDS, len(names))):
        inside = np.flatnonzero(fold != number)
        part = Fit([full.cases[i] for i in inside], kernels).start(full.coefficients()).run(rounds=1, tolerance=3e-4)
        effects = corrections(part)
        outside = np.flatnonzero(fold == number)
        rest = Fit([full.cases[i] for i in outside], kernels).start(part.coefficients())
        rest.follow()
        found = rest.residuals()
        for i, r in zip(outside, found, strict=True):
            residual[i] = r - apply(effects, full.cases[i])
        if progress:
            progress((number + 1) / _FOLDS)
    return residual


def _intervals(full: Fit, left: dict[str, np.ndarray]) -> dict[str, list[float]]:
    """Half-widths of log intervals by figure, whether the device is known, and how busy the server is."""
    usable = ~waits_for_memory(full.cases)
    table = {}
    for known, kind in (("known", "source"), ("unknown", "device")):
        for metric in ("decode", "ttft"):
            for busy in ("calm", "busy"):
                rows = [i for i, case in enumerate(full.cases)
                        if usable[i] and metric_of(case) == metric and (full.batch[i] > BUSY) == (busy == "busy")]
                scores = [abs(left[kind][i]) for i in rows]
                groups = [f"{publisher(full.cases[i])}|{config_key(full.cases[i])}" for i in rows]
                table[f"{metric}|{known}|{busy}"] = [_round(group_quantile(scores, groups, level)) for level in LEVELS]
    return table


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
    """What a further request adds to llama.cpp's step, as a share of a single step: [10 %, median, 90 %, rows].

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
    return {arch: [*(_round(float(np.quantile(v, q))) for q in (0.1, 0.5, 0.9)), len(v)]
            for arch, v in sorted(growth.items())}


def _round(value: float) -> float:
    return float(f"{value:.{_SIGNIFICANT}g}")
