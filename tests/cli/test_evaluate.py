"""`advisor evaluate`."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("poems",), 2, "unknown part 'poems'; nearest: sizes, memory"),
        (("sizes", "--groups", "3"), 2, "give --search PART"),
        (("sizes", "--card", "/nowhere/card.md"), 2, "--card /nowhere/card.md: no such folder"),
        (("--search", "poems"), 2, "poems"),
    ],
)
def test_what_cannot_be_evaluated_is_said_before_minutes_are_spent(
    advisor: Any, words: Any, code: int, said: str
) -> None:
    """One line, whatever is wrong."""
    found = advisor("evaluate", *words)
    assert (found.code, found.out, len(found.err.splitlines())) == (code, "", 1)
    assert said in found.err
