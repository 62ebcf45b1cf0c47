"""Fits the serving-speed artifact: coefficients, corrections, intervals, and how many rows stand behind
what."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from advisor.training.fitting.calibrate import rounded, strata
from advisor.training.serving_speed.estimator import ONLY_WHILE_FITTING, StepModel
from advisor.training.serving_speed.kernels import efficiencies
from advisor.training.serving_speed.sample import Sample, sample, seen


def fit() -> dict[str, Any]:
    """The artifact document."""
    found = sample()
    left = {kind: found.left(kind) for kind in ("source", "device")}
    return {
        "format": 2,
        **exported(found, found.fitted()),
        "intervals": intervals(found, left),
        "machine_share": machine_share(found, left["source"]),
        "counts": _counts(found),
        "left_out_figures": dict(sorted(found.reasons.items())),
    }


def exported(found: Sample, model: StepModel) -> dict[str, Any]:
    """Coefficients by name, and corrections by device and configuration.

    A kernel or architecture no serving row has keeps what the timings say.
    """
    names = {name: prior.mean for name, prior in efficiencies().items()}
    names |= dict(zip(model.names, model.machine_.tolist(), strict=True))
    effects: dict[str, dict[str, dict[str, float]]] = {"token": {}, "first": {}}
    for (first, kind), values in model.effects_.items():
        effects["first" if first else "token"][kind] = {
            found.features.groups_[kind][i]: rounded(value) for i, value in sorted(values.items())
        }
    return {
        "coefficients": {
            name: rounded(value)
            for name, value in sorted(names.items())
            if not name.startswith(ONLY_WHILE_FITTING)
        },
        "effects": effects,
    }


def judged(found: Sample, left: dict[str, npt.NDArray[np.float64]]) -> pd.DataFrame:
    """What intervals are calibrated on: a line for every `row` of `Sample.table` and `kind` that was left
    out, with its |error| (`score`) and `stratum`.

    A known device and kernel: publishers left out, where others measured both. An unknown one: devices left
    out, and publishers nobody shares a device or kernel with. One vote per publisher and device.
    """
    known = {"source": seen(found.cases, "source"), "device": np.zeros(len(found.cases), bool)}
    parts = [
        found.table.assign(kind=kind, score=np.abs(left[kind]), known=np.where(of, "known", "unknown"))
        for kind, of in known.items()
    ]
    table = pd.concat(parts).sort_index(kind="stable").reset_index(names="row")
    return table[~table["alone"]].assign(stratum=table["figure"] + "|" + table["known"])


def intervals(found: Sample, left: dict[str, npt.NDArray[np.float64]]) -> dict[str, dict[str, Any]]:
    """Half widths of log intervals by 'FIGURE|calm or busy|known or unknown' and without the middle."""
    table = judged(found, left)
    wide = table["figure"].str.split("|").str[0] + "|" + table["known"]
    chains = list(zip(table["stratum"], wide, strict=True))
    return strata(table["score"].tolist(), table["machine"].tolist(), chains)


def machine_share(found: Sample, errors: npt.NDArray[np.float64]) -> dict[str, float]:
    """Figure -> share of the left-out errors' variance between publishers' machines, every machine once."""
    table = found.table.assign(off=errors, figure=found.table["figure"].str.split("|").str[0])
    shares = {}
    for figure in ("token", "first", "load"):
        machines = table[(table["figure"] == figure) & ~table["alone"]].groupby("machine")["off"]
        several = machines.agg([np.size, np.median, np.var])
        several = several[several["size"] > 1]
        between = float(several["median"].var(ddof=0))
        shares[figure] = rounded(between / (between + float(several["var"].median())))
    return shares


def _counts(found: Sample) -> dict[str, dict[str, Any]]:
    """Figures and sources behind every device, kernel family and configuration."""
    about = [(c.device, f"{c.row.engine}|{c.family}", c.config, c.row.source) for c in found.cases]
    table = pd.DataFrame(about, columns=["device", "family", "config", "source"])
    counts: dict[str, dict[str, Any]] = {}
    for kind in ("device", "family", "config"):
        of = {str(name): (len(rows), sorted(set(rows))) for name, rows in table.groupby(kind)["source"]}
        counts[kind] = {name: [n, who if kind == "config" else len(who)] for name, (n, who) in of.items()}
    return counts
