"""The members of a family side by side."""

import pytest

from advisor.tui.answers import Answers
from advisor.tui.conversation import Conversation
from advisor.tui.family import family_series

ANSWERS = Answers(hardware="RTX 4090", model="Qwen3-8B", engines="llama.cpp", context="4096")


@pytest.fixture(scope="module")
def reply():
    """One answer."""
    return Conversation(ANSWERS, probe=lambda: None).ask(ANSWERS)


def test_family_members_are_series(reply):
    """Members that fit, each with a line by size, of one benchmark."""
    found, title = family_series(reply)
    assert "Qwen3-8B" in [line.name for line in found]
    assert len(found) > 1
    assert "expected" in title
    for line in found:
        assert [point.x for point in line.points] == sorted(point.x for point in line.points)
