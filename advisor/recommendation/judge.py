"""Is a plan good enough? Every unmet requirement with its size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from advisor.catalog.tasks import task_mix
from advisor.documents.hardware import HardwareProfile
from advisor.documents.kinds import BASES, TaskCategory
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate, Outcome, Placement
from advisor.documents.requirements import Requirements, TaskNeed
from advisor.prediction.case import Case
from advisor.prediction.outcome import place_case, predict
from advisor.prediction.own.evidence import NOTHING_OWN, OwnEvidence
from advisor.prediction.weighing import weigh_case
from advisor.recommendation.candidates import Candidate
from advisor.recommendation.misses import (
    Miss,
    disk_misses,
    loss_misses,
    memory_misses,
    speed_misses,
    unusable,
)
from advisor.recommendation.room import largest, rooms

SPILLS = ("split", "experts-on-cpu", "cpu")
"""Placements that read weights from main memory."""


class Setting(NamedTuple):
    """What is asked about: a model on a machine, and what the user measured there."""

    hardware: HardwareProfile
    model: ModelProfile
    own: OwnEvidence = NOTHING_OWN


class Judged(NamedTuple):
    """A candidate with its figures and what it misses."""

    candidate: Candidate
    case: Case
    outcome: Outcome
    loss: Estimate | None
    loss_upper: float | None
    task_loss_upper: dict[str, float | None]
    misses: tuple[Miss, ...]

    @property
    def feasible(self) -> bool:
        """Whether every requirement is met."""
        return not self.misses


def judge(
    candidate: Candidate,
    requirements: Requirements,
    setting: Setting,
    unusable_loss_pct: float | None,
    *,
    shrink: bool = False,
) -> Judged:
    """All figures of *candidate* and every requirement it misses.

    Of the KV cache types allowed the preferred one is judged, and the others only when it misses something.
    With *shrink* a context nobody asked for may shrink to what fits.
    """
    first = None
    for case, placement in _placed(candidate, requirements, setting, shrink):
        judged = _judged(candidate, requirements, case, placement, unusable_loss_pct)
        if judged.feasible:
            return judged
        first = first or judged
    assert first is not None  # a candidate has at least one KV type, and a need at least one context
    return first


def judge_if_fits(
    candidate: Candidate,
    requirements: Requirements,
    setting: Setting,
    unusable_loss_pct: float | None,
    *,
    shrink: bool = False,
) -> Judged | None:
    """As `judge`, with no figures for what no memory holds: it meets no need, and None says so."""
    first = None
    for case, placement in _placed(candidate, requirements, setting, shrink):
        if not placement.fits:
            continue
        judged = _judged(candidate, requirements, case, placement, unusable_loss_pct)
        if judged.feasible:
            return judged
        first = first or judged
    return first


def _placed(
    candidate: Candidate, requirements: Requirements, setting: Setting, shrink: bool
) -> Iterator[tuple[Case, Placement]]:
    """The ways to run *candidate* in the order they are tried: by context, then by KV cache type."""
    tokens = rooms(requirements, setting.model)
    for context in tokens if shrink else tokens[:1]:
        for case, placement in _by_preference(_case(candidate, requirements, setting, context), candidate):
            yield _grown(case, placement, requirements)


def _case(candidate: Candidate, requirements: Requirements, setting: Setting, context_tokens: int) -> Case:
    """*candidate* with the first KV type it may have."""
    categories = tuple(dict.fromkeys(name for need in requirements.tasks for name in task_mix(need.task)))
    return Case(
        hardware=setting.hardware,
        model=setting.model,
        scheme=candidate.scheme,
        engine=candidate.engine,
        backend=candidate.backend,
        imatrix=candidate.imatrix,
        kv_type=candidate.kv_types[0],
        context_tokens=context_tokens,
        loads=requirements.loads,
        categories=categories,
        confidence=requirements.confidence_pct / 100,
        own=setting.own,
    )


def _by_preference(case: Case, candidate: Candidate) -> list[tuple[Case, Placement]]:
    """Cases by KV type: what keeps the whole model on the accelerator, then what fits, then the rest."""
    weights = weigh_case(case)
    whole, fitting, rest = [], [], []
    for kv_type in candidate.kv_types:
        this = case._replace(kv_type=kv_type)
        placement = place_case(this, weights)
        if not placement.fits:
            rest.append((this, placement))
        elif placement.kind not in SPILLS or not case.hardware.gpus or candidate.backend == "cpu":
            whole.append((this, placement))
            break
        else:
            fitting.append((this, placement))
    found = [*whole, *fitting]
    return found or rest[:1]


def _grown(case: Case, placement: Placement, requirements: Requirements) -> tuple[Case, Placement]:
    """A context nobody asked for grows again to the largest that still lies as *placement* does."""
    asked, model = requirements.context_tokens, case.model
    if not placement.fits or isinstance(asked, int):
        return case, placement
    wanted = rooms(requirements, model)[0]
    if asked == "max":
        wanted = model.context_length or placement.max_context_tokens or wanted
    tokens = largest(case.context_tokens, wanted, placement.max_context_tokens)
    grown = case._replace(context_tokens=tokens)
    if tokens == case.context_tokens:
        return case, placement
    again = place_case(grown, weigh_case(case))
    return (grown, again) if again.fits and again.kind == placement.kind else (case, placement)


def _judged(
    candidate: Candidate,
    requirements: Requirements,
    case: Case,
    placement: Placement,
    unusable_loss_pct: float | None,
) -> Judged:
    outcome = predict(case, placement=placement)
    mixes = {need.task: task_mix(need.task) for need in requirements.tasks}
    loss = _mixed_loss(requirements.tasks, mixes, outcome)
    uppers = {need.task: _upper(mixes[need.task], outcome) for need in requirements.tasks}
    total = sum(need.weight for need in requirements.tasks)
    bounds = [(need.weight, uppers[need.task]) for need in requirements.tasks]
    known = [weight * bound for weight, bound in bounds if bound is not None]
    upper = sum(known) / total if len(known) == len(bounds) else None
    misses: list[Miss] = [
        *memory_misses(outcome),
        *disk_misses(outcome, case.hardware, case.model),
        *loss_misses(requirements, uppers, upper, loss),
        *unusable(requirements, upper, loss, unusable_loss_pct),
    ]
    if placement.fits:
        misses += speed_misses(requirements, case, outcome)
    return Judged(candidate, case, outcome, loss, upper, uppers, tuple(misses))


def _mixed_loss(
    needs: tuple[TaskNeed, ...], mixes: dict[str, dict[TaskCategory, float]], outcome: Outcome
) -> Estimate | None:
    """Expected loss over the mixture of tasks, in percent; ends add up as if wholly correlated."""
    parts = [
        (need.weight * weight / sum(mixes[need.task].values()), outcome.retained_accuracy_pct.get(category))
        for need in needs
        for category, weight in mixes[need.task].items()
    ]
    known = [(weight, kept) for weight, kept in parts if kept is not None]
    if not known:
        return None
    total = sum(weight for weight, _ in known)
    value, low, high = (
        sum(weight * (100 - getattr(kept, end)) for weight, kept in known) / total
        for end in ("value", "high", "low")
    )
    basis = max((kept.basis for _, kept in known), key=BASES.index)
    if len(known) < len(parts):
        basis = "extrapolated"
    evidence = tuple(dict.fromkeys(line for _, kept in known for line in kept.evidence))
    return Estimate(value=value, low=low, high=high, basis=basis, evidence=evidence[:6])


def _upper(mix: dict[TaskCategory, float], outcome: Outcome) -> float | None:
    """One-sided upper bound of a task's loss; None when any of its categories has none."""
    bounds = [(weight, outcome.loss_upper_pct.get(category)) for category, weight in mix.items()]
    known = [weight * bound for weight, bound in bounds if bound is not None]
    return sum(known) / sum(mix.values()) if len(known) == len(bounds) else None
