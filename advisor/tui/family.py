"""The members of a model's family side by side: larger and coarser, or smaller and finer?"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from advisor.api import session
from advisor.catalog.models import all_models
from advisor.documents.requirements import Requirements
from advisor.errors import UsageError
from advisor.recommendation.judge import Judged
from advisor.recommendation.scores import expected_scores
from advisor.recommendation.which_model import SHORTLIST
from advisor.report.series import SIZE, Point, Series, scaled
from advisor.tui.conversation import Reply


def family_series(reply: Reply) -> tuple[list[Series], str]:
    """File size against expected score, a series a member of the model's family; and what the axes are.

    The score is a published unquantized one times the accuracy kept, of the benchmark that most members have.
    """
    chosen = reply.chosen.model
    family = [model for model in all_models() if model.family and model.family == chosen.family]
    need = replace(reply.requirements, schemes=(*SHORTLIST, "F16"), max_loss_pct=None)
    found: dict[str, list[tuple[str, Point]]] = {}
    for model in sorted(family, key=lambda model: model.n_params or 0):
        try:
            judged, _ = session(reply.hardware, model).evaluate(replace(need, model=model.name))
        except UsageError:  # this member's context is shorter than what is asked for
            continue
        points = [point for plan in judged for point in _points(plan, need)]
        if points:
            found[model.name] = points
    if not found:
        return [], f"no published scores of {chosen.family or chosen.name} for these tasks"
    members = Counter(name for points in found.values() for name in {name for name, _ in points})
    benchmark = max(members, key=lambda name: (members[name], name))
    lines = [
        Series(name, tuple(sorted((p for bench, p in points if bench == benchmark), key=lambda p: p.x)))
        for name, points in found.items()
    ]
    title = f"{chosen.family}: file, GB (across), expected {benchmark} score (up), members that fit"
    return [line for line in lines if line.points], title


def _points(plan: Judged, need: Requirements) -> list[tuple[str, Point]]:
    """Benchmark and point of every published score, of a plan that fits."""
    placement = plan.outcome.placement
    if placement is None or not placement.fits:
        return []
    size = scaled(plan.outcome.file_size_bytes, SIZE)
    scores = [
        (score.benchmark, score.expected) for score in expected_scores(plan.case.model, need, plan.outcome)[0]
    ]
    return [
        (benchmark, Point(plan.case.scheme.name, size, (score.value, score.low, score.high), True))
        for benchmark, score in scores
    ]
