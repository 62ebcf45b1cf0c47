"""How good predicted serving speed is on publishers, devices and models left out whole, beside peers'
formulas."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np

from advisor.prediction.interval import group_quantile
from advisor.training.serving_speed.fit import Fit, waits_for_memory
from advisor.training.serving_speed.fitted import LEVELS, data, strata
from advisor.training.serving_speed.kernels import efficiencies
from advisor.training.serving_speed.left_out import KINDS, config_key, left_out, metric_of, publisher, seen
from advisor.training.serving_speed.model import Case
from advisor.training.serving_speed.peers import PEERS

_TARGET = 0.15
"""Error asked of time per token and throughput on a known device."""
_TIE = 0.05
"""Two schemes within this of each other count as equal: below what repeating a run gives."""
_FIGURES = {
    "tpot": "time per output token",
    "ttft": "time to first token",
    "flow": "throughput",
    "service": "latency",
}


def evaluate() -> dict[str, Any]:
    """Tables by heading."""
    found, reasons = data()
    kernels = efficiencies()
    full = Fit(found, kernels).run()
    left = {kind: left_out(full, key, kernels) for kind, key in KINDS.items()}
    floors = floor(full)
    return {
        "title": "Serving speed (vLLM, SGLang, TensorRT-LLM)",
        "floor": floors,
        "errors": errors(full, left, floors),
        "errors_by_publisher_left_out": by_group(full, left["source"], publisher),
        "errors_by_device_left_out": by_group(full, left["device"], KINDS["device"]),
        "coverage_at_90_percent": coverage(full, left),
        "which_scheme_is_faster": ordering(full, left["source"]),
        "peers_on_the_same_rows": peers(full, left),
        "figures_not_used": [
            {"reason": why, "figures": n} for why, n in sorted(reasons.items(), key=lambda x: -x[1])
        ],
        "weak_spots": weak_spots(full),
    }


def floor(full: Fit) -> list[dict[str, Any]]:
    """How far apart measurements of one thing lie: the error nobody can beat.

    Versions: the same publisher, machine, model, scheme and load with another engine version.
    Publishers: the same device, number of devices, kernel and kind of load, each publisher's median
    after the model has taken out what differs between their models and loads (so it holds some of the
    model's error too).
    """
    usable = ~waits_for_memory(full.cases)
    versions: dict[tuple, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    publishers: dict[tuple, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    raw = full.residuals() + full.names.offset(full.theta) - full.names.protocol(full.theta)
    for i, case in enumerate(full.cases):
        row = case.row
        if not usable[i] or row.metric == "ttft":
            continue
        versions[
            (
                row.publisher,
                row.hardware,
                row.devices,
                row.engine,
                row.model,
                row.scheme,
                row.metric,
                row.prompt,
                row.output,
                row.batch,
                row.protocol,
            )
        ][row.version].append(float(np.log(row.seconds)))
        busy = full.arrays.batch[i] > 4
        publishers[(case.gpu.catalog_name, row.devices, case.family, busy)][row.publisher].append(
            float(raw[i])
        )
    return [
        _apart("another engine version, same publisher", versions),
        _apart("another publisher", publishers),
    ]


def _apart(what: str, groups: dict[tuple, dict[str, list[float]]]) -> dict[str, Any]:
    gaps = [
        abs(float(np.median(a) - np.median(b)))
        for by in groups.values()
        if len(by) > 1
        for a, b in combinations(by.values(), 2)
    ]
    return {
        "compared": what,
        "pairs": len(gaps),
        "median_factor": float(np.exp(np.median(gaps))),
        "p90_factor": float(np.exp(np.quantile(gaps, 0.9))),
    }


def errors(full: Fit, left: dict[str, np.ndarray], floors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Relative error by figure and by what was left out; the target gives way to 1.15 x the floor."""
    usable = ~waits_for_memory(full.cases)
    measured = seen(full.cases, publisher)
    least = 1.15 * max(row["median_factor"] - 1 for row in floors)
    rows = []
    for metric, name in _FIGURES.items():
        of_metric = np.array([case.row.metric == metric for case in full.cases]) & usable
        for what, kind, keep in (
            ("publisher; device and kernel known", "source", of_metric & measured),
            ("publisher; device or kernel unknown", "source", of_metric & ~measured),
            ("device", "device", of_metric),
            ("model family", "model", of_metric),
        ):
            if keep.sum() < 5:
                continue
            target = max(_TARGET, least) if "device and kernel known" in what else None
            rows.append(
                {"figure": name, "left_out": what, **_errors(full, left[kind], keep), "target": target}
            )
    for row in rows:
        row["met"] = (
            None
            if row["target"] is None or row["figure"] == _FIGURES["ttft"]
            else (row["median_over_devices"] <= row["target"])
        )
    return rows


def _errors(full: Fit, residual: np.ndarray, keep: np.ndarray) -> dict[str, Any]:
    at = np.flatnonzero(keep)
    relative = np.abs(np.expm1(-residual[at]))
    by_device = defaultdict(list)
    for i, error in zip(at, relative, strict=True):
        by_device[full.cases[i].gpu.catalog_name].append(error)
    return {
        "rows": len(at),
        "devices": len(by_device),
        "median_error": float(np.median(relative)),
        "median_over_devices": float(np.median([np.median(v) for v in by_device.values()])),
        "within_30_percent": float(np.mean(relative <= 0.3)),
        "bias_factor": float(np.exp(np.median(residual[at]))),
    }


def by_group(full: Fit, residual: np.ndarray, key: Callable[[Case], str]) -> list[dict[str, Any]]:
    """Error of the output-token figures, group by group."""
    usable = ~waits_for_memory(full.cases)
    groups = defaultdict(list)
    for i, case in enumerate(full.cases):
        if usable[i] and metric_of(case) == "decode":
            groups[key(case)].append(residual[i])
    return [
        {
            "group": name,
            "rows": len(v),
            "median_error": float(np.median(np.abs(np.expm1(-np.array(v))))),
            "bias_factor": float(np.exp(np.median(v))),
        }
        for name, v in sorted(groups.items())
    ]


def coverage(full: Fit, left: dict[str, np.ndarray]) -> list[dict[str, Any]]:
    """Share of left-out rows inside the 90 % interval built from the OTHER publishers, one vote per
    publisher."""
    at = LEVELS.index(0.9)
    rows = []
    for name, (scores, index) in strata(full, left).items():
        who = [publisher(full.cases[i]) for i in index]
        inside: dict[str, float] = {}
        for one in sorted(set(who)):
            others = [k for k, w in enumerate(who) if w != one]
            groups = [f"{who[k]}|{config_key(full.cases[index[k]])}" for k in others]
            if len(set(groups)) < 10:
                continue
            width = min(
                group_quantile([scores[k] for k in others], groups, LEVELS[at]), float(scores[others].max())
            )
            inside[one] = float(np.mean([scores[k] <= width for k, w in enumerate(who) if w == one]))
        if inside:
            count = Counter(who)
            total = sum(count[w] for w in inside)
            rows.append(
                {
                    "stratum": name,
                    "publishers": len(inside),
                    "rows": total,
                    "pooled": sum(inside[w] * count[w] for w in inside) / total,
                    "mean_over_publishers": float(np.mean(list(inside.values()))),
                    "worst_publisher": min(inside.values()),
                }
            )
    return rows


def ordering(full: Fit, residual: np.ndarray) -> list[dict[str, Any]]:
    """Which of two schemes is faster in the same run of one publisher, told by a fit that never saw the
    publisher.

    Pairs that differ by less than 5 % count as ties and are left out.
    """
    usable = ~waits_for_memory(full.cases)
    groups = defaultdict(list)
    for i, case in enumerate(full.cases):
        row = case.row
        if usable[i] and row.metric != "ttft" and not row.version.startswith("0.20.1+"):
            groups[
                (
                    row.publisher,
                    row.hardware,
                    row.devices,
                    row.engine,
                    row.version,
                    row.model,
                    row.metric,
                    row.prompt,
                    row.output,
                    row.batch,
                    row.protocol,
                )
            ].append(i)
    told: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for members in groups.values():
        load = _load(full.cases[members[0]].row.batch)
        for a, b in combinations(sorted(members, key=lambda i: full.cases[i].family), 2):
            pair = (full.cases[a].family, full.cases[b].family)
            gap = full.arrays.y[a] - full.arrays.y[b]
            if pair[0] == pair[1] or abs(gap) < _TIE:
                continue
            predicted = gap - (residual[a] - residual[b])
            told[" / ".join(pair), load].append(bool(gap * predicted > 0))
            told["all pairs", load].append(bool(gap * predicted > 0))
    return [
        {"schemes": pair, "requests": load, "pairs": len(v), "right": float(np.mean(v))}
        for (pair, load), v in sorted(told.items())
        if len(v) >= 5
    ]


def _load(batch: float) -> str:
    return "one" if batch <= 1 else "2-16" if batch <= 16 else "more than 16"


def peers(full: Fit, left: dict[str, np.ndarray]) -> list[dict[str, Any]]:
    """Median error of peers' formulas and of this model on the same rows."""
    usable = ~waits_for_memory(full.cases)
    rows = []
    for metric, name in _FIGURES.items():
        keep = [i for i, case in enumerate(full.cases) if usable[i] and case.row.metric == metric]
        own = {
            f"this model, {what} left out": np.median(np.abs(np.expm1(-left[kind][keep])))
            for what, kind in (("publisher", "source"), ("device", "device"), ("model family", "model"))
        }
        row: dict[str, Any] = {"figure": name, "rows": len(keep), **{k: float(v) for k, v in own.items()}}
        for peer, formula in PEERS.items():
            guesses = np.array([formula(full.cases[i]) for i in keep])
            truth = np.array([full.cases[i].row.seconds for i in keep])
            row[peer] = float(np.median(np.abs(guesses / truth - 1.0)))
        rows.append(row)
    return rows


def weak_spots(full: Fit) -> list[str]:
    """What the measurements do not say, in words."""
    counts: dict[str, set[str]] = defaultdict(set)
    for case in full.cases:
        counts[case.family].add(publisher(case))
    thin = sorted(f"{family} ({len(who)})" for family, who in counts.items() if len(who) < 3)
    return [
        "Kernels measured by fewer than three publishers: " + ", ".join(thin),
        "bitsandbytes, HQQ, EXL2/EXL3 and GGUF inside a serving engine were not measured: extrapolated",
        "W8A8-INT under load was measured by one vendor's model cards and one leaderboard, with vLLM 0.7; "
        "no 70B model in INT8 was measured",
        "One leaderboard's vLLM 0.20.1 run on an A100 has quantized models slower than BF16 at 8 requests: "
        "its overhead per layer is a term of its own and is not predicted",
        "W4A16 under load: one publisher has it 1.8 times slower than BF16, another on a par",
        "transformers was measured by one publisher, for one request at a time",
        "Time to first token under load depends on how requests bunch; only two publishers report it",
    ]
