"""Intervals: how far off a prediction may be, read from errors of groups left out whole.

A score is any number that is larger when a prediction is worse (here mostly |log(measured / predicted)|).
The quantile of n scores at confidence c, with the usual correction for the finite sample, covers a new
exchangeable score with probability of at least c (Papadopoulos et al. 2002; Lei et al. 2018,
https://arxiv.org/abs/1604.04173). Rows of one device or source are not exchangeable with rows of a new
one, so `group_quantile` gives every group the same mass, and one more group's mass to infinity
(Lee, Barber and Willett 2023, https://arxiv.org/abs/2306.06342).

The artifact stores widths at LEVELS, and `width_at` is the one rule from them to a width at any confidence.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import lru_cache

LEVELS = (0.5, 0.68, 0.8, 0.9, 0.95, 0.975, 0.99)
"""Levels stored in the artifact."""
_ROUNDING = 1e-9
"""Slack for sums of weights such as ten times 0.1."""


def width_at(widths: Mapping[str, float | None], confidence: float) -> float | None:
    """The width at *confidence* from those stored by level (as text); None where no stored level carries it.

    Between two stored levels it is linear, and so at least as wide as a tail that thins out; below the lowest
    it falls to 0 with the confidence. Beyond the highest level with a width there is none: infinite stays
    infinite. Raises ValueError unless 0 < confidence < 1.
    """
    _check(confidence)
    below, least = 0.0, 0.0
    for level, width in _by_level(tuple(widths.items())):
        if confidence <= level + _ROUNDING:
            return least + (width - least) * min(1.0, (confidence - below) / (level - below))
        below, least = level, width
    return None


@lru_cache(maxsize=256)
def _by_level(widths: tuple[tuple[str, float | None], ...]) -> tuple[tuple[float, float], ...]:
    """Levels with a width, the lowest first: an answer reads few tables, each for every plan."""
    return tuple(sorted((float(key), width) for key, width in widths if width is not None))


def groups_wanted(confidence: float) -> int:
    """The fewest groups whose quantile is finite: 9 at 90 %, 19 at 95 %, 99 at 99 %.

    Raises ValueError unless 0 < confidence < 1.
    """
    _check(confidence)
    return math.ceil(confidence / (1.0 - confidence) - _ROUNDING)


def quantile(scores: Iterable[float], confidence: float = 0.9) -> float:
    """The split-conformal quantile: the ceil((n + 1) · confidence)-th smallest of *scores*.

    Infinite when there are fewer than `groups_wanted(confidence)` of them.
    Raises ValueError unless 0 < confidence < 1.
    """
    _check(confidence)
    ordered = sorted(scores)
    rank = math.ceil((len(ordered) + 1) * confidence - _ROUNDING)
    return ordered[rank - 1] if rank <= len(ordered) else math.inf


def weighted_quantile(
    scores: Sequence[float], weights: Sequence[float], confidence: float = 0.9, new_weight: float = 1.0
) -> float:
    """As `quantile` with a mass per score; *new_weight*, that of the score to come, is put at infinity.

    Infinite when the scores hold too little mass.
    Raises ValueError for unequal lengths, negative weights or a bad confidence.
    """
    _check(confidence)
    if len(scores) != len(weights):
        raise ValueError(f"{len(scores)} scores but {len(weights)} weights; give one weight per score")
    if min(weights, default=0.0) < 0 or new_weight < 0:
        raise ValueError("a weight is negative; weights are masses and must be zero or more")
    total = math.fsum(weights) + new_weight
    reached = 0.0
    for score, weight in sorted(zip(scores, weights, strict=True)):
        reached += weight
        if reached >= confidence * total * (1.0 - _ROUNDING) and total > 0:
            return score
    return math.inf


def group_weights(groups: Sequence[Hashable]) -> list[float]:
    """One weight per row so that every group's rows sum to 1, however many it has."""
    count = Counter(groups)
    return [1.0 / count[group] for group in groups]


def group_quantile(scores: Sequence[float], groups: Sequence[Hashable], confidence: float = 0.9) -> float:
    """The quantile for one row of a NEW group: every group counts once, whatever its size.

    Infinite with fewer than `groups_wanted(confidence)` groups; ValueError as `weighted_quantile`.
    """
    return weighted_quantile(scores, group_weights(groups), confidence)


def _check(confidence: float) -> None:
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence {confidence} is not between 0 and 1; give a share such as 0.9")
