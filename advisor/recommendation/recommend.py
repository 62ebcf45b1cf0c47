"""From a need, a machine and a model to the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate
from advisor.documents.recommendation import Recommendation, Rejection
from advisor.documents.requirements import Requirements
from advisor.engines import engine_for
from advisor.prediction.artifacts import load
from advisor.prediction.local_speed.predict import narrowed
from advisor.prediction.own.evidence import NOTHING_OWN, OwnEvidence
from advisor.recommendation.changes import nearest_miss, what_would_change
from advisor.recommendation.evaluate import VISIBLE_LOSS_PCT, evaluate
from advisor.recommendation.front import pareto_front
from advisor.recommendation.judge import Judged, Setting
from advisor.recommendation.original import instead_of_the_copy
from advisor.recommendation.plans import make_plan
from advisor.recommendation.rank import objective_of, ranked
from advisor.recommendation.reading import PATIENCE_S, READING_TOKENS_PER_S
from advisor.recommendation.reasons import reasons
from advisor.recommendation.room import free_now, rooms

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
        changes = (*changes, *instead_of_the_copy(requirements, setting))
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
        warnings=_warnings(best, requirements, hardware),
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


WIDE = 3.0
"""Highest ÷ lowest speed from which measuring pays: Q8_0 and Q3_K_S of one model differ by less, so that the
interval says less than the sizes do."""


def _warnings(best: Judged, requirements: Requirements, hardware: HardwareProfile) -> tuple[str, ...]:
    lines = [
        *hardware.notes,
        *free_now(hardware),
        *best.case.model.notes,
        *best.outcome.warnings,
        *_about_loss(best, requirements),
        *_about_memory(best, requirements, hardware),
        *_about_speed(best, requirements),
        *_about_drafting(best),
    ]
    if best.candidate.note:
        lines.append(f"{best.case.engine}: {best.candidate.note}")
    return tuple(dict.fromkeys(lines))


def _about_loss(best: Judged, requirements: Requirements) -> list[str]:
    if best.loss is None:
        lines = ["its accuracy was never measured: no loss can be stated"]
        if objective_of(requirements) != "accuracy":
            lines.append("ranked without regard to accuracy, which is not known")
        return lines
    weak = [
        name
        for name, kept in best.outcome.retained_accuracy_pct.items()
        if kept and kept.basis == "extrapolated"
    ]
    if not weak:
        return []
    return [f"the loss on {', '.join(weak)} is extrapolated: too few measurements of this kind"]


def _about_memory(best: Judged, requirements: Requirements, hardware: HardwareProfile) -> list[str]:
    lines = []
    if hardware.gpus and hardware.memory.total_bytes is None and not hardware.gpus[0].unified_memory:
        lines.append(
            "only the GPU is named: plans that also use main memory are left out; give --ram to have them"
        )
    said = any("main memory" in note for note in hardware.notes)
    if hardware.memory.total_bytes is None and not hardware.gpus and not said:
        lines.append(
            "the memory of this machine is not known, so nothing says that it fits: give it, e.g. --ram 16GB"
        )
    wanted = rooms(requirements, best.case.model)[0]
    if best.case.context_tokens < wanted:
        lines.append(
            f"room for {best.case.context_tokens} tokens, because a context nobody asked for must not cost "
            f"accuracy: --context {wanted} asks for the usual one"
        )
    return lines


def _about_drafting(best: Judged) -> list[str]:
    """Models that predict several tokens ahead: what that gains has no measurement behind it."""
    blocks = best.case.model.mtp_layers
    if not blocks or best.outcome.decode_tokens_per_s is None:
        return []
    return [
        f"{best.case.model.name} can draft its own next tokens (MTP, {blocks} block{'s' * (blocks > 1)}): "
        "what that gains here is not measured, and the figures are without it"
    ]


def _about_speed(best: Judged, requirements: Requirements) -> list[str]:
    decode = best.outcome.decode_tokens_per_s
    if decode is None:
        return ["its speed is not known: see `unknown` in the hardware, or give --bandwidth"]
    lines = []
    ttft = best.outcome.time_to_first_token_s
    if ttft is not None and ttft.value > PATIENCE_S:
        prompt = max(load.prompt_tokens for load in requirements.loads)
        lines.append(f"the first token of a prompt of {prompt} tokens takes {ttft.value:.0f} s")
    if decode.value < READING_TOKENS_PER_S:
        lines.append(
            f"{decode.value:.2g} tokens/s is below reading speed ({READING_TOKENS_PER_S:.0f} tokens/s): "
            "whoever reads along waits"
        )
    if decode.basis == "measured-here" and decode.evidence:
        lines.append(f"your own measurements: {decode.evidence[0]}")
    elif decode.basis == "extrapolated":
        why = decode.evidence[0] if decode.evidence else "nothing like it was measured"
        lines.append(f"its speed is extrapolated: {why}")
    return lines + _worth_measuring(best, decode)


def _worth_measuring(best: Judged, decode: Estimate) -> list[str]:
    """What measuring on the machine would tell, where little is known and no download is needed for it."""
    case, placed = best.case, best.outcome.placement
    if decode.basis == "measured-here" or placed is None or placed.kind in ("split", "experts-on-cpu"):
        return []
    named = case.engine == engine_for("gguf") and case.model.source == "catalogue"
    if not named or not 0 < WIDE * decode.low < decode.high:
        return []
    return [
        f"its speed is known within a factor of {decode.high / decode.low:.1f} only: on the machine itself "
        f"`advisor measure speed --synthetic {case.model.name} --scheme {case.scheme.name}` brings that to "
        f"{narrowed(decode):.1f} in minutes, with random weights and no download"
    ]
