"""Which of two schemes is faster in one run, and in which order schemes speed a model up: what the advice
rests on."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import spearmanr

from advisor.training.serving_speed.features import is_first
from advisor.training.serving_speed.sample import Sample

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


def order(found: Sample, errors: npt.NDArray[np.float64]) -> list[dict[str, Any]]:
    """Spearman's rank correlation of measured and predicted speed-up over BF16, publishers left out."""
    points: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for apart in (False, True):
        for members in runs(found, apart).values():
            base = next((i for i in members if found.cases[i].family == "bf16"), None)
            for i in members if base is not None else ():
                if found.cases[i].family != "bf16":
                    gap = found.y[base] - found.y[i]
                    point = (float(gap), float(gap - (errors[base] - errors[i])))
                    load = "any, own kernels" if apart else load_of(found.cases[i].row.batch)
                    for name in {load, "any, own kernels" if apart else "any"}:
                        points[name].append(point)
    return [
        {"requests": load, "pairs": len(v), "spearman": float(spearmanr(*zip(*v, strict=True)).statistic)}
        for load, v in sorted(points.items())
        if len(v) >= 5
    ]


def choices(found: Sample, errors: npt.NDArray[np.float64]) -> list[dict[str, Any]]:
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


def pairs_right(found: Sample, errors: npt.NDArray[np.float64]) -> list[dict[str, Any]]:
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
