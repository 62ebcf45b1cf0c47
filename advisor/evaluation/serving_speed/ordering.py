"""Which of two schemes is faster in one run, and in which order schemes speed a model up: what the advice
rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.stats import spearmanr

from advisor.training.serving_speed.cases import Case
from advisor.training.serving_speed.features import is_first
from advisor.training.serving_speed.sample import Sample

Errors: TypeAlias = npt.NDArray[np.float64]
"""log(measured / predicted) of every row of a sample."""
_TIE = 0.05
"""Two schemes within this of each other count as equal: below what repeating a run gives."""
_LOADS = ((1.0, "one"), (16.0, "2-16"), (np.inf, "more than 16"))


def load_of(batch: float) -> str:
    """How many requests a run keeps in flight, in words."""
    return next(name for most, name in _LOADS if batch <= most)


def runs(found: Sample, apart: bool = False) -> dict[Any, list[int]]:
    """(run, figure) -> rows of a serving engine that differ in their scheme only; with *apart* those of an
    engine whose kernels are its own."""
    groups: dict[Any, list[int]] = defaultdict(list)
    for i, case in enumerate(found.cases):
        if not is_first(case) and case.kinds.alone == apart:
            groups[case.row.run, case.row.metric].append(i)
    return {key: rows for key, rows in groups.items() if len({found.cases[i].family for i in rows}) > 1}


class SpeedUp(NamedTuple):
    """Of one scheme over BF16 in one run, as logarithms."""

    row: int
    measured: float
    predicted: float


def speed_ups(found: Sample, errors: Errors, apart: bool = False) -> list[SpeedUp]:
    """Every row beside the BF16 row of its run; the prediction is the measurement less the *errors*."""
    pairs = []
    for members in runs(found, apart).values():
        base = next((i for i in members if found.cases[i].family == "bf16"), None)
        for i in members if base is not None else ():
            if found.cases[i].family != "bf16":
                gap = float(found.y[base] - found.y[i])
                pairs.append(SpeedUp(i, gap, gap - float(errors[base] - errors[i])))
    return pairs


def order(found: Sample, errors: Errors) -> list[dict[str, Any]]:
    """Spearman's rank correlation of measured and predicted speed-up over BF16, publishers left out."""
    points: dict[str, list[SpeedUp]] = defaultdict(list)
    for pair in speed_ups(found, errors):
        points[load_of(found.cases[pair.row].row.batch)].append(pair)
        points["any"].append(pair)
    points["any, own kernels"] = speed_ups(found, errors, apart=True)
    return [
        {"requests": load, "pairs": len(v), "spearman": _spearman(v)}
        for load, v in sorted(points.items())
        if len(v) >= 5
    ]


def agreement(found: Sample, errors: Errors) -> list[dict[str, Any]]:
    """How well publishers order schemes for each other: the speed-up others measured with the same kernels on
    the same device at such a load, beside the prediction, on the runs of which others measured such."""
    told: dict[Any, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    pairs = speed_ups(found, errors)
    for pair in pairs:
        case = found.cases[pair.row]
        told[_alike(case)][case.row.publisher].append(pair.measured)
    kept, others = [], []
    for pair in pairs:
        case = found.cases[pair.row]
        medians = [np.median(v) for who, v in told[_alike(case)].items() if who != case.row.publisher]
        if medians:
            kept.append(pair)
            others.append(pair._replace(predicted=float(np.mean(medians))))
    return [
        {"by": name, "pairs": len(v), "spearman": _spearman(v)}
        for name, v in (("what others measured", others), ("this model", kept))
    ]


def _alike(case: Case) -> tuple[str, str, str]:
    return case.device, case.family, load_of(case.row.batch)


def _spearman(pairs: Sequence[SpeedUp]) -> float:
    return float(spearmanr([p.measured for p in pairs], [p.predicted for p in pairs]).statistic)


def choices(found: Sample, errors: Errors) -> list[dict[str, Any]]:
    """What taking the scheme predicted fastest costs in a run: how much longer it takes than the fastest
    measured, beside taking the one of fewest bytes, publishers left out."""
    lost: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for members in runs(found).values():
        y, load = found.y[members], load_of(found.cases[members[0]].row.batch)
        size = [found.cases[i].work.body_bytes + found.cases[i].work.expert_bytes for i in members]
        for name, choice in (("predicted", np.argmin(y - errors[members])), ("smallest", np.argmin(size))):
            lost[load][name].append(float(np.expm1(y[choice] - y.min())))
    return [
        {
            "requests": load,
            "runs": len(by["predicted"]),
            "fastest_taken": float(np.mean(np.array(by["predicted"]) < _TIE)),
            "mean_loss": float(np.mean(by["predicted"])),
            "p90_loss": float(np.quantile(by["predicted"], 0.9)),
            "mean_loss_of_the_smallest": float(np.mean(by["smallest"])),
        }
        for load, by in sorted(lost.items())
    ]


def pairs_right(found: Sample, errors: Errors) -> list[dict[str, Any]]:
    """Share of pairs of schemes in one run whose faster one is told, publishers left out; ties left out."""
    told: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for members in runs(found).values():
        load = load_of(found.cases[members[0]].row.batch)
        for a, b in combinations(sorted(members, key=lambda i: found.cases[i].family), 2):
            pair = (found.cases[a].family, found.cases[b].family)
            gap = found.y[a] - found.y[b]
            if pair[0] == pair[1] or abs(gap) < _TIE:
                continue
            right = bool(gap * (gap - (errors[a] - errors[b])) > 0)
            told[" / ".join(pair), load].append(right)
            told["all pairs", load].append(right)
    return [
        {"schemes": pair, "requests": load, "pairs": len(v), "right": float(np.mean(v))}
        for (pair, load), v in sorted(told.items())
        if len(v) >= 5
    ]
