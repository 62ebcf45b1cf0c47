"""What a plan is expected to lose of the tasks asked for, whatever machine it runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from advisor.catalog.tasks import task_mix
from advisor.documents.kinds import BASES, TaskCategory
from advisor.documents.outcome import Estimate
from advisor.documents.requirements import Requirements, TaskNeed
from advisor.prediction.case import Case
from advisor.prediction.outcome import accuracy_of
from advisor.prediction.weighing import weigh_case

if TYPE_CHECKING:
    from advisor.prediction.accuracy.predict import Accuracy

LINES = 6
"""Lines of evidence beside a loss: more than anybody reads at once."""


class Losses(NamedTuple):
    """Losses in percent of the unquantized score."""

    accuracy: Accuracy
    expected: Estimate | None
    """Over the mixture of tasks; None where no category of it was measured."""
    upper: float | None
    """One-sided bound of the same; None when any task has none."""
    by_task: dict[str, float | None]
    """One-sided bound of each task."""


def losses_of(case: Case, requirements: Requirements) -> Losses:
    """The losses of *case* under this need; its machine, placement and context do not matter.

    A quantized cache is one noise more: the expected loss with it is never below the loss without.
    """
    accuracy = accuracy_of(case, weigh_case(case))
    mixes = {need.task: task_mix(need.task) for need in requirements.tasks}
    by_task = {task: _upper(mix, accuracy) for task, mix in mixes.items()}
    total = sum(need.weight for need in requirements.tasks)
    bounds = [(need.weight, by_task[need.task]) for need in requirements.tasks]
    known = [weight * bound for weight, bound in bounds if bound is not None]
    upper = sum(known) / total if len(known) == len(bounds) else None
    return Losses(accuracy, _mixed(requirements.tasks, mixes, accuracy), upper, by_task)


def _mixed(
    needs: tuple[TaskNeed, ...], mixes: dict[str, dict[TaskCategory, float]], accuracy: Accuracy
) -> Estimate | None:
    """Expected loss over the mixture of tasks, in percent; ends add up as if wholly correlated."""
    parts = [
        (need.weight * weight / sum(mixes[need.task].values()), accuracy.retained_pct.get(category))
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
    return Estimate(value=value, low=low, high=high, basis=basis, evidence=evidence[:LINES])


def _upper(mix: dict[TaskCategory, float], accuracy: Accuracy) -> float | None:
    """One-sided upper bound of a task's loss; None when any of its categories has none."""
    bounds = [(weight, accuracy.loss_upper_pct.get(category)) for category, weight in mix.items()]
    known = [weight * bound for weight, bound in bounds if bound is not None]
    return sum(known) / sum(mix.values()) if len(known) == len(bounds) else None
