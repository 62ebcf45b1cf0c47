"""How sure a match is, and what is said of it."""

from __future__ import annotations

import pytest

from advisor.catalog.models.basis import Match, said


@pytest.mark.parametrize(
    ("basis", "words"),
    [
        ("same", ()),
        ("sibling", ()),
        ("version", ("'x': which version is meant is not stated: M is assumed",)),
        ("fine-tune", ("'x': taken as a fine-tune of M, whose shapes it has",)),
        ("same-shapes", ("'x': a model of its own with the shapes of M, which stands in for it",)),
    ],
)
def test_an_answer_says_what_is_not_certain(basis, words):
    """And nothing of what is."""
    assert said("x", "M", Match(0, basis)) == words
