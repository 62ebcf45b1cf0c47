"""The list of plans: what is found, what is cut, what fits the width."""

import pytest

from advisor.tui.answers import Answers
from advisor.tui.columns import fitted
from advisor.tui.conversation import Conversation
from advisor.tui.ranking import COLUMNS, columns, matching


@pytest.fixture(scope="module")
def plans():
    """The recommendation and its runners-up."""
    answers = Answers(hardware="RTX 4090", model="Llama-3.1-8B", engines="llama.cpp")
    document = Conversation(answers, probe=lambda: None).ask(answers).document
    return (document.recommendation, *document.alternatives)


@pytest.mark.parametrize(
    ("words", "holds"),
    [
        ("meta-llama", lambda plan: True),
        ("llama.cpp q8_0", lambda plan: plan.scheme == "Q8_0"),
        ("<6GB", lambda plan: plan.predicted.file_size_bytes.value < 6e9),
        ("< 6 gb", lambda plan: False),
        (">100tok", lambda plan: plan.predicted.decode_tokens_per_s.value > 100),
        ("<0.2%", lambda plan: plan.loss_pct.value < 0.2),
        ("since 2020", lambda plan: True),
        ("since 2099", lambda plan: False),
        ("nonsense", lambda plan: False),
    ],
)
def test_words_and_bounds(plans, words, holds):
    """Words are looked for in name, repository, licence, scheme and engine; bounds compare figures."""
    assert tuple(plan for plan in plans if holds(plan)) == matching(plans, words)


def test_columns_by_priority():
    """At 58 cells the figures that decide are there; what a column cuts ends in an ellipsis."""
    assert [title for title, _, _ in columns(58)] == ["model", "scheme", "tok/s", "GB", "loss %"]
    assert len(COLUMNS) == len(columns(200))
    assert sum(cells + 2 for _, cells, _ in columns(74)) <= 74
    assert len(columns(10)) == 3
    assert [fitted("abcdef", 4), fitted("abcd", 4)] == ["abc…", "abcd"]
