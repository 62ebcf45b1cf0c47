"""Without a model: of each current family the best member this machine can run, the best of all first."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from advisor.documents.hardware import HardwareProfile
from advisor.documents.kinds import RejectionKind
from advisor.documents.model import ModelProfile
from advisor.documents.recommendation import Plan, Recommendation, Rejection
from advisor.documents.requirements import Requirements
from advisor.errors import Cancelled, UsageError
from advisor.prediction.own.evidence import NOTHING_OWN, OwnEvidence
from advisor.recommendation.best import best_plan
from advisor.recommendation.cautions import cautions
from advisor.recommendation.changes import nearest_miss
from advisor.recommendation.context_room import free_now
from advisor.recommendation.evaluate import evaluate, feasible
from advisor.recommendation.families import current_families, released
from advisor.recommendation.judge import Judged, Setting
from advisor.recommendation.plans import make_plan
from advisor.recommendation.quality import expected_quality
from advisor.recommendation.rank import ranked
from advisor.recommendation.reading import READING_TOKENS_PER_S
from advisor.recommendation.reasons import reasons

SHOWN = 16
"""Models in the list: one screen. Each is planned as if it had been named."""
SHORTLIST = (
    "Q8_0",
    "Q6_K",
    "Q5_K_M",
    "Q4_K_M",
    "IQ4_XS",
    "Q3_K_M",
    "IQ3_XXS",
    "W8A8-FP-dynamic",
    "W8A8-INT",
    "W4A16-INT-gptq-g128",
    "MLX-8bit-g64",
    "MLX-4bit-g64",
    "MXFP4",
)
"""Schemes tried, beside a model's own format, to see which models are worth planning in full: the published
formats, a bit level apart."""


class Choice(NamedTuple):
    """A model that fits, with its best plan, and how good it is expected to be."""

    plan: Judged
    quality: float | None

    @property
    def readable(self) -> bool:
        """Whether the answer comes at reading speed."""
        decode = self.plan.outcome.decode_tokens_per_s
        return decode is not None and decode.value >= READING_TOKENS_PER_S

    @property
    def standing(self) -> tuple[object, ...]:
        """What sorts models, the best last: reading speed, a published score at all, the score to a
        point, the date of release, the score, the name."""
        score = self.quality or 0.0
        model = self.plan.case.model
        return self.readable, self.quality is not None, round(score, 2), released(model), score, model.name


def recommend_any(
    requirements: Requirements,
    hardware: HardwareProfile,
    own: OwnEvidence = NOTHING_OWN,
    cancelled: Callable[[], bool] = lambda: False,
) -> Recommendation:
    """The best model and its plan, then the next best, one a family; each plan is what naming the
    model gives.

    *cancelled* is asked before every family and every plan; raises Cancelled once it says yes.
    """

    def go_on() -> None:
        if cancelled():
            raise Cancelled

    seen: list[Choice] = []
    rejected: list[Rejection] = []
    missed: list[Judged] = []
    for members in current_families(requirements):
        go_on()
        found, rejection, near = _best_member(requirements, hardware, members, own)
        if found:
            seen.append(found)
        elif rejection:
            rejected.append(rejection)
            missed += near
    seen.sort(key=lambda choice: choice.standing, reverse=True)
    best: list[Choice] = []
    for choice in seen[:SHOWN]:
        go_on()
        if full := plan_of(choice.plan.case.model, requirements, hardware, own):
            best.append(full)
    best.sort(key=lambda choice: choice.standing, reverse=True)
    rejected += [_outranked(choice) for choice in seen[SHOWN:]]
    return Recommendation(
        status="ok" if best else "nothing_fits",
        hardware=hardware,
        requirements=requirements,
        recommendation=_headline(best[0], requirements) if best else None,
        alternatives=tuple(make_plan(choice.plan, requirements) for choice in best[1:]),
        rejected=tuple(rejected),
        nearest_miss=None if best else nearest_miss(missed, requirements),
        warnings=cautions(best[0].plan, requirements, hardware)
        if best
        else (*hardware.notes, *free_now(hardware)),
    )


def _headline(chosen: Choice, requirements: Requirements) -> Plan:
    tasks = " and ".join(need.task for need in requirements.tasks)
    which = "the models that fit and answer at reading speed" if chosen.readable else "the models that fit"
    name = chosen.plan.case.model.name
    if chosen.quality is None:
        reason = f"Nobody published scores for {tasks} of {which}: {name} is the newest."
    else:
        reason = (
            f"Of {which}, {name} has the best published scores for {tasks}, its loss included "
            f"({100 * chosen.quality:.0f} of 100 on a scale common to all sources)."
        )
    if not chosen.readable:
        reason += f" None reaches reading speed ({READING_TOKENS_PER_S:.2g} tokens/s) here."
    case = chosen.plan.case
    order = ranked(feasible(requirements, Setting(case.hardware, case.model, case.own)), requirements)
    why = reasons(chosen.plan, requirements, order)
    return make_plan(chosen.plan, requirements, (reason, *why))


def _best_member(
    requirements: Requirements,
    hardware: HardwareProfile,
    members: tuple[ModelProfile, ...],
    own: OwnEvidence,
) -> tuple[Choice | None, Rejection | None, list[Judged]]:
    """The best member, of those that fit the one that answers at reading speed; else why there is
    none, and the plans of the last member looked at."""
    kept: Choice | None = None
    rejection: Rejection | None = None
    missed: ModelProfile | None = None
    for model in members:
        if hopeless(model, hardware):
            reason = f"{model.name} alone is larger than this machine's memory"
            rejection = _rejection(model, reason, "memory")
            continue
        try:
            found = _choice(best_plan(requirements, Setting(hardware, model, own), SHORTLIST), requirements)
        except UsageError as error:  # the context asked for is longer than the model's
            rejection = _rejection(model, str(error), "unsupported")
            continue
        if found is None:
            missed, rejection = model, None
        elif kept is None or found.standing > kept.standing:
            kept = found
        if found and found.readable:
            break  # smaller members of a family are no better
    if kept or missed is None:
        return kept, rejection, []
    judged, _ = evaluate(requirements, hardware, missed, everything=False, only=SHORTLIST, own=own)
    return None, rejection or _no_plan(missed, judged), judged


def plan_of(
    model: ModelProfile, requirements: Requirements, hardware: HardwareProfile, own: OwnEvidence
) -> Choice | None:
    """The best plan of *model* as if it had been named; None when none meets the need."""
    try:
        return _choice(best_plan(requirements, Setting(hardware, model, own)), requirements)
    except UsageError:
        return None


def _choice(best: Judged | None, requirements: Requirements) -> Choice | None:
    if best is None:
        return None
    return Choice(best, expected_quality(best.case.model, best.outcome, requirements))


def _no_plan(model: ModelProfile, judged: list[Judged]) -> Rejection:
    misses = [miss for plan in judged for miss in plan.misses]
    least = min(misses, key=lambda miss: miss.shortfall, default=None)
    if least is None:
        return _rejection(model, f"{model.name}: none of the usual schemes runs here", "unsupported")
    return _rejection(model, f"{model.name}: {least.text}", least.kind)


def _outranked(choice: Choice) -> Rejection:
    model, decode = choice.plan.case.model, choice.plan.outcome.decode_tokens_per_s
    speed = f"{decode.value:.2g} tokens/s" if decode else "at a speed nobody measured"
    score = "no published score" if choice.quality is None else f"score {100 * choice.quality:.0f}"
    return _rejection(
        model, f"{model.name} fits ({choice.plan.case.scheme.name}, {speed}; {score})", "outranked"
    )


def _rejection(model: ModelProfile, reason: str, kind: RejectionKind) -> Rejection:
    return Rejection(model=model.name, scheme="any", engine=None, reason=reason, kind=kind)


def hopeless(model: ModelProfile, hardware: HardwareProfile) -> bool:
    """Larger than all memory together even at two bits a weight; nothing need be computed then."""
    gpus = sum(gpu.memory_total_bytes or 0 for gpu in hardware.gpus if not gpu.unified_memory)
    total = gpus + (hardware.memory.total_bytes or 0)
    shared = max((gpu.memory_total_bytes or 0 for gpu in hardware.gpus if gpu.unified_memory), default=0)
    total = max(total, shared) * max(hardware.nodes, 1)
    return total > 0 and (model.n_params or 0) * 2 / 8 > total
