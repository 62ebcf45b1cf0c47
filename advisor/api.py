"""The questions, each answered with what the user measured on the asked machine: `recommend`, `tradeoffs`,
`explain`, `predict`.

The command line, the TUI and Python programs all ask here, and nothing below reads the user's store; its
evidence is read once a question and handed in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.recommendation import Plan, Recommendation
from advisor.documents.requirements import Requirements
from advisor.measuring.own import own_evidence
from advisor.prediction.own.evidence import NOTHING_OWN, OwnEvidence

if TYPE_CHECKING:
    from advisor.documents.outcome import Outcome
    from advisor.documents.tradeoffs import Table
    from advisor.prediction.case import Case
    from advisor.recommendation.judge import Judged
    from advisor.recommendation.session import Session


def this_machine() -> HardwareProfile:
    """The machine this runs on; what cannot be read is None with a reason."""
    from advisor.probe import probe

    return probe()


def recommend(
    requirements: Requirements,
    hardware: HardwareProfile,
    model: ModelProfile | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Recommendation:
    """The scheme to use for *model* on *hardware*, with reasons and alternatives; without a model, the best
    member of each current family.

    Without a model *cancelled* is asked between models, for programs in which the question may change.
    Raises UsageError for a need that contradicts itself, StoreError when own measurements cannot be read,
    Cancelled when *cancelled* says yes.
    """
    hardware, own = _measured(hardware)
    if model is None:
        from advisor.recommendation.which_model import recommend_any

        return recommend_any(requirements, hardware, own, cancelled)
    from advisor.recommendation.recommend import recommend as recommend_one

    return recommend_one(requirements, hardware, model, own)


def _measured(hardware: HardwareProfile) -> tuple[HardwareProfile, OwnEvidence]:
    """What the user measured on *hardware*, and the machine with what is to be said of it."""
    own = own_evidence(hardware)
    return (replace(hardware, notes=(*hardware.notes, *own.notes)) if own.notes else hardware), own


def tradeoffs(requirements: Requirements, hardware: HardwareProfile, model: ModelProfile) -> Table:
    """Every scheme side by side, largest file first. Raises as `recommend`."""
    from advisor.recommendation.tradeoffs import tradeoffs as table

    hardware, own = _measured(hardware)
    return table(requirements, hardware, model, own)


def explain(
    plan: Plan, hardware: HardwareProfile, model: ModelProfile, requirements: Requirements
) -> dict[str, Any]:
    """The terms behind every figure of *plan*, as plain values. Raises as `recommend`."""
    from advisor.recommendation.explain import explain as opened

    return opened(plan, hardware, model, requirements, own_evidence(hardware))


def best_plans(
    requirements: Requirements, hardware: HardwareProfile, model: ModelProfile
) -> tuple[list[Judged], list[Judged], list[str]]:
    """Plans that meet the need, the best first; those that do not; and why others were ruled out."""
    from advisor.recommendation.evaluate import evaluate
    from advisor.recommendation.rank import ranked

    judged, rejected = evaluate(requirements, hardware, model, everything=False, own=own_evidence(hardware))
    feasible = ranked([plan for plan in judged if plan.feasible], requirements)
    missed = [plan for plan in judged if not plan.feasible]
    return feasible, missed, [rejection.reason for rejection in rejected]


def session(hardware: HardwareProfile, model: ModelProfile) -> Session:
    """The same answers for many needs, each evaluated once."""
    from advisor.recommendation.session import Session

    hardware, own = _measured(hardware)
    return Session(hardware, model, own)


def predict(case: Case) -> Outcome:
    """All figures of one case. Raises UnsupportedError for a combination nobody can make."""
    from advisor.prediction.outcome import predict as figures

    if case.own is NOTHING_OWN:
        case = case._replace(own=own_evidence(case.hardware))
    return figures(case)


def answer_line(line: str) -> dict[str, Any]:
    """The answer to one JSON line of `advisor predict --batch`; never raises for anything a line can hold."""
    from advisor.recommendation.batch import answer_line as answer

    return answer(line, own_evidence)


def answer_case(raw: dict[str, Any]) -> dict[str, Any]:
    """As `answer_line`, for a case that is read already."""
    from advisor.recommendation.batch import answer_case as answer

    return answer(raw, own_evidence)
