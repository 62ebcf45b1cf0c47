"""The fit of local speed: weights, priors, cross validation by device and by source, conformal widths."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from advisor.prediction import interval
from advisor.prediction.local_speed.strata import CONFIDENCES, stratum_chain
from advisor.prediction.local_speed.terms import decode_terms, prefill_terms
from advisor.training.local_speed.rows import Row
from advisor.training.local_speed.solver import LAUNCH_ONLY, Design, design, log_times, solve, subset
from advisor.training.local_speed.spread import fit_scale, held_out_features, scales

PHASES = ("decode", "prefill")
CROWDS = ("localscore", "localmaxxing_llmfit", "llmfit_community")
"""Sources that collect what many people send in: rows of two devices come from two people."""
FOLDS = 8
STEPS_LEFT_OUT = 4
"""Newton steps from the fit of all rows to one without an eighth of the groups."""
SIGMA = 0.12
"""Log sd of one row about its configuration's mean; the sources' own spread is 0.03 (median), their
disagreement 0.2."""
LONE = {"decode": (1.0, 0.25), "prefill": (0.7, 0.7)}
"""What is believed of the effect of a device that one source measured: a share of it, and no more than this
in logs. One person's machine may be throttled or shared: on devices that a second source measured, these
shares bring the widest tenth of errors down and leave the median."""
_MEANS = {
    "read:": 0.25,
    "kv:": 0.5,
    "compute:": 0.5,
    "matmul:": 0.7,
    "attention:": 0.7,
    "load:": 0.4,
    "pipeline": 0.5,
}
"""Prior means: reads reach some 0.8 of peak bandwidth (FluidX3D's published table, CUDA cards), arithmetic
about half."""
_SDS = tuple(
    (re.compile(pattern), sd)
    for pattern, sd in (
        (r"^source-launch", 0.15),
        (r"^device:[^|]*$", 0.25),
        (r"^device:.*\|", 0.12),
        (r"^source\|", 0.12),
        (r"^source:", 0.10),
        (r"^engine:.*\|", 0.15),
        (r"^engine:", 0.25),
        (r"^(averaged|moe|hybrid|flash|devices|pipeline)", 0.3),
        (r"^attention:(backend|generation)", 0.4),
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
    machine = f"{row.source}|{row.device.key}|{row.device.backend}"
    return [f"source:{row.source}", f"source|{machine}", f"{LAUNCH_ONLY}|{machine}"]


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


def for_new_sources(p: Problem, theta: np.ndarray, keep: np.ndarray | None = None) -> np.ndarray:
    """The coefficients as used to predict: no source has an effect of its own, and a device that one source
    measured (among the rows of *keep*) stays near its generation."""
    seen: dict[str, set[str]] = defaultdict(set)
    for i in np.flatnonzero(keep) if keep is not None else range(len(p.rows)):
        seen[p.rows[i].device.key].add(submitter(p.rows[i]))
    phase = p.rows[0].phase
    out = theta.copy()
    for i, name in enumerate(p.design.names):
        if name.startswith("source"):
            out[i] = 0.0
        elif name.startswith("device:") and len(seen[name[7:].split("|")[0]]) < 2:
            out[i] = max(-LONE[phase][1], min(LONE[phase][1], LONE[phase][0] * out[i]))
    return out


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
        theta = for_new_sources(p, fit_theta(p, keep, start, STEPS_LEFT_OUT), keep)
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


@dataclass(frozen=True)
class Level:
    """What is left out, and how far off every row then is."""

    name: str
    """known or unknown: the device."""
    residual: np.ndarray
    use: np.ndarray
    """Rows that count at this level."""
    fold: np.ndarray
    groups: tuple[str, ...]
    """What is left out together, by row."""
    features: list
    """`spread_features` of every row as they were without its fold."""


def levels(p: Problem, phase: str, crossed: CrossFit) -> tuple[Level, Level]:
    """Device known and source left out; device left out."""
    everyone = tuple(submitter(row) for row in p.rows)
    devices = tuple(row.device.key for row in p.rows)
    out = []
    for name, residual, use, fold, groups in (
        ("known", crossed.source, crossed.known_elsewhere, crossed.source_fold, everyone),
        ("unknown", crossed.device, np.ones(len(p.y), bool), crossed.device_fold, devices),
    ):
        features = held_out_features(phase, p.rows, fold, submitter)
        out.append(Level(name, residual, use, fold, groups, features))
    return out[0], out[1]


def calibrate(p: Problem, level: Level, keep: np.ndarray) -> tuple[dict, dict]:
    """Scale coefficients and conformal table (half widths in scales by stratum and confidence) from the rows
    of *keep*."""
    index = np.flatnonzero(level.use & keep)
    groups = [level.groups[i] for i in index]
    features = [level.features[i] for i in index]
    coefficients = fit_scale(features, level.residual[index], groups)
    scores = np.abs(level.residual[index]) / scales(features, coefficients)
    members: dict[str, list[int]] = defaultdict(list)
    for position, i in enumerate(index):
        for name in stratum_chain(p.rows[i].case):
            members[name].append(position)
    table = {
        name: _stratum(scores[chosen].tolist(), [groups[i] for i in chosen])
        for name, chosen in sorted(members.items())
    }
    return coefficients, table


def _stratum(scores: list[float], groups: list[str]) -> dict:
    widths = {str(c): interval.group_quantile(scores, groups, c) for c in CONFIDENCES}
    return {
        "groups": len(set(groups)),
        "rows": len(scores),
        "half_widths": {c: rounded(w) for c, w in widths.items() if math.isfinite(w)},
    }


def rounded(value: float) -> float:
    """Six significant digits: more than any coefficient carries."""
    return float(f"{value:.6g}")
