"""What would change the answer, and what comes closest when nothing fits."""

from __future__ import annotations

from advisor.documents.recommendation import NearestMiss
from advisor.documents.requirements import Requirements
from advisor.prediction.artifacts import load
from advisor.recommendation.candidates import kv_types_for
from advisor.recommendation.front import rate
from advisor.recommendation.judge import SPILLS, Judged, Setting, Trial, spills
from advisor.recommendation.misses import Miss
from advisor.recommendation.plans import make_plan
from advisor.recommendation.reading import READING_TOKENS_PER_S
from advisor.recommendation.remedies import change_of_machine, change_of_need, wired_limit_mb

_TRIED = 8
"""Plans nearest to the need that advice is looked for: beyond them it would be for another plan."""
_ROUNDS = 5
"""Options one piece of advice may hold: memory, two losses, speed and first token."""
_WITHIN_REACH = 2.0
"""Memory is bought by doubling it; a plan that needs more, or loses more than twice what is allowed,
is another one.
"""
_HARD = ("not-measured",)
"""Requirements that no relaxing meets."""


def nearest_miss(judged: list[Judged], requirements: Requirements) -> NearestMiss | None:
    """The plan whose worst shortfall is smallest, and what to relax; where that is main memory nobody stated,
    the plan recommended with it. None when none can be relaxed into fitting."""
    found = nearest_plan(judged, requirements)
    return found and found[1]


def nearest_plan(judged: list[Judged], requirements: Requirements) -> tuple[Judged, NearestMiss] | None:
    """As `nearest_miss`, with the plan as it was judged."""
    relaxable = [
        plan for plan in judged if plan.misses and not any(miss.kind in _HARD for miss in plan.misses)
    ]
    relaxable = [plan for plan in relaxable if not plan.candidate.limited] or relaxable
    if not relaxable:
        return None
    timed = requirements.min_decode_tokens_per_s is not None or requirements.max_ttft_s is not None
    relaxable.sort(
        key=lambda plan: (
            any(miss.kind == "unusable" for miss in plan.misses),
            # The speed of a plan that does not fit was not judged: it may miss that as well.
            timed and any(miss.kind == "memory" for miss in plan.misses),
            max(miss.shortfall for miss in plan.misses),
            len(plan.misses),
            -rate(plan, requirements),
        )
    )
    nearest, change = relaxable[0], ""
    for plan in relaxable[:_TRIED]:
        if advice := _advice(plan, requirements):
            nearest, change = plan, advice
            break
    costly = not change or _GIVES_UP_ACCURACY in change or change.startswith(_MILDEST)
    if costly and (mild := _mildest(relaxable, requirements)):
        nearest, change = mild
    if not change and any(miss.kind == "memory" for miss in nearest.misses):
        from advisor.recommendation.unstated import were_it_stated  # deferred: most questions have an answer

        stated = were_it_stated(relaxable, requirements)
        nearest, change = stated or (nearest, change_of_machine(nearest))
    return nearest, NearestMiss(
        plan=make_plan(nearest, requirements),
        misses=tuple(miss.text for miss in nearest.misses),
        change=change,
    )


def _mildest(plans: list[Judged], requirements: Requirements) -> tuple[Judged, str] | None:
    """The plan that loses least of those that one option about memory lets do, by the mildest such option:
    another cache type, fewer requests, a shorter context; None where none does."""
    ceiling = load("decision")["smaller_model_loss_pct"]
    found: dict[str, tuple[Judged, str]] = {}
    known = [plan for plan in plans if plan.loss is not None and plan.misses[0].kind == "memory"]
    for plan in sorted(known, key=lambda plan: plan.loss.value if plan.loss else 0.0):
        step = change_of_need(plan, requirements)
        if step is None or step[0].split(" ")[0] in found:
            continue
        option, need = step
        setting = Setting(hardware=plan.case.hardware, model=plan.case.model, own=plan.case.own)
        kinds = kv_types_for(plan.case.engine, need.kv_type, plan.case.hardware)
        if Trial(plan.candidate._replace(kv_types=kinds), need, setting, ceiling).judged().feasible:
            found[option.split(" ")[0]] = plan, option
    return next((found[option] for option in _MILDEST if option in found), None)


_MILDEST = ("--kv-cache", "--concurrency", "--context")
_GIVES_UP_ACCURACY = "--max-loss"


def _advice(plan: Judged, requirements: Requirements) -> str:
    """The options with which *plan* meets the need, found by judging it again after each;
    empty when none do.
    """
    ceiling = load("decision")["smaller_model_loss_pct"]
    need = requirements
    options: dict[str, str] = {}
    setting = Setting(hardware=plan.case.hardware, model=plan.case.model, own=plan.case.own)
    for _ in range(_ROUNDS):
        if plan.feasible:
            return " ".join(options.values())
        step = next((found for miss in plan.misses if (found := _step(plan, miss, need))), None)
        if step is None:
            return ""
        option, need = step
        options[option.split(":")[0].split(" ")[0]] = option
        candidate = plan.candidate._replace(
            kv_types=kv_types_for(plan.case.engine, need.kv_type, plan.case.hardware)
        )
        plan = Trial(candidate, need, setting, ceiling).judged()
    return ""


def _step(plan: Judged, miss: Miss, need: Requirements) -> tuple[str, Requirements] | None:
    """One option that lifts *miss*, and the need with it."""
    if miss.kind == "memory":
        return change_of_need(plan, need)
    return (miss.relax, miss.relaxed(need)) if miss.relaxed else None


def what_would_change(
    best: Judged, feasible: list[Judged], missed: list[Judged], requirements: Requirements
) -> tuple[str, ...]:
    """What giving a little more, or having a little more, would bring: one line for each way."""
    lines = [_next_faster(best, feasible, requirements), _readable(best, feasible), _onto_the_gpu(best)]
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
            lines.append(describe(best, plan, requirements) + _with(plan, requirements))
    return tuple(line for line in lines if line)


def _with(plan: Judged, requirements: Requirements) -> str:
    """; and what would let *plan* do, when only memory is missing."""
    if plan.misses[0].kind != "memory":
        return ""
    change = change_of_need(plan, requirements)
    remedy = change[0] if change else change_of_machine(plan)
    return f"; it would fit with {remedy}" if remedy else ""


def _onto_the_gpu(best: Judged) -> str:
    """What a Mac's GPU needs to hold the plan that runs beside it now."""
    placement = best.outcome.placement
    if placement is None or placement.kind not in SPILLS or not (limit := wired_limit_mb(best.case)):
        return ""
    return (
        f"{best.case.scheme.name} would lie in the GPU's memory, and be faster, with "
        f"sudo sysctl iogpu.wired_limit_mb={limit} (until the next start)"
    )


def _worth_naming() -> float:
    """The ratio of speeds that is a difference:
    more than two people's measurements of one configuration differ.
    """
    return 1 + float(load("decision")["speed_resolution"])


def _next_faster(best: Judged, feasible: list[Judged], requirements: Requirements) -> str:
    """Among the plans that meet the need, the faster one that costs the least accuracy."""
    if best.loss is None or not rate(best, requirements):
        return ""
    faster = [
        (plan.loss.value, -rate(plan, requirements), plan)
        for plan in feasible
        if plan.loss is not None
        and plan.loss.value > best.loss.value
        and rate(plan, requirements) > rate(best, requirements) * _worth_naming()
    ]
    if not faster:
        return ""
    loss, _, plan = min(faster, key=lambda entry: entry[:2])
    gain = 100 * (rate(plan, requirements) / rate(best, requirements) - 1)
    return (
        f"{plan.case.scheme.name} on {plan.case.engine} would be {gain:.0f} % faster and lose "
        f"{loss:.1f} % instead of {best.loss.value:.1f} %: --scheme {plan.case.scheme.name}"
    )


def _readable(best: Judged, feasible: list[Judged]) -> str:
    """Of the plans that meet the need, the most accurate one that nobody reading along waits for; nothing
    where the best is such a one."""
    quick = [plan for plan in feasible if plan.loss is not None and _decode(plan) >= READING_TOKENS_PER_S]
    if not quick or best.loss is None or not 0 < _decode(best) < READING_TOKENS_PER_S:
        return ""
    plan = min(quick, key=lambda plan: (plan.loss.value if plan.loss else 0.0, -_decode(plan)))
    lost = plan.loss.value if plan.loss else 0.0
    placed = plan.outcome.placement
    moved = placed is not None and placed.kind not in SPILLS and spills(best)
    where = ", all of it in the GPU's memory," if moved else ""
    return (
        f"{plan.case.scheme.name} on {plan.case.engine}{where} would answer at {_decode(plan):.3g} tokens/s, "
        f"as fast as people read, and lose {lost:.1f} % instead of {best.loss.value:.1f} %: "
        f"--scheme {plan.case.scheme.name}"
    )


def _decode(plan: Judged) -> float:
    decode = plan.outcome.decode_tokens_per_s
    return decode.value if decode else 0.0


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
