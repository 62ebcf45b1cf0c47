"""The first of the feasible plans, without judging what cannot be it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from advisor.documents.outcome import Placement
from advisor.documents.requirements import Requirements
from advisor.prediction.artifacts import load
from advisor.recommendation.context_room import rooms
from advisor.recommendation.evaluate import (
    VISIBLE_LOSS_PCT,
    Looked,
    feasible_of,
    good,
    look,
    may_shrink,
)
from advisor.recommendation.judge import Judged, Setting, Trial
from advisor.recommendation.rank import (
    HEAVY_LOSS_PCT,
    is_slow,
    objective_of,
    ranked,
    reads_along,
    waits_beside_an_idle_gpu,
)

Found = Judged | Placement | None
"""What `Trial.feasible` says."""


def best_plan(requirements: Requirements, setting: Setting, only: tuple[str, ...] = ()) -> Judged | None:
    """The first of `ranked(feasible(...))`; None when no plan meets the need.

    The most accurate plan is looked for from the least expected loss upwards, and no further than a plan can
    still tie with the best found: the expected loss is known before anything is placed. Any other objective
    judges every plan. Raises UsageError as `evaluate` does.
    """
    return best_of(look(requirements, setting, only), requirements, setting)


def best_of(looked: Looked, requirements: Requirements, setting: Setting) -> Judged | None:
    """`best_plan` of what was looked at already."""
    if objective_of(requirements) != "accuracy":
        return next(iter(ranked(feasible_of(looked, requirements, setting), requirements)), None)
    best = _most_accurate(looked.unlimited, requirements, setting)
    return best or _most_accurate(looked.limited, requirements, setting)


def _most_accurate(tried: Sequence[Trial], requirements: Requirements, setting: Setting) -> Judged | None:
    trials = sorted((trial for trial in tried if trial.possible), key=lambda trial: trial.least_loss)
    tokens = rooms(requirements, setting.model)
    shrinks = len(tokens) > 1 and not any(
        good(trial.feasible()) for trial in trials if trial.least_loss <= VISIBLE_LOSS_PCT
    )

    def found(trial: Trial) -> Found:
        plan = trial.feasible()
        return trial.feasible(tokens[1]) if shrinks and may_shrink(plan, setting.hardware) else plan

    proper = [trial for trial in trials if not trial.candidate.limited]
    limited = [trial for trial in trials if trial.candidate.limited]
    return _first(proper, found, requirements) or _first(limited, found, requirements)


def _first(
    trials: Sequence[Trial], found: Callable[[Trial], Found], requirements: Requirements
) -> Judged | None:
    """The first by rank; *trials* by their least loss."""
    resolution = load("decision")["benchmark_resolution_pct"]
    leading, least, plans = float("inf"), float("inf"), []
    for trial in trials:
        # a plan that nobody waits for leads, as long as it loses nothing visible
        bound = leading if leading < VISIBLE_LOSS_PCT or trial.least_loss < VISIBLE_LOSS_PCT else least
        if trial.least_loss - bound > resolution:
            break
        plan = found(trial)
        if not isinstance(plan, Judged):
            continue
        plans.append(plan)
        if plan.loss and plan.loss.value < HEAVY_LOSS_PCT and not waits_beside_an_idle_gpu(plan):
            least = min(least, plan.loss.value)
            if not (reads_along(requirements) and is_slow(plan)):
                leading = min(leading, plan.loss.value)
    least = leading if leading < VISIBLE_LOSS_PCT else least
    best = next(iter(ranked(plans, requirements)), None)
    if best is None or _leads(best, least, resolution):
        return best
    # Every plan that ties is beaten by one that waits beside an idle GPU: what comes next is anybody's.
    everyone = [plan for trial in trials if isinstance(plan := found(trial), Judged)]
    return ranked(everyone, requirements)[0]


def _leads(best: Judged, least: float, resolution: float) -> bool:
    """Whether *best* ties with the *least* loss of the plans that leave no GPU idle."""
    return (
        best.loss is not None and best.loss.value - least <= resolution and not waits_beside_an_idle_gpu(best)
    )
