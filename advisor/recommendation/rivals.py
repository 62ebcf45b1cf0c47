"""Models that beat the one asked for on this machine, where that one does not fit or must be crushed."""

from __future__ import annotations

from advisor.documents.model import ModelProfile
from advisor.documents.requirements import Requirements
from advisor.recommendation.families import current_families
from advisor.recommendation.judge import Judged, Setting
from advisor.recommendation.quality import expected_quality
from advisor.recommendation.which_model import Choice, hopeless, plan_of

SHOWN = 3
"""Models named: enough to choose from."""
_LOOKED_AT = 24
"""Models planned in search of them, from the best scores down: beyond them nothing is near."""


def rivals(requirements: Requirements, setting: Setting, plan: Judged | None) -> list[Choice]:
    """The models of best published scores that fit, are expected to solve more of the tasks than
    *plan*, and answer at reading speed or no slower than it; the best first.

    Without a *plan* whatever fits counts; without a published score of the model asked for nothing can
    be said, and a plan that fits has no rivals.
    """
    floor = expected_quality(setting.model, plan.outcome, requirements) if plan else 0.0
    if floor is None:
        return []
    found: list[Choice] = []
    for other in _by_score(requirements, setting, floor)[:_LOOKED_AT]:
        choice = plan_of(other, requirements, setting.hardware, setting.own)
        if choice is None or (choice.quality or 0.0) <= floor:
            continue
        if choice.readable or (plan is not None and _rate(choice.plan) >= _rate(plan)):
            found.append(choice)
        if len(found) == SHOWN:
            break
    return sorted(found, key=lambda choice: choice.standing, reverse=True)


def _by_score(requirements: Requirements, setting: Setting, floor: float) -> list[ModelProfile]:
    """The other models that may fit and whose unquantized score is above *floor*, the best first."""
    scored = [
        (score, other)
        for members in current_families()
        for other in members
        if other.known_as != setting.model.known_as
        and not hopeless(other, setting.hardware)
        and (score := expected_quality(other, None, requirements)) is not None
        and score > floor
    ]
    scored.sort(key=lambda pair: (-pair[0], pair[1].name))
    return [other for _, other in scored]


def _rate(plan: Judged) -> float:
    decode = plan.outcome.decode_tokens_per_s
    return decode.value if decode else 0.0
