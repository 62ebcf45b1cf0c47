"""Published unquantized scores of a model, and what a plan keeps of them."""

from __future__ import annotations

from functools import cache

from advisor.catalog.rows import every, starting_with
from advisor.catalog.tasks import task_mix
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate, Outcome
from advisor.documents.recommendation import ExpectedScore
from advisor.documents.requirements import Requirements

_TRUST = ("independent", "vendor", "other-vendor")
"""Order in which a score is preferred when several sources report one benchmark."""
_PER_ANSWER = 3
"""Scores shown beside one plan: enough to place the model, few enough to read."""


@cache
def _categories() -> dict[str, str]:
    return {row["benchmark"]: row["category"] for row in every("benchmarks.csv")}


def published(model_name: str) -> tuple[dict[str, str], ...]:
    """The rows of profiles/model_quality.csv for *model_name*."""
    return starting_with("model_quality.csv", model_name)


def expected_scores(
    model: ModelProfile, requirements: Requirements, outcome: Outcome
) -> tuple[tuple[ExpectedScore, ...], str]:
    """Score x accuracy kept for the tasks asked for, and a plain statement when nothing is published."""
    wanted = _weights(requirements)
    best: dict[str, dict[str, str]] = {}
    for row in published(model.known_as):
        category = _categories().get(row["benchmark"])
        if category not in wanted or row["hf_id"] != model.edition:
            continue
        known = best.get(row["benchmark"])
        if known is None or _trust(row["reported_by"]) < _trust(known["reported_by"]):
            best[row["benchmark"]] = row
    rows = sorted(best.values(), key=lambda row: (-wanted[_categories()[row["benchmark"]]], row["benchmark"]))
    retained = {str(name): kept for name, kept in outcome.retained_accuracy_pct.items()}
    found = tuple(
        score for row in rows if (score := _expected(row, retained.get(_categories()[row["benchmark"]])))
    )
    if found:
        return found[:_PER_ANSWER], ""
    return (
        (),
        f"no published unquantized score of {model.name} for {', '.join(t.task for t in requirements.tasks)}",
    )


def _trust(reporter: str) -> int:
    """Place in the order of trust; 'independent (whose run)' counts as independent, an unstated one last."""
    kind = reporter.partition(" (")[0]
    return _TRUST.index(kind) if kind in _TRUST else len(_TRUST)


def _weights(requirements: Requirements) -> dict[str, float]:
    weights: dict[str, float] = {}
    for need in requirements.tasks:
        for category, weight in task_mix(need.task).items():
            weights[category] = weights.get(category, 0.0) + need.weight * weight
    return weights


def _expected(row: dict[str, str], kept: Estimate | None) -> ExpectedScore | None:
    if kept is None:
        return None
    score = float(row["score"])
    return ExpectedScore(
        benchmark=row["benchmark"],
        setting=row["setting"],
        published=score,
        expected=Estimate(
            value=score * kept.value / 100,
            low=score * kept.low / 100,
            high=score * kept.high / 100,
            basis=kept.basis,
            evidence=("published score x accuracy kept",),
        ),
        reported_by=row["reported_by"],
        url=row["url"],
    )
