"""Every candidate judged: what `recommend`, `tradeoffs`, the list of models and the TUI all look at."""

from typing import NamedTuple

from advisor.documents.hardware import HardwareProfile
from advisor.documents.kinds import RejectionKind
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Placement
from advisor.documents.recommendation import Rejection
from advisor.documents.requirements import Requirements
from advisor.prediction.accuracy.native import is_native
from advisor.prediction.artifacts import load
from advisor.prediction.own.evidence import NOTHING_OWN, OwnEvidence
from advisor.prediction.weighing import weigh_plan
from advisor.recommendation.candidates import Candidate, candidates
from advisor.recommendation.context_room import check_context, check_prompts, rooms
from advisor.recommendation.judge import Judged, Setting, Trial, reads_main_memory, spills
from advisor.recommendation.misses import Miss

VISIBLE_LOSS_PCT = 1.0
"""From here on a loss is worth another context or another model: the usual accuracy target of MLPerf
Inference is 99 % of the reference
(https://github.com/mlcommons/inference_policies/blob/master/inference_rules.adoc)."""

SMALLER = 0.95
"""A plan must take this share of the published weights to be worth its loss: sizes of memory on sale are a
quarter apart or more (profiles/gpus.csv), so a twentieth decides where a model fits almost never."""


class Looked(NamedTuple):
    """What is worth judging, and what is not. Each trial is computed once, whoever asks."""

    unlimited: list[Trial]
    limited: list[Trial]
    """Run with limits, or only their publisher can make them."""
    rejected: list[Rejection]


def evaluate(
    requirements: Requirements,
    hardware: HardwareProfile,
    model: ModelProfile,
    *,
    everything: bool = True,
    only: tuple[str, ...] = (),
    own: OwnEvidence = NOTHING_OWN,
) -> tuple[list[Judged], list[Rejection]]:
    """Every candidate judged, and those ruled out before anything was computed.

    A scheme that its engine runs with limits, or that only its publisher can make, is set aside
    wherever a plan without such limits meets the need. With *everything* false its figures are then
    not computed; the verdict is the same. Raises UsageError for a context the model does not read.
    """
    setting = Setting(hardware=hardware, model=model, own=own)
    looked = look(requirements, setting, only)
    plans = _judged(looked.unlimited, requirements, setting)
    met = any(plan.feasible for plan in plans)
    if met and not everything:
        left = [_left_aside(trial.candidate, model) for trial in looked.limited]
        return plans, [*looked.rejected, *left]
    others = _judged(looked.limited, requirements, setting)
    return [*plans, *(map(_aside, others) if met else others)], looked.rejected


def feasible(requirements: Requirements, setting: Setting, only: tuple[str, ...] = ()) -> list[Judged]:
    """The plans of `evaluate` that meet the need; of what no memory holds no figures are computed.

    Raises UsageError as `evaluate` does.
    """
    return feasible_of(look(requirements, setting, only), requirements, setting)


def feasible_of(looked: Looked, requirements: Requirements, setting: Setting) -> list[Judged]:
    """`feasible` of what was looked at already."""
    plans = _those_feasible(looked.unlimited, requirements, setting)
    return plans or _those_feasible(looked.limited, requirements, setting)


def look(requirements: Requirements, setting: Setting, only: tuple[str, ...] = ()) -> Looked:
    """Every way to run the model here, before anything is placed. Raises UsageError as `evaluate` does."""
    model = setting.model
    check_context(requirements.context_tokens, model)
    check_prompts(requirements, model)
    found, rejected = candidates(requirements, setting.hardware, model, only)
    if not requirements.schemes:
        found, pointless = _without_pointless(found, model)
        rejected += pointless
    # Asking for one objective other than accuracy without a limit must not end in a scheme that babbles.
    fixed = bool(requirements.schemes or model.fixed_scheme)
    ceiling = None if fixed else load("decision")["smaller_model_loss_pct"]
    looked = Looked([], [], rejected)
    for candidate in found:
        aside = candidate.limited and not requirements.schemes
        trials = looked.limited if aside else looked.unlimited
        trials.append(Trial(candidate, requirements, setting, ceiling))
    return looked


def _judged(trials: list[Trial], requirements: Requirements, setting: Setting) -> list[Judged]:
    """The plans; where all that fit lose visibly, those that a context nobody asked for keeps from meeting
    the need, out of the fast memory or out of memory altogether, get the context that fits."""
    plans = [trial.judged() for trial in trials]
    tokens = rooms(requirements, setting.model)
    if len(tokens) == 1 or any(map(good, plans)):
        return plans

    def with_less(trial: Trial, plan: Judged) -> Judged:
        if plan.feasible or not (spills(plan) or any(miss.kind == "memory" for miss in plan.misses)):
            return plan
        shrunk = trial.judged(tokens[1])
        return shrunk if shrunk.feasible else plan

    return [with_less(trial, plan) for trial, plan in zip(trials, plans, strict=True)]


def _those_feasible(trials: list[Trial], requirements: Requirements, setting: Setting) -> list[Judged]:
    """Those of `_judged` that meet the need."""
    plans = [trial.feasible() for trial in trials]
    tokens = rooms(requirements, setting.model)
    if len(tokens) > 1 and not any(map(good, plans)):
        plans = [
            trial.feasible(tokens[1]) if may_shrink(plan, setting.hardware) else plan
            for trial, plan in zip(trials, plans, strict=True)
        ]
    return [plan for plan in plans if isinstance(plan, Judged)]


def may_shrink(found: Judged | Placement | None, hardware: HardwareProfile) -> bool:
    """Whether a shorter context may make a plan of what met no need: it fits nowhere, or not on the GPU."""
    if found is None:
        return True
    return isinstance(found, Placement) and bool(hardware.gpus) and reads_main_memory(found)


def good(plan: Judged | Placement | None) -> bool:
    """Whether no context need shrink: the plan meets the need in the fast memory, without visible loss."""
    if not isinstance(plan, Judged) or not plan.feasible or spills(plan):
        return False
    return plan.loss is not None and plan.loss.value <= VISIBLE_LOSS_PCT


def _aside(plan: Judged) -> Judged:
    """*plan*, which runs with limits, beside plans that do without."""
    if not plan.feasible:
        return plan
    return plan._replace(misses=(Miss(kind="limited", text=_limits(plan.candidate), shortfall=1.0),))


def _left_aside(candidate: Candidate, model: ModelProfile) -> Rejection:
    return _rejection(model, candidate, "limited", _limits(candidate))


def _limits(candidate: Candidate) -> str:
    return f"{candidate.note or 'runs with limits'}; name it with --scheme to have it considered"


def _without_pointless(
    found: list[Candidate], model: ModelProfile
) -> tuple[list[Candidate], list[Rejection]]:
    """Leave out what is hardly smaller than the published weights where an engine runs those: it could
    only lose."""
    native = [candidate for candidate in found if is_native(model, candidate.scheme)]
    published = {candidate.engine: _bytes(model, candidate) for candidate in native}
    kept, rejected = [], []
    for candidate in found:
        limit = published.get(candidate.engine)
        size = None if limit is None else _bytes(model, candidate)
        if limit is None or size is None or is_native(model, candidate.scheme) or size < SMALLER * limit:
            kept.append(candidate)
            continue
        reason = (
            f"{size / 1e9:.1f} GB: hardly smaller than the published weights ({limit / 1e9:.1f} GB), "
            "which lose nothing"
        )
        rejected.append(_rejection(model, candidate, "pointless", reason))
    return kept, rejected


def _bytes(model: ModelProfile, candidate: Candidate) -> float:
    weights = weigh_plan(model, candidate.scheme, candidate.engine, candidate.imatrix)
    return weights.total_bytes.value


def _rejection(model: ModelProfile, candidate: Candidate, kind: RejectionKind, reason: str) -> Rejection:
    return Rejection(
        model=model.name, scheme=candidate.scheme.name, engine=candidate.engine, reason=reason, kind=kind
    )
