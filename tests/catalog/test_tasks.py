"""Tasks are mixtures of the measured categories."""

from __future__ import annotations

import pytest

from advisor.catalog.tasks import all_tasks, find_task, task_mix
from advisor.documents.kinds import TASK_CATEGORIES
from advisor.errors import UnknownNameError


@pytest.mark.parametrize("task", all_tasks(), ids=lambda task: task.name)
def test_a_mixture_sums_to_one_over_known_categories_and_gives_its_reason(task):
    """Weights are shares of the categories the accuracy tables have."""
    assert sum(task.mix.values()) == pytest.approx(1)
    assert set(task.mix) <= set(TASK_CATEGORIES)
    assert len(task.why) > 20


@pytest.mark.parametrize("category", TASK_CATEGORIES)
def test_every_category_is_a_task_by_itself(category):
    """`--task math` means the category alone."""
    assert task_mix(category) == {category: 1.0}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("coding", "code"),
        ("RAG", "rag"),
        ("Summarization", "summarisation"),
        ("long context", "long-context"),
        ("function-calling", "agent"),
        ("maths", "math"),
        ("tutor", "education"),
    ],
)
def test_a_task_is_found_by_the_words_people_use(text, name):
    """Any case, spelling or synonym."""
    assert find_task(text).name == name


def test_an_unknown_task_names_the_nearest():
    """A slip is answered with what was meant."""
    with pytest.raises(UnknownNameError) as caught:
        task_mix("reasonning")
    assert "reasoning" in caught.value.nearest


def test_the_mixture_is_the_callers_own():
    """Changing the answer does not change the table."""
    task_mix("chat").clear()
    assert task_mix("chat") != {}
