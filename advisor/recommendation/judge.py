"""Is a plan good enough? Every unmet requirement with its size."""

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from advisor.catalog.tasks import task_mix
from advisor.documents.hardware import HardwareProfile
from advisor.documents.kinds import KvType
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate, Outcome, Placement
from advisor.documents.requirements import Requirements
from advisor.engines.backends import with_reached
from advisor.prediction.case import Case
from advisor.prediction.outcome import place_case, place_case_if_fits, predict
from advisor.prediction.own.evidence import NOTHING_OWN, OwnEvidence
from advisor.prediction.speed import decode_ceiling
from advisor.prediction.weighing import weigh_case
from advisor.recommendation.candidates import Candidate
from advisor.recommendation.context_room import largest, rooms
from advisor.recommendation.losses import Losses, losses_of
from advisor.recommendation.misses import (
    Miss,
    disk_misses,
    loss_misses,
    memory_misses,
    speed_misses,
    unusable,
)
from advisor.sizing.placement import beyond_memory

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


class Trial:
    """One candidate under one need, judged at one context or more.

    Without a context it is that which the need asks for, the first of `rooms`. Of the KV cache types allowed
    the preferred one is judged, and the others only when it misses something.
    """

    def __init__(
        self,
        candidate: Candidate,
        requirements: Requirements,
        setting: Setting,
        unusable_loss_pct: float | None,
    ) -> None:
        self.candidate, self.requirements = candidate, requirements
        self.unusable_loss_pct = unusable_loss_pct
        self._losses: dict[KvType, Losses] = {}
        self._found: dict[int | None, Judged | Placement | None] = {}
        self._case = _case(candidate, requirements, setting)

    @cached_property
    def possible(self) -> bool:
        """False for what no placement makes meet the need: it is larger than all memory, loses too much, or
        even the peak of the fastest memory is too slow. What is found soonest is asked first."""
        case, weights = self._case, weigh_case(self._case)
        if beyond_memory(case.hardware, weights, case.backend):
            return False
        if all(self._loses_too_much(case._replace(kv_type=kind)) for kind in self.candidate.kv_types):
            return False
        wanted = self.requirements.min_decode_tokens_per_s
        return wanted is None or decode_ceiling(case, weights) >= wanted

    def _loses_too_much(self, case: Case) -> bool:
        losses = self._losses_of(case)
        need = self.requirements
        return bool(
            loss_misses(need, losses.by_task, losses.upper)
            or unusable(need, losses.upper, losses.expected, self.unusable_loss_pct)
        )

    @property
    def least_loss(self) -> float:
        """The expected loss no placement goes below, in percent; infinite where none is known."""
        found = self._losses_of(self._case).expected
        return found.value if found else float("inf")

    def judged(self, context_tokens: int | None = None) -> Judged:
        """All figures and every requirement missed, of the first KV type where none meets them all."""
        first = None
        for case, placement in self._placed(context_tokens):
            losses, misses = self._losses_of(case), tuple(self._misses(case, placement))
            outcome = predict(case, placement=placement, accuracy=losses.accuracy)
            judged = Judged(
                self.candidate, case, outcome, losses.expected, losses.upper, losses.by_task, misses
            )
            if judged.feasible:
                return judged
            first = first or judged
        assert first is not None  # a candidate has at least one KV type
        return first

    def feasible(self, context_tokens: int | None = None) -> Judged | Placement | None:
        """The plan when it meets the need; else where the first that fits lies, None when no memory holds
        it. Of what misses something nothing more is computed."""
        if context_tokens not in self._found:
            self._found[context_tokens] = self._feasible(context_tokens)
        return self._found[context_tokens]

    def _feasible(self, context_tokens: int | None) -> Judged | Placement | None:
        if not self.possible:
            return None
        first = None
        for case, placement in self._placed(context_tokens, fitting_only=True):
            if next(self._misses(case, placement), None) is None:
                losses = self._losses_of(case)
                outcome = predict(case, placement=placement, accuracy=losses.accuracy)
                return Judged(
                    self.candidate, case, outcome, losses.expected, losses.upper, losses.by_task, ()
                )
            first = first or placement
        return first

    def _placed(
        self, context_tokens: int | None, fitting_only: bool = False
    ) -> Iterator[tuple[Case, Placement]]:
        """The ways to run it in the order they are tried."""
        case = self._case
        if context_tokens is not None:
            case = case._replace(context_tokens=context_tokens)
        for found, placement in _by_preference(case, self.candidate.kv_types, fitting_only):
            yield _grown(found, placement, self.requirements)

    def _losses_of(self, case: Case) -> Losses:
        if case.kv_type not in self._losses:
            self._losses[case.kv_type] = losses_of(case, self.requirements)
        return self._losses[case.kv_type]

    def _misses(self, case: Case, placement: Placement) -> Iterator[Miss]:
        """What is missed, one after the other: what costs most to find comes last."""
        requirements, file_bytes = self.requirements, weigh_case(case).file_bytes.value
        yield from memory_misses(placement)
        yield from disk_misses(file_bytes, case.hardware, case.model)
        losses = self._losses_of(case)
        yield from loss_misses(requirements, losses.by_task, losses.upper)
        yield from unusable(requirements, losses.upper, losses.expected, self.unusable_loss_pct)
        if placement.fits:
            yield from speed_misses(requirements, case, placement)


def spills(plan: Judged) -> bool:
    """Whether a machine with a GPU reads weights from main memory."""
    return bool(plan.case.hardware.gpus) and reads_main_memory(plan.outcome.placement)


def reads_main_memory(placement: Placement | None) -> bool:
    """Whether weights lie in main memory."""
    return placement is not None and placement.kind in SPILLS


def _case(candidate: Candidate, requirements: Requirements, setting: Setting) -> Case:
    """*candidate* with the first KV type it may have, and the context wanted."""
    categories = tuple(dict.fromkeys(name for need in requirements.tasks for name in task_mix(need.task)))
    return Case(
        hardware=with_reached(setting.hardware, candidate.backend),
        model=setting.model,
        scheme=candidate.scheme,
        engine=candidate.engine,
        backend=candidate.backend,
        imatrix=candidate.imatrix,
        kv_type=candidate.kv_types[0],
        context_tokens=rooms(requirements, setting.model)[0],
        loads=requirements.loads,
        categories=categories,
        confidence=requirements.confidence_pct / 100,
        images=requirements.images,
        own=setting.own,
    )


def _by_preference(
    case: Case, kv_types: tuple[KvType, ...], fitting_only: bool
) -> list[tuple[Case, Placement]]:
    """Cases by KV type: what keeps the whole model on the accelerator, then what fits, then the rest."""
    weights = weigh_case(case)
    whole, fitting, rest = [], [], []
    for kv_type in kv_types:
        this = case._replace(kv_type=kv_type)
        placement = place_case_if_fits(this, weights) if fitting_only else place_case(this, weights)
        if placement is None:
            continue
        if not placement.fits:
            rest.append((this, placement))
        elif placement.kind not in SPILLS or not case.hardware.gpus or case.backend == "cpu":
            whole.append((this, placement))
            if placement.kind != "pipeline-parallel" or not case.model.is_moe:
                break
        else:
            fitting.append((this, placement))
    # Stages inside a node wait for one another: rather 8 bits of cache than those.
    shared = [pair for pair in whole if pair[1].kind == "data-parallel"]
    found = [*(shared[:1] + whole[:1] if shared else whole[:1]), *fitting]
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
