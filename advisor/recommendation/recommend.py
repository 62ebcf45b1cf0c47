"""From a need, a machine and a model to the answer."""

from __future__ import annotations

from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.recommendation import Recommendation, Rejection
from advisor.documents.requirements import Requirements
from advisor.errors import UsageError
from advisor.prediction.accuracy.native import is_native
from advisor.prediction.artifacts import load
from advisor.recommendation.candidates import Candidate, candidates
from advisor.recommendation.changes import nearest_miss, what_would_change
from advisor.recommendation.judge import Judged, judge
from advisor.recommendation.plans import make_plan
from advisor.recommendation.rank import objective_of, ranked
from advisor.sizing.weights import weigh

_ALTERNATIVES = 5
"""Runners-up shown: one screen."""


def evaluate(
    requirements: Requirements, hardware: HardwareProfile, model: ModelProfile, *, everything: bool = True
) -> tuple[list[Judged], list[Rejection]]:
    """Every candidate judged, and those ruled out before anything was computed.

    With *everything* false, schemes that could only come last (see `rank.ranked`) are looked at only when
    nothing else meets the need.
    """
    _check_context(requirements, model)
    found, rejected = candidates(requirements, hardware, model)
    if not requirements.schemes:
        found, pointless = _without_pointless(found, model)
        rejected += pointless
    # Asking for one objective other than accuracy without a limit must not end in a scheme that babbles.
    ceiling = (
        None if requirements.schemes or model.fixed_scheme else load("decision")["smaller_model_loss_pct"]
    )

    def judged(these: list[Candidate]) -> list[Judged]:
        return [judge(candidate, requirements, hardware, model, ceiling) for candidate in these]

    if everything or requirements.schemes:
        return judged(found), rejected
    plans = judged([candidate for candidate in found if not candidate.limited])
    limited = [candidate for candidate in found if candidate.limited]
    if any(plan.feasible for plan in plans):
        return plans, [*rejected, *(_left_aside(candidate, model) for candidate in limited)]
    return [*plans, *judged(limited)], rejected


def _without_pointless(
    found: list[Candidate], model: ModelProfile
) -> tuple[list[Candidate], list[Rejection]]:
    """Leave out what is no smaller than the published weights where an engine runs those:
    it could only lose.
    """
    published = {
        candidate.engine: weigh(model, candidate.scheme).total_bytes.value
        for candidate in found
        if is_native(model, candidate.scheme)
    }
    kept, rejected = [], []
    for candidate in found:
        limit = published.get(candidate.engine)
        size = None if limit is None else weigh(model, candidate.scheme, candidate.imatrix).total_bytes.value
        if limit is None or is_native(model, candidate.scheme) or size < limit:
            kept.append(candidate)
            continue
        reason = (
            f"{size / 1e9:.1f} GB: no smaller than the published weights ({limit / 1e9:.1f} GB), "
            "which lose nothing"
        )
        rejected.append(
            Rejection(
                model=model.name,
                scheme=candidate.scheme.name,
                engine=candidate.engine,
                reason=reason,
                kind="pointless",
            )
        )
    return kept, rejected


def _left_aside(candidate: Candidate, model: ModelProfile) -> Rejection:
    return Rejection(
        model=model.name,
        scheme=candidate.scheme.name,
        engine=candidate.engine,
        kind="limited",
        reason=f"{candidate.note or 'runs with limits'}; name it with --scheme to have it considered",
    )


def recommend(requirements: Requirements, hardware: HardwareProfile, model: ModelProfile) -> Recommendation:
    """The whole answer for one model."""
    judged, rejected = evaluate(requirements, hardware, model, everything=False)
    return answer(requirements, hardware, judged, rejected)


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
            warnings=hardware.notes,
        )
    best = order[0]
    return Recommendation(
        status="ok",
        hardware=hardware,
        requirements=requirements,
        recommendation=make_plan(best, requirements),
        alternatives=tuple(make_plan(plan, requirements) for plan in _distinct(order)[1 : 1 + _ALTERNATIVES]),
        rejected=tuple(rejected),
        what_would_change=what_would_change(best, order, missed, requirements),
        warnings=_warnings(best, requirements, hardware),
    )


def _distinct(order: list[Judged]) -> list[Judged]:
    """One plan a scheme: the best engine's; the others are in the tradeoff table."""
    seen: dict[str, Judged] = {}
    for plan in order:
        seen.setdefault(plan.case.scheme.name, plan)
    return list(seen.values())


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


def _warnings(best: Judged, requirements: Requirements, hardware: HardwareProfile) -> tuple[str, ...]:
    lines = [*hardware.notes, *best.case.model.notes, *best.outcome.warnings]
    if best.loss is None:
        lines.append("its accuracy was never measured: no loss can be stated")
    else:
        weak = [
            name
            for name, kept in best.outcome.retained_accuracy_pct.items()
            if kept and kept.basis == "extrapolated"
        ]
        if weak:
            lines.append(f"the loss on {', '.join(weak)} is extrapolated: too few measurements of this kind")
    if hardware.gpus and hardware.memory.total_bytes is None and not hardware.gpus[0].unified_memory:
        lines.append(
            "only the GPU is named: plans that also use main memory are left out; give --ram to have them"
        )
    decode = best.outcome.decode_tokens_per_s
    if decode is not None and decode.basis == "measured-here" and decode.evidence:
        lines.append(f"your own measurements: {decode.evidence[0]}")
    if decode is None:
        lines.append("its speed is not known: see `unknown` in the hardware, or give --bandwidth")
    elif decode.basis == "extrapolated":
        lines.append(
            "its speed is extrapolated: "
            + (decode.evidence[0] if decode.evidence else "nothing like it was measured")
        )
    said = any("main memory" in note for note in hardware.notes)
    if hardware.memory.total_bytes is None and not hardware.gpus and not said:
        lines.append("the memory of this machine is not known, so nothing says that it fits: give --ram")
    if best.candidate.note:
        lines.append(f"{best.case.engine}: {best.candidate.note}")
    if objective_of(requirements) != "accuracy" and best.loss is None:
        lines.append("ranked without regard to accuracy, which is not known")
    return tuple(dict.fromkeys(lines))


def _check_context(requirements: Requirements, model: ModelProfile) -> None:
    most = model.context_length
    asked = requirements.context_tokens
    if most is not None and isinstance(asked, int) and asked > most:
        raise UsageError(
            f"{model.name} reads at most {most} tokens and --context asks for {asked}: "
            "lower --context or choose a model with a longer one",
            field="context",
        )
