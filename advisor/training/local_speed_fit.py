"""The fit of local speed: weights, priors, cross validation by device and by source, conformal widths."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from advisor.prediction import conformal
from advisor.prediction.local_speed_strata import CONFIDENCES, stratum_chain
from advisor.prediction.local_speed_terms import decode_terms, prefill_terms
from advisor.training.local_speed_rows import Row
from advisor.training.local_speed_solver import Design, design, log_times, solve, subset

PHASES = ("decode", "prefill")
CROWDS = ("localscore", "localmaxxing_llmfit", "llmfit_community")
"""Sources that collect what many people send in: rows of two devices come from two people."""
FOLDS = 6
SIGMA = 0.12
"""Log sd of one row about its configuration's mean; the sources' own spread is 0.03 (median), their
disagreement 0.2."""
_MEANS = {"read:": 0.25, "kv:": 0.5, "compute:": 0.5, "matmul:": 0.7, "attention:": 0.7, "load:": 0.4}
"""Prior means: reads reach some 0.8 of peak bandwidth (FluidX3D's published table, CUDA cards), arithmetic
about half."""
_SDS = tuple(
    (re.compile(pattern), sd)
    for pattern, sd in (
        (r"^device:[^|]*$", 0.25),
        (r"^device:.*\|", 0.12),
        (r"^source\|", 0.12),
        (r"^source:", 0.10),
        (r"^engine:.*\|", 0.15),
        (r"^engine:", 0.25),
        (r"^(averaged|moe|hybrid|flash|devices)", 0.3),
        (r":family:.*\|.*\|", 0.10),
        (r":family:.*\|", 0.15),
        (r":family:", 0.3),
        (r":ik$|:repacked$", 0.3),
        (r":kind", 0.5),
        (r":backend", 0.3),
        (r":generation:.*\|", 0.15),
        (r":generation", 0.2),
        (r":mobile", 0.2),
        (r":(gpu|apple|apu|cpu)\|", 0.3),
        (r":isa", 0.4),
        (r":(core-year|cores|matrix-ratio|size|bandwidth|year|params)", 0.2),
        (r"^(launch|host):", 0.5),
        (r"^\w+:$", 1.0),
    )
)
"""Prior sds by kind of coefficient, in log units: wide for the general, narrow for the particular."""


@dataclass(frozen=True)
class Problem:
    """One phase, ready to fit."""

    rows: tuple[Row, ...]
    design: Design
    y: np.ndarray
    weights: np.ndarray


def prior(name: str) -> tuple[float, float]:
    """Mean and sd of a coefficient before any row is seen."""
    mean = _MEANS.get(name, 0.0)
    return mean, next((sd for pattern, sd in _SDS if pattern.search(name)), 0.3)


def problem(rows: Sequence[Row], phase: str) -> Problem:
    """The rows of *phase* with their terms and weights."""
    chosen = tuple(row for row in rows if row.phase == phase)
    terms = decode_terms if phase == "decode" else prefill_terms
    made = design([terms(row.case) for row in chosen], [_effects(row) for row in chosen])
    return Problem(chosen, made, np.array([row.log_s for row in chosen]), row_weights(chosen))


def _effects(row: Row) -> list[str]:
    return [f"source:{row.source}", f"source|{row.source}|{row.device.key}|{row.device.backend}"]


def row_weights(rows: Sequence[Row]) -> np.ndarray:
    """Weights with mean 1: a source's rows on one device count as the square root of their number, and so
    do the
    rows of one cell, so that neither a prolific source nor a long sweep owns the fit."""
    groups = Counter(row.cell[:3] for row in rows)
    cells = Counter(row.cell for row in rows)
    raw = np.array(
        [
            row.trust * min(row.n, 4.0) ** 0.25 / math.sqrt(groups[row.cell[:3]] * cells[row.cell])
            for row in rows
        ]
    )
    return raw / raw.mean()


def fit_theta(
    p: Problem, keep: np.ndarray | None = None, start: np.ndarray | None = None, steps: int = 15
) -> np.ndarray:
    """Coefficients on the rows where *keep* is true; those of sources are part of it."""
    if keep is None:
        return solve(p.design, p.y, p.weights, prior, SIGMA, start, steps)
    part = subset(p.design, keep)
    if start is not None:
        seen = np.asarray(abs(part.features).sum(axis=0)).ravel() > 0
        start = np.where(seen, start, [prior(name)[0] for name in part.names])
    return solve(part, p.y[keep], p.weights[keep], prior, SIGMA, start, steps)


def for_new_sources(p: Problem, theta: np.ndarray) -> np.ndarray:
    """The coefficients as used to predict: no source has an effect of its own."""
    named = np.array([not name.startswith("source") for name in p.design.names])
    return np.where(named, theta, 0.0)


def submitter(row: Row) -> str:
    """Who measured: the source, or for tables that many people send rows to, the people with one device."""
    return f"{row.source}|{row.device.key}" if row.source in CROWDS else row.source


def folds(groups: Sequence[str], k: int = FOLDS) -> np.ndarray:
    """A fold per row; whole groups, balanced by the root of their size, in an order fixed by a hash."""
    size = Counter(groups)
    order = sorted(size, key=lambda g: (-size[g], hashlib.sha256(g.encode()).hexdigest()))
    load, fold = [0.0] * k, {}
    for group in order:
        fold[group] = min(range(k), key=load.__getitem__)
        load[fold[group]] += math.sqrt(size[group])
    return np.array([fold[group] for group in groups])


def left_out(
    p: Problem, groups: Sequence[str], start: np.ndarray, k: int = FOLDS
) -> tuple[np.ndarray, np.ndarray]:
    """Log of measured ÷ predicted SPEED for every row from a fit without its group, and the row's fold."""
    fold = folds(groups, k)
    residual = np.zeros(len(p.y))
    for i in range(k):
        keep = fold != i
        theta = for_new_sources(p, fit_theta(p, keep, start, 3))
        value, _ = log_times(subset(p.design, ~keep), theta)
        residual[~keep] = value - p.y[~keep]
    return residual, fold


@dataclass(frozen=True)
class CrossFit:
    """Residuals of every row (log of measured ÷ predicted speed) with its device, or its source, left out."""

    device: np.ndarray
    source: np.ndarray
    device_fold: np.ndarray
    source_fold: np.ndarray
    known_elsewhere: np.ndarray
    """Whether another source measured the row's device, so that leaving the source out leaves the device
    known."""


def cross_fit(p: Problem, theta: np.ndarray) -> CrossFit:
    """Both cross validations of one phase."""
    devices = [row.device.key for row in p.rows]
    sources = [submitter(row) for row in p.rows]
    by_device: dict[str, set[str]] = defaultdict(set)
    for device, source in zip(devices, sources, strict=True):
        by_device[device].add(source)
    device, device_fold = left_out(p, devices, theta)
    source, source_fold = left_out(p, sources, theta)
    known = np.array([len(by_device[d]) > 1 for d in devices])
    return CrossFit(device, source, device_fold, source_fold, known)


def intervals(p: Problem, crossed: CrossFit) -> dict:
    """Conformal half widths in logs by level of knowledge, stratum and confidence, with the number of
    groups."""
    out: dict = {}
    for level, residual, use, group in (
        ("known", crossed.source, crossed.known_elsewhere, submitter),
        ("unknown", crossed.device, np.ones(len(p.y), bool), lambda r: r.device.key),
    ):
        index = np.flatnonzero(use)
        out[level] = interval_table(p, residual, index, group)
    return out


def interval_table(p: Problem, residual: np.ndarray, index: np.ndarray, group: Callable[[Row], str]) -> dict:
    """Half widths by stratum from the rows of *index*."""
    members: dict[str, list[int]] = defaultdict(list)
    for i in index:
        for name in stratum_chain(p.rows[i].case):
            members[name].append(i)
    return {
        name: _stratum(residual[chosen], [group(p.rows[i]) for i in chosen])
        for name, chosen in sorted(members.items())
    }


def _stratum(residual: np.ndarray, groups: list[str]) -> dict:
    scores = [abs(float(r)) for r in residual]
    widths = {str(c): conformal.group_quantile(scores, groups, c) for c in CONFIDENCES}
    return {
        "groups": len(set(groups)),
        "rows": len(scores),
        "half_widths": {c: rounded(w) for c, w in widths.items() if math.isfinite(w)},
    }


def rounded(value: float) -> float:
    """Six significant digits: more than any coefficient carries."""
    return float(f"{value:.6g}")
