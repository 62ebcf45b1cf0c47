"""The four figures that decide."""

from dataclasses import replace

import pytest

from advisor.tui.answers import Answers
from advisor.tui.conversation import Conversation
from advisor.tui.widgets.four_figures import share, tiles


@pytest.fixture(scope="module")
def plans():
    """The recommendation and its runners-up."""
    answers = Answers(hardware="RTX 4090", model="Llama-3.1-8B", engines="llama.cpp")
    document = Conversation(answers, probe=lambda: None).ask(answers).document
    return (document.recommendation, *document.alternatives)


def test_four_figures(plans):
    """Memory, speed, file and loss, each with what it holds between; what is not known is not made up."""
    (memory, of), (speed, between), (file, _), (loss, _) = tiles(plans[0])
    assert memory == f"fits {100 * share(plans[0]):.0f} %"
    assert of.startswith("of ")
    assert " to " in between
    assert [speed[-5:], file[-2:], loss[:5]] == ["tok/s", "GB", "loses"]
    unknown = replace(plans[0], loss_pct=None)
    assert tiles(unknown)[3] == ("loss unknown", "not measured")
