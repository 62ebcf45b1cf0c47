"""`advisor explain`."""

from __future__ import annotations

from typing import Any

import pytest

ASKED = ("explain", "--model", "Qwen3-8B", "--hardware", "RTX 4090", "--engine", "llama.cpp")


def test_every_section_has_its_terms(advisor: Any) -> None:
    """Of the scheme asked for."""
    found = advisor(*ASKED, "--scheme", "Q4_K_M", "--json")
    assert (found.code, found.document["scheme"], list(found.document["sections"])) == (
        0,
        "Q4_K_M",
        ["size", "memory", "speed", "accuracy"],
    )


def test_without_a_scheme_the_recommended_one_is_explained(advisor: Any) -> None:
    """The text begins with what it is about."""
    scheme = advisor("recommend", *ASKED[1:], "--json").document["recommendation"]["scheme"]
    assert scheme in advisor(*ASKED).lines[0]


def test_a_plan_that_misses_is_explained_too(advisor: Any) -> None:
    """The nearest one."""
    assert (
        advisor(*ASKED, "--scheme", "Q4_K_M", "--min-speed", "9000", "--json").document["scheme"] == "Q4_K_M"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--scheme", "Q4_K_M", "--scheme", "Q8_0"), "explain one scheme at a time: give --scheme once"),
        (("--scheme", "EXL3-4.0bpw"), "there is no plan to explain: EXL3-4.0bpw does not run on llama.cpp"),
    ],
)
def test_what_cannot_be_explained_is_one_line(advisor: Any, words: Any, said: str) -> None:
    """Two schemes at once, and one that does not run there."""
    found = advisor(*ASKED, *words)
    assert (found.code, found.out, len(found.err.splitlines())) == (2, "", 1)
    assert said in found.err
