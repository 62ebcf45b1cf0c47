"""`advisor tui` before there is a screen."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "the TUI needs a terminal; in scripts use `advisor recommend --json`"),
        (("--web", "--port", "99999"), "--port 99999: give a port from 1 to 65535, or 0 for any free one"),
        (("--web", "--folder", "/nowhere"), "--folder /nowhere: no such folder; make it first"),
    ],
)
def test_what_cannot_be_started_is_one_line(advisor: Any, words: Any, said: str) -> None:
    """No terminal, no such port, no such folder."""
    found = advisor("tui", *words)
    assert (found.code, found.out, found.err) == (2, "", f"advisor: {said}\n")
