"""The Pareto front: plans that no other beats in loss, speed and size at once.

What a plan takes to be made is a fourth axis between plans that nobody could tell apart: an hour on a GPU is
not spent on a tenth of a percent of loss or of speed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from advisor.documents.outcome import Estimate
from advisor.documents.requirements import Requirements
from advisor.prediction.artifacts import load
from advisor.recommendation.judge import Judged
from advisor.recommendation.making import making


class Point(NamedTuple):
    """Where a plan lies."""

    loss_pct: float
    rate_tokens_per_s: float
    """0 where nobody measured it."""
    file_bytes: float
    make_rank: int = 0
    """See `Making.rank`."""


def rate_of(plan: Judged, requirements: Requirements) -> Estimate | None:
    """The speed that matters to this need: one answer's tokens/s alone, all answers' together under load."""
    outcome = plan.outcome
    shared = requirements.concurrency > 1 or len(requirements.loads) > 1
    return outcome.throughput_tokens_per_s if shared else outcome.decode_tokens_per_s


def rate(plan: Judged, requirements: Requirements) -> float:
    """`rate_of` as a number; 0 when nobody measured it, so that it never wins on speed."""
    figure = rate_of(plan, requirements)
    return figure.value if figure else 0.0


def point(plan: Judged, requirements: Requirements) -> Point:
    """Where *plan* lies; a loss nobody measured is the worst."""
    loss = plan.loss.value if plan.loss else float("inf")
    size = plan.outcome.file_size_bytes.value
    return Point(loss, rate(plan, requirements), size, making(plan.case).rank)


def beats(one: Point, other: Point) -> bool:
    """Whether *one* is worse in nothing and better in something.

    One that takes more to be made has to be better by what can be told: in loss by a benchmark, or in speed
    by more than two people differ who measure one configuration.
    """
    worse = (
        one.loss_pct > other.loss_pct
        or one.rate_tokens_per_s < other.rate_tokens_per_s
        or one.file_bytes > other.file_bytes
    )
    if worse or one[:3] == other[:3]:
        return False
    return one.make_rank <= other.make_rank or _told_apart(one, other)


def _told_apart(better: Point, worse: Point) -> bool:
    ties = load("decision")
    loss, spread = float(ties["benchmark_resolution_pct"]), float(ties["speed_resolution"])
    return (
        worse.loss_pct - better.loss_pct > loss
        or worse.rate_tokens_per_s * (1 + spread) < better.rate_tokens_per_s
    )


def pareto_front(judged: Sequence[Judged], requirements: Requirements) -> set[int]:
    """`id` of the feasible plans of known loss that no other feasible plan beats."""
    points = [(point(plan, requirements), plan) for plan in judged if plan.feasible and plan.loss is not None]
    return {id(plan) for here, plan in points if not any(beats(other, here) for other, _ in points)}


def unbeaten_first(order: Sequence[Judged], requirements: Requirements) -> list[Judged]:
    """*order* with every plan behind those that beat it; otherwise nothing changes places."""
    left = [(point(plan, requirements), plan) for plan in order]
    found = []
    while left:
        index = next(
            index for index, (here, _) in enumerate(left) if not any(beats(other, here) for other, _ in left)
        )
        found.append(left.pop(index)[1])
    return found
