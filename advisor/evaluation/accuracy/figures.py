"""How good the prediction is on families and sources it never saw, beside peers and the noise.

Tables of tasks are those of `intervals`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr

from advisor.evaluation.accuracy.peers import PEERS
from advisor.training.accuracy import intervals
from advisor.training.accuracy.agreement import gaps
from advisor.training.accuracy.model import AccuracyModel, Vector
from advisor.training.accuracy.rows import Row
from advisor.training.fitting.calibrate import NORMAL_MEDIAN, coverage

BIT_RANGES = (
    ("all bits", 0.0, 17.0),
    ("4.7 bits and more", 4.7, 17.0),
    ("3.5 to 4.7 bits", 3.5, 4.7),
    ("2.5 to 3.5 bits", 2.5, 3.5),
    ("below 2.5 bits", 0.0, 2.5),
)
"""Where schemes are told apart: nominal 5 to 8, 4, 3 and 2 bits."""
LIMITS_PCT = (5.0, 3.0, 1.0)
"""Losses that people ask to stay below."""
NOISE_RANGES = (
    ("below 1 point", 0.0, 1.0),
    ("1 to 2 points", 1.0, 2.0),
    ("2 to 4 points", 2.0, 4.0),
    ("4 points and more", 4.0, math.inf),
)
"""Sampling errors of a loss in percent: of MMLU, HellaSwag, WinoGrande, ARC-Challenge and smaller ones."""


def losses(tasks: pd.DataFrame) -> list[dict[str, Any]]:
    """Error of the loss in points by bits: ours, "no loss ever", noise alone; and of tasks that
    `judge` has judged, what intervals cover."""
    found = []
    for name, low, high in BIT_RANGES:
        part = tasks[tasks["bits"].between(low, high, inclusive="left")]
        if not len(part):
            continue
        off = (part["y"] - part["predicted"]).abs()
        line: dict[str, Any] = {
            "bits": name,
            "rows": len(part),
            "groups": part["unseen"].nunique(),
            "median": off.median(),
            "median_listed": off[part["listed"]].median(),
            "median_of_groups": off.groupby(part["unseen"]).median().median(),
            "no_loss_ever": part["y"].abs().median(),
            "noise": (NORMAL_MEDIAN * part["error"]).median(),
            "bias": (part["predicted"] - part["y"]).median(),
        }
        if "inside" in part:
            line |= {
                "covered": coverage(part["inside"], part["unseen"]),
                "covered_rows": part["inside"].mean(),
                "below_upper": coverage(part["below"], part["unseen"]),
            }
        found.append(_rounded(line))
    return found


def needs_met(tasks: pd.DataFrame, bounds: Mapping[str, pd.Series]) -> list[dict[str, Any]]:
    """ "Loses at most so much", by each of *bounds* (the expected loss, or an upper one).

    Precision and recall against published scores, and their ceiling.

    The ceiling is what a predictor would reach that knew every expected loss: the rest is sampling error of
    the published score.
    """
    found = []
    for how, bound in bounds.items():
        for limit in LIMITS_PCT:
            said, true = bound <= limit, tasks["y"] <= limit
            hits = (said & true).sum()
            ceiling = ndtr((limit - tasks["predicted"][said]) / tasks["error"][said])
            line = {
                "need": f"{how} at most {limit:g} %",
                "rows": len(tasks),
                "said_yes": int(said.sum()),
                "precision": hits / max(1, said.sum()),
                "recall": hits / max(1, true.sum()),
                "ceiling": ceiling.mean() if said.any() else 1.0,
                "base_rate": true.mean(),
            }
            found.append(_rounded(line))
    return found


def needs_by_noise(tasks: pd.DataFrame) -> list[dict[str, Any]]:
    """ "Expected to lose at most 3 %" by the sampling error of the benchmark alone, two runs of other
    questions."""
    limit = LIMITS_PCT[1]
    found = []
    for name, low, high in NOISE_RANGES:
        part = tasks[tasks["sigma"].between(low, high, inclusive="left")]
        if not len(part):
            continue
        said, true = part["predicted"] <= limit, part["y"] <= limit
        line = {"sampling_error": name, "rows": len(part), "groups": part["unseen"].nunique()}
        line |= {"precision": true[said].mean(), "recall": said[true].mean(), "base_rate": true.mean()}
        found.append(_rounded(line))
    return found


def damage(found: pd.DataFrame, predicted: Vector | pd.Series, kind: str) -> dict[str, Any]:
    """Median factor by which ln PPL ratio ('ppl') or KLD ('kld') of offered schemes is off."""
    asked = (found["kind"] == kind) & (found["sigma"] < 0.5) & found["offered"]
    off = (found["y"] - predicted)[asked].abs()
    return _rounded({"figure": kind, "rows": len(off), "factor": float(np.exp(off.median()))})


def floors(found: pd.DataFrame) -> list[dict[str, Any]]:
    """The median gap between two sources of one configuration by figure: in points for tasks, and by bits; as
    a factor for damage."""
    asked = [("task", *one) for one in BIT_RANGES] + [(kind, *BIT_RANGES[0]) for kind in ("ppl", "kld")]
    lines = []
    for kind, name, low, high in asked:
        apart = gaps(found[found["bits"].between(low, high, inclusive="left")], kind)
        if apart:
            middle = float(np.median(apart))
            gap = middle if kind == "task" else math.exp(middle)
            lines.append({"figure": kind, "bits": name, "pairs": len(apart), "median_gap": round(gap, 4)})
    return lines


def peers(tasks: pd.DataFrame) -> list[dict[str, Any]]:
    """Every peer's formula on the rows it covers, with ours on the same rows."""
    found = []
    for name, formula in PEERS.items():
        theirs = (tasks["y"] - tasks["row"].map(formula).astype(float)).abs().dropna()
        ours = (tasks["y"] - tasks["predicted"]).abs()[theirs.index]
        line = {"peer": name, "rows": len(theirs), "median": theirs.median(), "ours_median": ours.median()}
        found.append(_rounded(line | {"mean": theirs.mean(), "ours_mean": ours.mean()}))
    return found


def methods_left_out(rows: Sequence[Row], usual: pd.DataFrame) -> list[dict[str, Any]]:
    """Each method predicted without any of its own task rows: through its damage alone.

    Beside it the error with families left out, and the ratio of the two standardized errors at 90 %: how much
    wider an interval must be where a method was never measured on a task.
    """
    table = intervals.spreads(usual)
    found = []
    for name in _METHODS:
        rest = [row for row in rows if row.kind != "task" or not row.scheme.method.startswith(name)]
        own = usual[usual["method"].str.startswith(name)]
        blind = own.assign(predicted=AccuracyModel().fit(rest).predict(own["row"]))
        before, after = (np.abs(intervals.standardized(part, table)) for part in (own, blind))
        line = {
            "method": name,
            "rows": len(own),
            "median": (blind["y"] - blind["predicted"]).abs().median(),
            "with_its_tasks": (own["y"] - own["predicted"]).abs().median(),
            "interval_ratio": np.quantile(after, 0.9) / np.quantile(before, 0.9),
        }
        found.append(_rounded(line))
    return found


_METHODS = ("gguf", "gptq", "awq", "autoround", "fp8", "int8", "nvfp4", "hqq")


def _rounded(line: dict[str, Any]) -> dict[str, Any]:
    """The line with four decimals of its figures; None for those of no rows."""
    return {
        name: value if isinstance(value, str | int) else _four(float(value)) for name, value in line.items()
    }


def _four(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)
