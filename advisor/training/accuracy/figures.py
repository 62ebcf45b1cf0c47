"""How good the prediction is on families and sources it never saw, beside peers and the noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from advisor.training.accuracy import intervals
from advisor.training.accuracy.model import AccuracyModel, Vector
from advisor.training.accuracy.peers import PEERS
from advisor.training.accuracy.rows import Row
from advisor.training.fitting.calibrate import coverage

BIT_RANGES = (
    ("all bits", 0.0, 17.0),
    ("4.7 bits and more", 4.7, 17.0),
    ("3.5 to 4.7 bits", 3.5, 4.7),
    ("2.5 to 3.5 bits", 2.5, 3.5),
    ("below 2.5 bits", 0.0, 2.5),
)
LIMITS_PCT = (5.0, 3.0, 1.0)
NOT_OFFERED = ("omniquant", "quip", "papers", "unserved")


def offered(row: Row) -> bool:
    """Whether an engine runs the row's scheme, only rounded: none runs integer activations below 8 bits or
    methods of papers.
    """
    scheme = row.scheme
    engines = scheme.act in ("", "fp8", "int8", "int8-smooth", "fp4") and scheme.method not in NOT_OFFERED
    return engines and scheme.recovered in ("", "tuned")


def judged_tasks(tasks: intervals.Tasks) -> intervals.Tasks:
    """Those rows of *tasks* that engines offer."""
    return tasks.at(np.array([i for i, row in enumerate(tasks.rows) if offered(row)]))


def losses(tasks: intervals.Tasks, judged: intervals.Judged | None = None) -> list[dict[str, Any]]:
    """Error of the loss in points by bits: ours, "no loss ever", noise alone; and what intervals cover."""
    bits = np.array([row.scheme.bits for row in tasks.rows])
    found = []
    for name, low, high in BIT_RANGES:
        at = np.flatnonzero((bits >= low) & (bits < high))
        if not len(at):
            continue
        part = tasks.at(at)
        off = np.abs(part.y - part.predicted)
        line: dict[str, Any] = {
            "bits": name,
            "rows": len(at),
            "groups": len(set(part.groups)),
            "median": _r(np.median(off)),
            "median_of_groups": _r(np.median(_by_group(off, part.groups))),
            "no_loss_ever": _r(np.median(np.abs(part.y))),
            "noise": _r(np.median(0.6745 * part.error)),
            "bias": _r(np.median(part.predicted - part.y)),
        }
        if judged is not None:
            line |= {
                "covered": _r(coverage(judged.inside[at], part.groups)),
                "covered_rows": _r(judged.inside[at].mean()),
                "below_upper": _r(coverage(judged.below[at], part.groups)),
            }
        found.append(line)
    return found


def _by_group(values: Vector, groups: Sequence[str]) -> list[float]:
    names = np.array(groups)
    return [float(np.median(values[names == name])) for name in sorted(set(groups))]


def needs_met(tasks: intervals.Tasks, bounds: Mapping[str, Vector]) -> list[dict[str, Any]]:
    """ "Loses at most so much", by each of *bounds* (the expected loss, or an upper one).

    Precision and recall against published scores, and their ceiling.

    The ceiling is what a predictor would reach that knew every expected loss: the rest is sampling error of
    the published score.
    """
    y, found = tasks.y, []
    for how, bound in bounds.items():
        for limit in LIMITS_PCT:
            said, true = bound <= limit, y <= limit
            hits = int((said & true).sum())
            ceiling = ndtr((limit - tasks.predicted[said]) / tasks.error[said])
            found.append(
                {
                    "need": f"{how} at most {limit:g} %",
                    "rows": len(y),
                    "said_yes": int(said.sum()),
                    "precision": _r(hits / max(1, said.sum())),
                    "recall": _r(hits / max(1, true.sum())),
                    "ceiling": _r(ceiling.mean() if said.any() else 1.0),
                    "base_rate": _r(true.mean()),
                }
            )
    return found


def damage(rows: Sequence[Row], predicted: Vector, kind: str) -> dict[str, Any]:
    """Median factor by which ln PPL ratio ('ppl') or KLD ('kld') of offered schemes is off."""
    off = [
        abs(row.y - value)
        for row, value in zip(rows, predicted.tolist(), strict=True)
        if row.kind == kind and row.sigma < 0.5 and offered(row)
    ]
    return {"figure": kind, "rows": len(off), "factor": _r(np.exp(np.median(off)))}


def peers(tasks: intervals.Tasks) -> list[dict[str, Any]]:
    """Every peer's formula on the rows it covers, with ours on the same rows."""
    found = []
    for name, formula in PEERS.items():
        picked = [(i, said) for i, row in enumerate(tasks.rows) if (said := formula(row)) is not None]
        part = tasks.at(np.array([i for i, _ in picked]))
        theirs = np.abs(part.y - np.array([said for _, said in picked]))
        ours = np.abs(part.y - part.predicted)
        found.append(
            {
                "peer": name,
                "rows": len(picked),
                "median": _r(np.median(theirs)),
                "ours_median": _r(np.median(ours)),
                "mean": _r(theirs.mean()),
                "ours_mean": _r(ours.mean()),
            }
        )
    return found


def methods_left_out(rows: Sequence[Row], usual: intervals.Tasks) -> list[dict[str, Any]]:
    """Each method predicted without any of its own task rows: through its damage alone.

    Beside it the error with families left out, and the ratio of the two standardized errors at 90 %: how much
    wider an interval must be where a method was never measured on a task.
    """
    table = intervals.spreads(usual)
    apart_before = np.abs(intervals.standardized(usual, table))
    found = []
    for name in _METHODS:
        own = np.array([i for i, row in enumerate(usual.rows) if row.scheme.method.startswith(name)])
        rest = [row for row in rows if row.kind != "task" or not row.scheme.method.startswith(name)]
        part = usual.at(own)
        guess = AccuracyModel().fit(rest).predict(part.rows)
        blind = intervals.Tasks(part.rows, guess, part.error, part.groups)
        apart = np.abs(intervals.standardized(blind, table))
        found.append(
            {
                "method": name,
                "rows": len(own),
                "median": _r(np.median(np.abs(part.y - guess))),
                "with_its_tasks": _r(np.median(np.abs(part.y - part.predicted))),
                "interval_ratio": _r(np.quantile(apart, 0.9) / np.quantile(apart_before[own], 0.9)),
            }
        )
    return found


_METHODS = ("gguf", "gptq", "awq", "autoround", "fp8", "int8", "nvfp4", "hqq")


def _r(value: float | np.floating[Any] | npt.NDArray[Any]) -> float:
    return round(float(value), 4)
