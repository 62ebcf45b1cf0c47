"""How good predicted serving speed is on publishers, devices and models left out whole, beside peers'
formulas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from advisor.evaluation.judged import boosted, over_groups, relative
from advisor.evaluation.serving_speed.ordering import (
    Errors,
    again,
    agreement,
    choices,
    load_of,
    order,
    pairs_right,
    size_of,
)
from advisor.evaluation.serving_speed.peers import PEERS
from advisor.prediction.interval import group_quantile
from advisor.training.fitting.calibrate import coverage
from advisor.training.fitting.folds import FOLDS
from advisor.training.fitting.gaps import gaps
from advisor.training.serving_speed.cases import Case
from advisor.training.serving_speed.fitted import judged
from advisor.training.serving_speed.sample import KINDS, Sample, sample, seen

_CONFIDENCE = 0.9
PUBLISHERS = "another publisher: the same devices, kernel, size of model and kind of load"
VERSIONS = "another engine version, same publisher"
_ALIKE = ["device", "devices", "family", "size", "load", "metric"]
"""What two publishers' figures share that are compared."""
FEWEST_ROWS = 5
"""Fewer rows of a figure are not worth a line."""
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
    left = {kind: found.left(kind) for kind in KINDS}
    table = judged(found, left)
    table = table.assign(inside=inside(table))
    apart = floors(found, left["source"])
    return {
        "title": "Serving speed (vLLM, SGLang, TensorRT-LLM)",
        "floor": apart,
        "what_is_asked": asked(found, left, table, apart),
        "variants_on_the_same_folds": variants(found, left["source"]),
        "order_of_schemes_by_speed_over_bf16": order(found, left["source"]),
        "how_well_another_measurement_orders_schemes": agreement(found, left["source"]),
        "loss_by_taking_the_scheme_predicted_fastest": choices(found, left["source"]),
        "which_scheme_is_faster": pairs_right(found, left["source"]),
        "errors_by_publisher_left_out": by_group(found, left["source"], "source"),
        "errors_by_device_left_out": by_group(found, left["device"], "device"),
        "coverage_at_90_percent": covered(table),
        "peers_on_the_same_rows": peers(found, left["source"]),
        "figures_not_used": [
            {"reason": why, "figures": n} for why, n in sorted(found.reasons.items(), key=lambda x: -x[1])
        ],
    }


def asked(
    found: Sample, left: dict[str, Errors], judged_rows: pd.DataFrame, apart: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Error and coverage of what people ask, by what was left out, with the floor of *apart* (`floors`);
    engines with own kernels are apart."""
    off = {f"off_{kind}": errors for kind, errors in left.items()}
    table = found.table.assign(known=seen(found.cases, "source"), **off)
    floor = {line["figure"]: line["median_gap"] for line in apart if line["compared"] == PUBLISHERS}
    lines = []
    for what, (goal, chosen) in ASKED.items():
        of = table[table["case"].map(chosen) & ~table["alone"]]
        for left_out, rows in (
            ("source; device and kernel known", of[of["known"]]),
            ("source; device or kernel unknown", of[~of["known"]]),
            ("device", of),
            ("model", of),
        ):
            kind = left_out.split(";")[0]
            if len(rows) >= FEWEST_ROWS:
                line = {"figure": what, "left_out": left_out, **_errors(rows, kind), "goal": goal}
                line |= {"floor": floor.get(what)}
                lines.append(line | {"covered": _covered(judged_rows, rows.index, kind)})
    shared = table[table["case"].map(lambda c: c.gpu.unified_memory and c.row.metric in ("step", "tpot"))]
    if len(shared) >= FEWEST_ROWS:
        line = {"figure": "unified memory, time per token", "left_out": "model", **_errors(shared, "model")}
        lines.append(line | {"goal": 0.2, "floor": None, "covered": None})
    return lines


def _errors(rows: pd.DataFrame, kind: str) -> dict[str, Any]:
    off = rows[f"off_{kind}"]
    error = relative(off)
    return {
        "rows": len(rows),
        "sources": rows["publisher"].nunique(),
        "devices": rows["device"].nunique(),
        "median_error": error.median(),
        "median_over_devices": over_groups(error, rows["device"]),
        "bias_factor": np.exp(off.median()),
        "bias_over_publishers": np.exp(off.groupby(rows["publisher"]).median().median()),
    }


def _covered(judged_rows: pd.DataFrame, index: pd.Index, kind: str) -> float | None:
    """Of the rows of *index* that were judged with their *kind* left out."""
    rows = judged_rows[judged_rows["row"].isin(index) & (judged_rows["kind"] == kind)].dropna(subset="inside")
    return coverage(rows["inside"], rows["machine"]) if len(rows) else None


def inside(judged_rows: pd.DataFrame) -> pd.Series:
    """1 for a row in the 90 % interval made from all OTHER publishers of its stratum, 0 beside it, NaN where
    those are too few."""
    found = pd.Series(np.nan, judged_rows.index)
    for _, members in judged_rows.groupby("stratum"):
        for who, own in members.groupby("publisher"):
            others = members[members["publisher"] != who]
            width = group_quantile(others["score"].tolist(), others["machine"].tolist(), _CONFIDENCE)
            if np.isfinite(width):
                found[own.index] = (own["score"] <= width).astype(float)
    return found


def covered(judged_rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Share of left-out rows inside the 90 % interval made from the other publishers, by stratum."""
    return [
        {
            "stratum": name,
            "publishers": rows["publisher"].nunique(),
            "groups": rows["machine"].nunique(),
            "rows": len(rows),
            "pooled": rows["inside"].mean(),
            "mean_over_groups": coverage(rows["inside"], rows["machine"]),
        }
        for name, rows in judged_rows.dropna(subset="inside").groupby("stratum")
    ]


def variants(found: Sample, pooled: Errors) -> list[dict[str, Any]]:
    """Median errors of three ways, publishers left out: *pooled* corrections of devices and configurations
    (shipped), none, and boosted trees on what the pooled ones leave."""
    trees = boosted(pooled, found.X, found.groups("source"), FOLDS, found.weight)
    each = {
        "physics alone": found.left("source", found.model().set_params(corrected=False)),
        "boosted rest": pooled - trees,
        "pooled rest": pooled,
    }
    rows = []
    for name, errors in each.items():
        row: dict[str, Any] = {"variant": name}
        for what, (_, chosen) in ASKED.items():
            keep = found.table["case"].map(chosen) & ~found.table["alone"]
            row[what] = _median(errors[keep])
        rows.append(row)
    return rows


def floors(found: Sample, errors: Errors) -> list[dict[str, Any]]:
    """How far apart measurements of one thing lie, by what is asked: nobody is nearer to both. Runs that
    differ in the engine's version only; and two publishers on the same devices, after what the physics says
    of the lengths and models in which they differ (their *errors*)."""
    about = [
        (
            *(c.device, c.row.devices, c.family, size_of(c), load_of(c.row.batch), c.row.metric),
            *(c.row.publisher, repr(again(c)), c.row.version),
        )
        for c in found.cases
    ]
    columns = [*_ALIKE, "publisher", "run", "version"]
    table = pd.DataFrame(about, columns=columns).assign(off=errors, y=found.y)
    lines = []
    for what, (_, chosen) in ASKED.items():
        of = table[found.table["case"].map(chosen) & ~found.table["alone"]]
        for compared, apart in (
            (VERSIONS, gaps(of, ["run"], "version", "y")),
            (PUBLISHERS, gaps(of, _ALIKE, "publisher", "off")),
        ):
            if len(apart):
                line = {"figure": what, "compared": compared, "pairs": len(apart)}
                median, most = np.expm1(apart.median()), np.expm1(apart.quantile(0.9))
                lines.append(line | {"median_gap": median, "p90_gap": most})
    return lines


def by_group(found: Sample, errors: Errors, kind: str) -> list[dict[str, Any]]:
    """Error of the figures that output tokens dominate, group by group."""
    table = pd.DataFrame({"off": errors, "group": found.groups(kind)})
    late = table[~found.table["figure"].str.startswith("first")]
    return [
        {
            "group": name,
            "rows": len(rows),
            "median_error": _median(rows["off"]),
            "bias_factor": np.exp(rows["off"].median()),
        }
        for name, rows in late.groupby("group")
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


def _median(errors: Errors | pd.Series) -> float:
    return float(np.median(relative(errors)))
