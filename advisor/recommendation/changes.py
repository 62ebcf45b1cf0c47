"""What would change the answer, and what comes closest when nothing fits."""

from __future__ import annotations

from advisor.documents.recommendation import NearestMiss
from advisor.documents.record import replace
from advisor.documents.requirements import Requirements
from advisor.prediction.artifacts import load
from advisor.prediction.outcome import place_case
from advisor.recommendation.judge import Judged
from advisor.recommendation.plans import make_plan
from advisor.recommendation.rank import rate
from advisor.sizing.weights import weigh

_SMALLER_KV = {"fp8": ("fp8",), "q8_0": ("q8_0", "q4_0")}
_LEAST_CONTEXT = 512
"""Below a page of text a context is of no use for any task of profiles/tasks.json."""
_WORTH_NAMING = 1.2
"""Strangers' measurements of one configuration differ by 20 % (median, docs/MODEL_CARD.md):
a smaller gain is none.
"""
_WITHIN_REACH = 2.0
"""Memory is bought by doubling it; a plan that needs more, or loses more than twice what is allowed,
is another one.
"""
_HARD = ("not-measured",)
"""Requirements that no relaxing meets."""


def nearest_miss(judged: list[Judged], requirements: Requirements) -> NearestMiss | None:
    """The plan whose worst shortfall is smallest, and what to relax;
    None when none can be relaxed into fitting.
    """
    relaxable = [
        plan for plan in judged if plan.misses and not any(miss.kind in _HARD for miss in plan.misses)
    ]
    relaxable = [plan for plan in relaxable if not plan.candidate.limited] or relaxable
    if not relaxable:
        return None
    nearest = min(
        relaxable,
        key=lambda plan: (
            len(plan.misses) > 1,
            max(miss.shortfall for miss in plan.misses),
            -rate(plan, requirements),
        ),
    )
    changes = [miss.relax for miss in nearest.misses if miss.relax]
    if any(miss.kind == "memory" for miss in nearest.misses):
        changes += _memory_changes(nearest)
    return NearestMiss(
        plan=make_plan(nearest, requirements),
        misses=tuple(miss.text for miss in nearest.misses),
        change="; or ".join(dict.fromkeys(changes)),
    )


def _memory_changes(plan: Judged) -> list[str]:
    """Options that make the plan fit, each tried: a smaller KV cache, then a shorter context."""
    weights = weigh(plan.case.model, plan.case.scheme, plan.case.imatrix)
    found = []
    for kv_type in _SMALLER_KV["fp8" if plan.case.serves else "q8_0"]:
        if kv_type != plan.case.kv_type and place_case(replace(plan.case, kv_type=kv_type), weights).fits:
            found.append(f"--kv-cache {kv_type}")
            break
    context = plan.case.context_tokens
    while context > _LEAST_CONTEXT:
        context //= 2
        if place_case(replace(plan.case, context_tokens=context), weights).fits:
            found.append(f"--context {context}")
            break
    return found or ["a smaller model, or more memory"]


def what_would_change(
    best: Judged, feasible: list[Judged], missed: list[Judged], requirements: Requirements
) -> tuple[str, ...]:
    """What giving a little more, or having a little more, would bring: one line for each way."""
    lines = [_next_faster(best, feasible, requirements)]
    for kinds, describe in (
        (("loss",), _faster),
        (("memory",), _more_accurate),
        (("speed", "ttft"), _more_accurate),
    ):
        near = [plan for plan in missed if len(plan.misses) == 1 and plan.misses[0].kind in kinds]
        near = [plan for plan in near if plan.misses[0].shortfall <= _WITHIN_REACH]
        near = [plan for plan in near if describe(best, plan, requirements)]
        if near:
            plan = min(near, key=lambda plan: plan.misses[0].shortfall)
            lines.append(describe(best, plan, requirements))
    return tuple(line for line in lines if line)


def _worth_naming() -> float:
    """The ratio of speeds that is a difference:
    more than two people's measurements of one configuration differ.
    """
    return 1 + load("decision")["speed_resolution"]


def _next_faster(best: Judged, feasible: list[Judged], requirements: Requirements) -> str:
    """Among the plans that meet the need, the faster one that costs the least accuracy."""
    faster = [
        plan for plan in feasible
        if plan.loss is not None and best.loss is not None and plan.loss.value > best.loss.value
        and rate(plan, requirements) > rate(best, requirements) * _worth_naming()
    ]
    if not faster:
        return ""
    plan = min(faster, key=lambda plan: (plan.loss.value, -rate(plan, requirements)))
    gain = 100 * (rate(plan, requirements) / rate(best, requirements) - 1)
    return (
        f"{plan.case.scheme.name} on {plan.case.engine} would be {gain:.0f} % faster and lose "
        f"{plan.loss.value:.1f} % instead of {best.loss.value:.1f} %: "
        f"--objective speed --max-loss {plan.loss_upper:.1f}%"
    )


def _faster(best: Judged, other: Judged, requirements: Requirements) -> str:
    before, after = rate(best, requirements), rate(other, requirements)
    if not before or after <= before * _worth_naming():
        return ""
    return (
        f"{other.case.scheme.name} on {other.case.engine} would be "
        f"{100 * (after / before - 1):.0f} % faster: {other.misses[0].text}"
    )


def _more_accurate(best: Judged, other: Judged, requirements: Requirements) -> str:
    if best.loss is None or other.loss is None:
        return ""
    if best.loss.value - other.loss.value < load("decision")["benchmark_resolution_pct"]:
        return ""
    return (
        f"{other.case.scheme.name} on {other.case.engine} would lose {other.loss.value:.1f} % instead of "
        f"{best.loss.value:.1f} %: {other.misses[0].text}"
    )
