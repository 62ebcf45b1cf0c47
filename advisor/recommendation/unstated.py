"""The plan nearest to a need where nobody stated the main memory: what would be recommended with it."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.catalog.overrides import Overrides, apply_overrides
from advisor.documents.requirements import Requirements
from advisor.recommendation.best import best_plan
from advisor.recommendation.evaluate import VISIBLE_LOSS_PCT
from advisor.recommendation.judge import Judged, Setting
from advisor.recommendation.rank import objective_of
from advisor.recommendation.remedies import memory_to_state, ram_to_state_gib


def were_it_stated(plans: Sequence[Judged], requirements: Requirements) -> tuple[Judged, str] | None:
    """Of *plans*, nearest first, the one recommended with the least main memory that costs nothing visible,
    and what to state for it.

    Without a plan that loses so little it is the one with the most memory any of them asks for; under another
    objective than accuracy the least memory that makes a plan. None where the first of *plans* misses other
    memory, or no plan misses main memory alone.
    """
    if not plans or ram_to_state_gib(plans[0]) is None:
        return None
    case = plans[0].case
    alike = [plan for plan in plans if plan.case.hardware == case.hardware and plan.case.model == case.model]
    unstated = [(size, plan) for plan in alike if (size := ram_to_state_gib(plan)) and len(plan.misses) == 1]
    found = None
    for size in sorted({size for size, _ in unstated}):
        stated = apply_overrides(case.hardware, Overrides(ram=f"{size}GB"))
        best = best_plan(requirements, Setting(stated, case.model, case.own))
        same = next(((own, plan) for own, plan in unstated if best and _way(plan) == _way(best)), None)
        if best is None or same is None:
            continue
        own_size, plan = same  # with less it may have fitted at a shorter context
        found = plan, memory_to_state(max(size, own_size))
        if objective_of(requirements) != "accuracy" or (best.loss and best.loss.value < VISIBLE_LOSS_PCT):
            break
    return found


def _way(plan: Judged) -> tuple[str, str, str, bool | None]:
    one = plan.candidate
    return one.scheme.name, one.engine, one.backend, one.imatrix
