"""How good predicted serving speed is on publishers, devices and models left out whole, beside peers'
formulas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from advisor.prediction.interval import group_quantile
from advisor.training.fitting.calibrate import coverage
from advisor.training.serving_speed.cases import Case
from advisor.training.serving_speed.estimator import VARIANTS
from advisor.training.serving_speed.fitted import judged
from advisor.training.serving_speed.ordering import Errors, agreement, choices, order, pairs_right
from advisor.training.serving_speed.peers import PEERS
from advisor.training.serving_speed.sample import KINDS, Sample, figure_of, sample, seen

_CONFIDENCE = 0.9
ASKED: dict[str, tuple[float | None, Callable[[Case], bool]]] = {
    "latency of one request": (0.10, lambda c: c.row.metric == "service" and c.batch <= 1),
    "requests/s at a fixed number in flight": (0.15, lambda c: c.row.metric == "flow" and not c.row.protocol),
    "maximum throughput": (0.20, lambda c: c.row.metric == "flow" and bool(c.row.protocol)),
    "time per output token": (None, lambda c: c.row.metric in ("tpot", "step")),
    "time to first token": (None, lambda c: c.row.metric in ("ttft", "prompt")),
}
"""What people ask -> (the error aimed at, its rows)."""


def evaluate() -> dict[str, Any]:
    """Tables by heading."""
    found = sample()
    each = found.variants_left("source")
    left = {"source": each[VARIANTS[-1]], **{kind: found.left(kind) for kind in KINDS if kind != "source"}}
    return {
        "title": "Serving speed (vLLM, SGLang, TensorRT-LLM)",
        "floor": floor(found),
        "what_is_asked": asked(found, left),
        "variants_on_the_same_folds": variants(found, each),
        "order_of_schemes_by_speed_over_bf16": order(found, left["source"]),
        "order_of_schemes_between_publishers": agreement(found, left["source"]),
        "loss_by_taking_the_scheme_predicted_fastest": choices(found, left["source"]),
        "which_scheme_is_faster": pairs_right(found, left["source"]),
        "errors_by_publisher_left_out": by_group(found, left["source"], "source"),
        "errors_by_device_left_out": by_group(found, left["device"], "device"),
        "coverage_at_90_percent": covered(found, left),
        "peers_on_the_same_rows": peers(found, left["source"]),
        "figures_not_used": [
            {"reason": why, "figures": n} for why, n in sorted(found.reasons.items(), key=lambda x: -x[1])
        ],
    }


def asked(found: Sample, left: dict[str, Errors]) -> list[dict[str, Any]]:
    """Error and coverage of what people ask, by what was left out; engines with own kernels are apart."""
    known = seen(found.cases, "source")
    inside, _ = _inside(found, left)
    rows = []
    for what, (goal, chosen) in ASKED.items():
        of = np.array([chosen(c) and not c.kinds.alone for c in found.cases])
        for kind, keep in (
            ("source; device and kernel known", of & known),
            ("source; device or kernel unknown", of & ~known),
            ("device", of),
            ("model", of),
        ):
            if keep.sum() < 5:
                continue
            errors = left[kind.split(";")[0]]
            row = {"figure": what, "left_out": kind, **_errors(found, errors, keep), "goal": goal}
            row["covered"] = _covered(inside[kind.split(";")[0]], keep, found) if kind != "model" else None
            rows.append(row)
    unified = np.array([c.gpu.unified_memory and c.row.metric in ("step", "tpot") for c in found.cases])
    if unified.sum() >= 5:
        rows.append(
            {"figure": "unified memory, time per token", "left_out": "model"}
            | _errors(found, left["model"], unified)
            | {"goal": 0.2, "covered": None}
        )
    return rows


def _errors(found: Sample, errors: Errors, keep: npt.NDArray[np.bool_]) -> dict[str, Any]:
    at = np.flatnonzero(keep)
    relative = np.abs(np.expm1(-errors[at]))
    by_device = defaultdict(list)
    for i, error in zip(at, relative, strict=True):
        by_device[found.cases[i].device].append(error)
    return {
        "rows": len(at),
        "sources": len({found.cases[i].row.publisher for i in at}),
        "devices": len(by_device),
        "median_error": float(np.median(relative)),
        "median_over_devices": float(np.median([np.median(v) for v in by_device.values()])),
        "bias_factor": float(np.exp(np.median(errors[at]))),
    }


def _covered(inside: dict[int, bool], keep: npt.NDArray[np.bool_], found: Sample) -> float | None:
    rows = [i for i in np.flatnonzero(keep).tolist() if i in inside]
    groups = [f"{found.cases[i].row.publisher}|{found.cases[i].device}" for i in rows]
    return coverage([inside[i] for i in rows], groups) if rows else None


def _inside(
    found: Sample, left: dict[str, Errors]
) -> tuple[dict[str, dict[int, bool]], dict[str, list[tuple[str, str, bool]]]]:
    """Whether rows lie in the 90 % interval made from all OTHER publishers: (left out -> row -> inside,
    stratum -> (publisher, group, inside))."""
    scores, groups, chains, rows = judged(found, left)
    strata: dict[str, list[int]] = defaultdict(list)
    for k, chain in enumerate(chains):
        strata[chain[0]].append(k)
    by_kind: dict[str, dict[int, bool]] = {"source": {}, "device": {}}
    by_stratum: dict[str, list[tuple[str, str, bool]]] = defaultdict(list)
    for name, members in sorted(strata.items()):
        for who in sorted({groups[k].split("|")[0] for k in members}):
            others = [k for k in members if groups[k].split("|")[0] != who]
            width = group_quantile([scores[k] for k in others], [groups[k] for k in others], _CONFIDENCE)
            if not np.isfinite(width):
                continue
            for k in members:
                if groups[k].split("|")[0] == who:
                    ok = scores[k] <= width
                    kind = "source" if scores[k] == abs(left["source"][rows[k]]) else "device"
                    by_kind[kind][rows[k]] = ok
                    by_stratum[name].append((who, groups[k], ok))
    return by_kind, by_stratum


def covered(found: Sample, left: dict[str, Errors]) -> list[dict[str, Any]]:
    """Share of left-out rows inside the 90 % interval made from the other publishers, by stratum."""
    _, by_stratum = _inside(found, left)
    return [
        {
            "stratum": name,
            "publishers": len({who for who, _, _ in members}),
            "groups": len({group for _, group, _ in members}),
            "rows": len(members),
            "pooled": float(np.mean([ok for _, _, ok in members])),
            "mean_over_groups": coverage([ok for _, _, ok in members], [group for _, group, _ in members]),
        }
        for name, members in sorted(by_stratum.items())
    ]


def variants(found: Sample, each: dict[str, Errors]) -> list[dict[str, Any]]:
    """Median errors of every variant of the estimator, publishers left out."""
    rows = []
    for name, errors in each.items():
        row: dict[str, Any] = {"variant": name}
        for what, (_, chosen) in ASKED.items():
            keep = [i for i, c in enumerate(found.cases) if chosen(c) and not c.kinds.alone]
            row[what] = float(np.median(np.abs(np.expm1(-errors[keep]))))
        rows.append(row)
    return rows


def floor(found: Sample) -> list[dict[str, Any]]:
    """How far apart runs of one thing lie, the error nobody can beat: the same publisher, machine, model,
    scheme and load with another engine version."""
    versions: dict[Any, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for case, y in zip(found.cases, found.y, strict=True):
        if figure_of(case).startswith("first"):
            continue
        same = (case.row.run._replace(version=""), case.row.scheme, case.row.metric)
        versions[same][case.row.version].append(float(y))
    gaps = [
        abs(float(np.median(a) - np.median(b)))
        for by in versions.values()
        for a, b in combinations(by.values(), 2)
    ]
    return [
        {
            "compared": "another engine version, same publisher",
            "pairs": len(gaps),
            "median_factor": float(np.exp(np.median(gaps))),
            "p90_factor": float(np.exp(np.quantile(gaps, 0.9))),
        }
    ]


def by_group(found: Sample, errors: Errors, kind: str) -> list[dict[str, Any]]:
    """Error of the figures that output tokens dominate, group by group."""
    groups = defaultdict(list)
    for name, case, error in zip(found.groups(kind), found.cases, errors, strict=True):
        if not figure_of(case).startswith("first"):
            groups[name].append(error)
    return [
        {
            "group": name,
            "rows": len(v),
            "median_error": float(np.median(np.abs(np.expm1(-np.array(v))))),
            "bias_factor": float(np.exp(np.median(v))),
        }
        for name, v in sorted(groups.items())
    ]


def peers(found: Sample, errors: Errors) -> list[dict[str, Any]]:
    """Median error of peers' formulas and of this model, publishers left out, on the same rows."""
    rows = []
    for what, (_, chosen) in ASKED.items():
        keep = [i for i, case in enumerate(found.cases) if chosen(case)]
        row: dict[str, Any] = {"figure": what, "rows": len(keep), "this model": _median(errors[keep])}
        for peer, formula in PEERS.items():
            guessed = np.log([formula(found.cases[i]) for i in keep])
            row[peer] = _median(found.y[keep] - guessed)
        rows.append(row)
    return rows


def _median(errors: Sequence[float] | Errors) -> float:
    return float(np.median(np.abs(np.expm1(-np.asarray(errors)))))
