"""From a need, a machine and a model to the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.recommendation import Recommendation, Rejection
from advisor.documents.requirements import Requirements
from advisor.prediction.artifacts import load
from advisor.prediction.own.evidence import NOTHING_OWN, OwnEvidence
from advisor.recommendation.cautions import cautions
from advisor.recommendation.changes import nearest_miss, what_would_change
from advisor.recommendation.context_room import free_now
from advisor.recommendation.evaluate import VISIBLE_LOSS_PCT, evaluate
from advisor.recommendation.front import pareto_front
from advisor.recommendation.judge import Judged, Setting
from advisor.recommendation.plans import make_plan
from advisor.recommendation.rank import ranked
from advisor.recommendation.reasons import reasons

CRUSHED_LOSS_PCT = 2.0
"""From here on other models are looked at: twice the loss that MLPerf Inference usually allows."""
_ALTERNATIVES = 5
"""Runners-up shown: one screen."""


def recommend(
    requirements: Requirements, hardware: HardwareProfile, model: ModelProfile, own: OwnEvidence = NOTHING_OWN
) -> Recommendation:
    """The whole answer for one model."""
    judged, rejected = evaluate(requirements, hardware, model, everything=False, own=own)
    setting = Setting(hardware=hardware, model=model, own=own)
    document = answer(requirements, hardware, judged, rejected)
    best = _first(judged, requirements)
    lost = best.loss.value if best and best.loss else float("inf")
    changes, better = document.what_would_change, document.better_models
    if requirements.engines and lost >= VISIBLE_LOSS_PCT:
        changes = (*changes, *_another(best, requirements, setting, "engines"))
    elif requirements.schemes and not judged and not model.fixed_scheme:
        changes = (*changes, *_another(best, requirements, setting, "schemes"))
    if best is None:
        from advisor.recommendation.no_way import no_way  # deferred: most questions have an answer
        from advisor.recommendation.original import instead_of_the_copy

        changes = (*changes, *instead_of_the_copy(requirements, setting))
        if not judged:
            document = replace(
                document, warnings=(*no_way(requirements, hardware, model), *document.warnings)
            )
    if not requirements.schemes and lost >= CRUSHED_LOSS_PCT:
        from advisor.recommendation.rivals import rivals

        found = rivals(requirements, setting, best)
        better = tuple(make_plan(choice.plan, requirements) for choice in found)
    return replace(document, what_would_change=changes, better_models=better)


def _first(judged: list[Judged], requirements: Requirements) -> Judged | None:
    return next(iter(ranked([plan for plan in judged if plan.feasible], requirements)), None)


def _another(
    best: Judged | None, requirements: Requirements, setting: Setting, limited: Literal["engines", "schemes"]
) -> tuple[str, ...]:
    """The plan that an engine or a scheme nobody allowed would give, where it loses less than *best* by what
    a benchmark can tell."""
    free = replace(requirements, engines=()) if limited == "engines" else replace(requirements, schemes=())
    judged, _ = evaluate(free, setting.hardware, setting.model, everything=False, own=setting.own)
    other = _first(judged, requirements)
    if other is None or other.loss is None:
        return ()
    gain = best.loss.value - other.loss.value if best and best.loss else None
    if gain is not None and gain <= load("decision")["benchmark_resolution_pct"]:
        return ()
    instead = f" instead of {best.loss.value:.1f} %" if best and best.loss else ""
    decode = other.outcome.decode_tokens_per_s
    speed = f" at {decode.value:.3g} tokens/s" if decode else ""
    engine, scheme = other.case.engine, other.case.scheme.name
    name = f"--engine {engine}: {scheme}" if limited == "engines" else f"--scheme {scheme}: it"
    return (f"{name} loses {other.loss.value:.1f} %{instead}{speed}",)


def answer(
    requirements: Requirements, hardware: HardwareProfile, judged: list[Judged], rejected: list[Rejection]
) -> Recommendation:
    """The document made of what `evaluate` found."""
    order = ranked([plan for plan in judged if plan.feasible], requirements)
    missed = [plan for plan in judged if not plan.feasible]
    rejected = [*rejected, *(_rejection(plan) for plan in missed)]
    if not order:
        unmeasured = bool(missed) and all(_unmeasured(plan) for plan in missed)
        return Recommendation(
            status="not_measured" if unmeasured else "nothing_fits",
            hardware=hardware,
            requirements=requirements,
            recommendation=None,
            rejected=tuple(rejected),
            nearest_miss=nearest_miss(missed, requirements),
            warnings=(*hardware.notes, *free_now(hardware)),
        )
    best = order[0]
    return Recommendation(
        status="ok",
        hardware=hardware,
        requirements=requirements,
        recommendation=make_plan(best, requirements, reasons(best, requirements, order)),
        alternatives=tuple(make_plan(plan, requirements) for plan in _runners_up(order, requirements)),
        rejected=tuple(rejected),
        what_would_change=what_would_change(best, order, missed, requirements),
        warnings=cautions(best, requirements, hardware),
    )


def _runners_up(order: list[Judged], requirements: Requirements) -> list[Judged]:
    """The plans behind the first: those of the front, then the others; of a scheme the best engine's, the
    rest are in the tradeoff table."""
    front = pareto_front(order, requirements)
    seen: dict[str, Judged] = {}
    for plan in [order[0], *sorted(order[1:], key=lambda plan: id(plan) not in front)]:
        seen.setdefault(plan.case.scheme.name, plan)
    return list(seen.values())[1 : 1 + _ALTERNATIVES]


def _unmeasured(plan: Judged) -> bool:
    return any(miss.kind == "not-measured" for miss in plan.misses)


def _rejection(plan: Judged) -> Rejection:
    worst = max(plan.misses, key=lambda miss: miss.shortfall)
    return Rejection(
        model=plan.case.model.name,
        scheme=plan.case.scheme.name,
        engine=plan.case.engine,
        reason="; ".join(miss.text for miss in plan.misses),
        kind=worst.kind,
    )
