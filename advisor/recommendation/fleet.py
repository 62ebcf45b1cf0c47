"""Without a model: for each current family, the largest member this machine can run, with its scheme.

The list is ordered by size. The recommendation is, of those fast enough to read along, the one whose
published scores on the task, times the accuracy its scheme keeps, are best; scores of different sources are
made comparable by `advisor.training.accuracy.quality`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import exp

from advisor.catalog.models import all_models
from advisor.catalog.tasks import task_mix
from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.recommendation import Plan, Recommendation, Rejection
from advisor.documents.requirements import Requirements
from advisor.errors import UsageError
from advisor.prediction.artifacts import load
from advisor.prediction.own.evidence import NOTHING_OWN, OwnEvidence
from advisor.recommendation.changes import nearest_miss
from advisor.recommendation.evaluate import evaluate
from advisor.recommendation.judge import Judged
from advisor.recommendation.plans import make_plan
from advisor.recommendation.rank import ranked
from advisor.recommendation.reading import READING_TOKENS_PER_S

CURRENT_DAYS = 548
"""A family is current when its newest member came out in the eighteen months before the catalogue's newest
model: about two generations at the pace of profiles/models.csv, so that a replaced family drops out."""
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
"""Schemes tried for a whole catalogue: the published formats, a bit level apart. `--scheme` replaces them,
and `--model` looks at all."""


def recommend_any(
    requirements: Requirements, hardware: HardwareProfile, own: OwnEvidence = NOTHING_OWN
) -> Recommendation:
    """One plan for each current family, the largest model first; the first is the recommendation."""
    need = requirements if requirements.schemes else replace(requirements, schemes=SHORTLIST)
    best: list[Judged] = []
    rejected: list[Rejection] = []
    missed: list[Judged] = []
    for members in current_families():
        found, rejection, near = _largest_that_fits(need, hardware, members, own)
        if found:
            best.append(found)
        else:
            rejected.append(rejection)
            missed += near
    best.sort(key=lambda plan: (-(plan.case.model.n_params or 0), plan.case.model.name))
    chosen = max(
        best, key=lambda plan: (_readable(plan), _expected_quality(plan, requirements) or 0.0), default=None
    )
    return Recommendation(
        status="ok" if best else "nothing_fits",
        hardware=hardware,
        requirements=requirements,
        recommendation=_headline(chosen, requirements) if chosen else None,
        alternatives=tuple(make_plan(plan, requirements) for plan in best if plan is not chosen),
        rejected=tuple(rejected),
        nearest_miss=None if best else nearest_miss(missed, need),
        warnings=hardware.notes,
    )


def _headline(chosen: Judged, requirements: Requirements) -> Plan:
    plan = make_plan(chosen, requirements)
    tasks = " and ".join(need.task for need in requirements.tasks)
    which = "the models that fit and answer at reading speed" if _readable(chosen) else "the models that fit"
    if _expected_quality(chosen, requirements) is None:
        reason = f"None of {which} has published scores for {tasks}: this is the largest."
    else:
        reason = f"Of {which}, {plan.model} has the best published scores for {tasks}, its loss included."
    if not _readable(chosen):
        reason += f" None reaches reading speed ({READING_TOKENS_PER_S:.0f} tokens/s) here."
    return replace(plan, why=(reason, *plan.why))


def _readable(plan: Judged) -> bool:
    decode = plan.outcome.decode_tokens_per_s
    return decode is not None and decode.value >= READING_TOKENS_PER_S


def _expected_quality(plan: Judged, requirements: Requirements) -> float | None:
    """Expected share of the task solved, 0 to 1, on the common scale of all sources, over those of its
    categories that have published scores; None when none has."""
    rated = load("quality")["categories"]
    known = value = 0.0
    for need in requirements.tasks:
        for category, weight in task_mix(need.task).items():
            entry = rated.get(category, {}).get(plan.case.model.known_as)
            kept = plan.outcome.retained_accuracy_pct.get(category)
            if entry is not None and kept is not None:
                known += need.weight * weight
                value += need.weight * weight * kept.value / 100 / (1 + exp(-entry[0]))
    return value / known if known else None


def current_families() -> list[tuple[ModelProfile, ...]]:
    """The catalogue's current families, each with its members, largest first."""
    families: dict[str, list[ModelProfile]] = {}
    for model in all_models():
        if model.family and model.release and model.n_params:
            families.setdefault(model.family, []).append(model)
    newest = max(_day(model) for members in families.values() for model in members)
    current = [
        tuple(sorted(members, key=lambda m: (-m.n_params, m.name)))
        for members in families.values()
        if (newest - max(_day(m) for m in members)).days <= CURRENT_DAYS
    ]
    return sorted(current, key=lambda members: members[0].family)


def _day(model: ModelProfile) -> date:
    """The release date; a month or a year alone counts from its first day."""
    parts = [int(part) for part in model.release.split("-")]
    return date(*[*parts, 1, 1][:3])


def _largest_that_fits(
    requirements: Requirements,
    hardware: HardwareProfile,
    members: tuple[ModelProfile, ...],
    own: OwnEvidence,
) -> tuple[Judged | None, Rejection | None, list[Judged]]:
    """The plan; else why there is none, and the plans of the last member looked at."""
    reason, kind, named, judged = "no member was looked at", "memory", members[-1], []
    for model in members:
        if _hopeless(model, hardware):
            reason, kind, named = f"{model.name} alone is larger than this machine's memory", "memory", model
            continue
        try:
            judged, _ = evaluate(requirements, hardware, model, everything=False, own=own)
        except UsageError as error:  # the context asked for is longer than the model's
            reason, kind, named = str(error), "unsupported", model
            continue
        order = ranked([plan for plan in judged if plan.feasible], requirements)
        if order:
            return order[0], None, []
        misses = [miss for plan in judged for miss in plan.misses]
        least = min(misses, key=lambda miss: miss.shortfall, default=None)
        reason, kind = (
            (f"{model.name}: {least.text}", least.kind)
            if least
            else (f"{model.name}: no scheme of the shortlist runs here", "unsupported")
        )
        named = model
    return None, Rejection(model=named.name, scheme="any", engine=None, reason=reason, kind=kind), judged


def _hopeless(model: ModelProfile, hardware: HardwareProfile) -> bool:
    """Larger than all memory together even at two bits a weight; nothing need be computed then."""
    gpus = sum(gpu.memory_total_bytes or 0 for gpu in hardware.gpus if not gpu.unified_memory)
    total = gpus + (hardware.memory.total_bytes or 0)
    shared = max((gpu.memory_total_bytes or 0 for gpu in hardware.gpus if gpu.unified_memory), default=0)
    total = max(total, shared) * max(hardware.nodes, 1)
    return total > 0 and model.n_params * 2 / 8 > total
