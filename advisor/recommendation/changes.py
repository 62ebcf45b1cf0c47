"""What would change the answer, and what comes closest when nothing fits."""

from __future__ import annotations

from advisor.documents.recommendation import NearestMiss
from advisor.documents.requirements import Requirements
from advisor.recommendation.judge import Judged
from advisor.recommendation.plans import make_plan
from advisor.recommendation.rank import rate

_HARD = ("not-measured",)
"""Requirements that no relaxing meets."""


def nearest_miss(judged: list[Judged], requirements: Requirements) -> NearestMiss | None:
    """The plan whose worst shortfall is smallest, and what to relax; None when none can be relaxed into fitting."""
    relaxable = [plan for plan in judged if plan.misses and not any(miss.kind in _HARD for miss in plan.misses)]
    if not relaxable:
        return None
    nearest = min(
        relaxable,
        key=lambda plan: (len(plan.misses) > 1, max(miss.shortfall for miss in plan.misses), -rate(plan, requirements)),
    )
    return NearestMiss(
        plan=make_plan(nearest, requirements),
        misses=tuple(miss.text for miss in nearest.misses),
        change="; ".join(dict.fromkeys(miss.relax for miss in nearest.misses if miss.relax)),
    )


def what_would_change(best: Judged, judged: list[Judged], requirements: Requirements) -> tuple[str, ...]:
    """Which single requirement, relaxed, would give a better plan, and what it would give."""
    lines = []
    for kind, describe in (("loss", _faster), ("unusable", _faster), ("memory", _more_accurate), ("speed", _more_accurate), ("ttft", _more_accurate)):
        near = [plan for plan in judged if len(plan.misses) == 1 and plan.misses[0].kind == kind]
        near = [plan for plan in near if describe(best, plan, requirements)]
        if near:
            plan = min(near, key=lambda plan: plan.misses[0].shortfall)
            lines.append(describe(best, plan, requirements))
    return tuple(lines)


def _faster(best: Judged, other: Judged, requirements: Requirements) -> str:
    before, after = rate(best, requirements), rate(other, requirements)
    if not before or after <= before:
        return ""
    return (
        f"{other.case.scheme.name} on {other.case.engine} would be {100 * (after / before - 1):.0f} % faster: "
        f"{other.misses[0].text}"
    )


def _more_accurate(best: Judged, other: Judged, requirements: Requirements) -> str:
    if best.loss is None or other.loss is None or other.loss.value >= best.loss.value:
        return ""
    return (
        f"{other.case.scheme.name} on {other.case.engine} would lose {other.loss.value:.1f} % instead of "
        f"{best.loss.value:.1f} %: {other.misses[0].text}"
    )
