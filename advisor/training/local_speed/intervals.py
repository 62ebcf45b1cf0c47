"""How far off local speed is on what it has not seen: scales and widths by level of knowledge."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from advisor.prediction.local_speed.strata import stratum_chain
from advisor.training.fitting.calibrate import cross_scaled, rounded, strata
from advisor.training.fitting.folds import SEED, fold_of
from advisor.training.local_speed.fit import FOLDS, Problem, submitter
from advisor.training.local_speed.spread import Features, fit_scale, held_out_features, scales

Vector = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Level:
    """What is left out, and how far off every row then is."""

    name: str
    """known or unknown: the device."""
    residual: Vector
    """Log of measured ÷ predicted speed."""
    use: Mask
    """Rows that count at this level."""
    fold: npt.NDArray[np.int64]
    groups: tuple[str, ...]
    """What is left out together, by row."""
    features: list[Features]
    """`spread_features` of every row as they were without its fold."""


@dataclass(frozen=True)
class Calibrated:
    """What the artifact holds of one level."""

    spread: dict[str, float]
    intervals: dict[str, dict[str, Any]]


def levels(p: Problem, seed: int = SEED) -> tuple[Level, Level]:
    """Source left out where another one measured the device; device left out. *seed* deals them to folds."""
    by_device: dict[str, set[str]] = defaultdict(set)
    for device, source in zip(p.devices, p.submitters, strict=True):
        by_device[device].add(source)
    known = np.array([len(by_device[device]) > 1 for device in p.devices])
    found = []
    for name, groups, use in (("known", p.submitters, known), ("unknown", p.devices, np.ones_like(known))):
        fold = fold_of(groups, FOLDS, seed)
        features = held_out_features(p.phase, p.rows, fold, submitter)
        found.append(Level(name, p.without(groups, seed), use, fold, groups, features))
    return found[0], found[1]


def calibrate(p: Problem, level: Level, keep: Mask) -> Calibrated:
    """Scale coefficients and widths (in scales) from the rows of *keep*; a row's scale, when the widths are
    drawn, comes from other groups than its own."""
    index = np.flatnonzero(level.use & keep)
    off = level.residual[index]
    groups = [level.groups[i] for i in index]
    features = [level.features[i] for i in index]

    def scale_from(chosen: npt.NDArray[np.int64]) -> Any:
        found = fit_scale([features[i] for i in chosen], off[chosen], [groups[i] for i in chosen])
        return lambda inside: scales([features[i] for i in inside], found)

    scores = cross_scaled(scale_from, off, groups)
    chains = [stratum_chain(p.rows[i].work) for i in index]
    spread = {name: rounded(value) for name, value in sorted(fit_scale(features, off, groups).items())}
    return Calibrated(spread, strata(scores.tolist(), groups, chains))
