"""Models are compared by published scores that exist."""

import pytest

from advisor.catalog.resolve import resolve_model
from advisor.documents.requirements import Requirements, TaskNeed
from advisor.recommendation.quality import category_weights, expected_quality


def quality(model, task):
    """Expected share of *task* solved by the unquantized *model*."""
    return expected_quality(resolve_model(model), None, Requirements(tasks=(TaskNeed(task=task),)))


@pytest.mark.parametrize(
    ("task", "better", "worse"),
    [
        ("code", "Nemotron-Nano-9B-v2", "Falcon-H1-7B"),
        ("code", "Qwen3.5-9B", "Falcon-H1-7B"),
        ("math", "Qwen3.6-35B-A3B", "EXAONE-4.0-32B"),
        ("code", "Qwen2.5-Coder-32B", "Qwen2.5-Coder-7B"),
        ("chat", "Qwen3-32B", "Qwen3-0.6B"),
    ],
)
def test_the_order_of_published_scores(task, better, worse):
    """LiveCodeBench 69.8 and 65.5 stand above 34.9, AIME 92.7 above 35.9, whatever card they are
    printed on."""
    assert quality(better, task) > quality(worse, task)


def test_no_entry_is_not_zero():
    """A model without any published score of the task has no quality, rather than the worst."""
    assert quality("Pythia-160M", "code") is None


def test_weights_of_several_tasks_add_up():
    """Every task counts by its weight, spread over its categories."""
    need = Requirements(tasks=(TaskNeed(task="math", weight=3.0), TaskNeed(task="code")))
    assert {"math": 3.0, "code": 1.0} == category_weights(need)
