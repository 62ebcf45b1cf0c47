"""How good a model is at a task, as far as published scores say: the scale on which models are compared."""

from __future__ import annotations

from functools import cache
from math import exp

from advisor.catalog.tasks import task_mix
from advisor.documents.kinds import TaskCategory
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Outcome
from advisor.documents.requirements import Requirements
from advisor.prediction.artifacts import load


def expected_quality(
    model: ModelProfile, outcome: Outcome | None, requirements: Requirements
) -> float | None:
    """Expected share of the tasks solved, 0 to 1, after what *outcome* loses; None without any
    published score for one of their categories.

    The scale is that of `advisor.training.accuracy.quality`, on which benchmarks, settings and sources
    are made comparable. A category without a score of its own takes the model's mean distance from the
    others: no entry is never 0.
    """
    wanted = category_weights(requirements)
    means = _means()
    scores = {name: score for name in means if (score := _score(name, model)) is not None}
    if not any(name in scores for name in wanted):
        return None
    lift = sum(score - means[name] for name, score in scores.items()) / len(scores)
    total = value = 0.0
    for name, weight in wanted.items():
        if name not in means:
            continue
        kept = outcome.retained_accuracy_pct.get(name) if outcome else None
        share = kept.value / 100 if kept else 1.0
        total += weight
        value += weight * share / (1 + exp(-scores.get(name, means[name] + lift)))
    return value / total


def category_weights(requirements: Requirements) -> dict[TaskCategory, float]:
    """Task category -> weight over all tasks asked for."""
    weights: dict[TaskCategory, float] = {}
    for need in requirements.tasks:
        for category, weight in task_mix(need.task).items():
            weights[category] = weights.get(category, 0.0) + need.weight * weight
    return weights


def _score(category: str, model: ModelProfile) -> float | None:
    """Log-odds of solving a task of *category*, by the edition's name, else the catalogue row's."""
    rated = load("quality")["categories"].get(category, {})
    entry = next((rated[name] for name in (model.edition, model.known_as) if name in rated), None)
    return None if entry is None else float(entry[0])


@cache
def _means() -> dict[str, float]:
    """Category -> mean log-odds of the models that have a score in it."""
    rated = load("quality")["categories"]
    return {
        name: sum(e[0] for e in models.values()) / len(models) for name, models in rated.items() if models
    }
