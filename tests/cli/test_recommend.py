"""`advisor recommend`."""

from __future__ import annotations

from typing import Any

import pytest

ASKED = ("recommend", "--model", "Qwen3-8B", "--hardware", "RTX 4090", "--engine", "llama.cpp")


def test_the_answer_is_the_same_bytes_every_time(advisor: Any) -> None:
    """A provisioning script may compare two."""
    first, second = advisor(*ASKED, "--json"), advisor(*ASKED, "--json")
    assert (first.code, first.err, first.out) == (0, "", second.out)


def test_the_text_says_scheme_and_command(advisor: Any) -> None:
    """Those of the document."""
    plan = advisor(*ASKED, "--json").document["recommendation"]
    text = advisor(*ASKED).out
    assert (plan["scheme"] in text, plan["run_command"] in text) == (True, True)


@pytest.mark.parametrize(
    ("words", "code", "status"),
    [(("--min-speed", "9000"), 3, "nothing_fits"), (("--max-loss", "5"), 0, "ok")],
)
def test_the_exit_code_is_the_status(advisor: Any, words: Any, code: int, status: str) -> None:
    """Nothing fits is an answer, with the nearest miss in it."""
    found = advisor(*ASKED, *words, "--json")
    assert (found.code, found.document["status"], found.document["nearest_miss"] is None) == (
        code,
        status,
        code == 0,
    )
