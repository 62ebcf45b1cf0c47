"""The Pareto front: plans that no other beats in loss, speed and size at once."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.documents.outcome import Estimate
from advisor.documents.requirements import Requirements
from advisor.recommendation.judge import Judged

Point = tuple[float, float, float]
"""Expected loss in percent, minus the speed, file size in bytes: less is better in each."""


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
    return loss, -rate(plan, requirements), plan.outcome.file_size_bytes.value


def beats(one: Point, other: Point) -> bool:
    """Whether *one* is worse in nothing and better in something."""
    return one != other and one[0] <= other[0] and one[1] <= other[1] and one[2] <= other[2]


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
