"""An answer as a page of text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.catalog.resolve import Overrides, resolve_hardware, resolve_model
from advisor.documents.recommendation import Recommendation, Rejection
from advisor.documents.requirements import Load, Requirements
from advisor.need.stated import Stated, requirements
from advisor.recommendation.recommend import recommend
from advisor.report.text import load_words, recommendation_text, rejection_lines


def answer(model: str, hardware: str, ram: str | None = None, **stated: object) -> Recommendation:
    """Of llama.cpp."""
    profile = resolve_model(model)
    need = requirements(Stated(engine=("llama.cpp",), **stated), profile)
    return recommend(need, resolve_hardware(hardware, Overrides(ram=ram)), profile)


@pytest.fixture(scope="module")
def found() -> Recommendation:
    """Llama-3.1-8B on an RTX 4090."""
    return answer("Llama-3.1-8B", "RTX 4090")


def test_a_page_has_its_parts_in_order(found: Recommendation) -> None:
    """Machine, plan, reasons, command, others, what was rejected."""
    lines = recommendation_text(found).splitlines()
    heads = ("Machine: ", "Recommended: ", "Why:", "Run:", "Runners-up:", "Rejected (")
    places = [next(i for i, line in enumerate(lines) if line.startswith(head)) for head in heads]
    assert sorted(places) == places


def test_the_command_stands_as_it_is_run(found: Recommendation) -> None:
    """Indented, and not wrapped."""
    plan = found.recommendation
    assert plan is not None
    assert "\n".join("  " + line for line in plan.run_command.splitlines()) in recommendation_text(found)


def test_nothing_that_fits_names_the_nearest_miss() -> None:
    """With what it misses, and what would do."""
    missed = answer("Llama-3.1-70B", "RTX 3060 12GB", ram="8GB", scheme=("Q8_0",))
    assert missed.nearest_miss is not None
    text = recommendation_text(missed)
    assert "Nothing fits this need on this machine." in text
    assert "Nearest miss: Q8_0 of Llama-3.1-70B on llama.cpp" in text


def test_words_of_strangers_cannot_move_the_cursor(found: Recommendation) -> None:
    """Controls are written as their escapes."""
    evil = replace(found, hardware=replace(found.hardware, name="x\x1b[2J"))
    assert "\x1b" not in recommendation_text(evil)


@pytest.mark.parametrize(
    ("loads", "words"),
    [
        ((Load(prompt_tokens=512, output_tokens=64),), "a prompt of 512 and an answer of 64 tokens"),
        (
            (Load(prompt_tokens=512, output_tokens=64, concurrency=1, weight=3), Load(concurrency=8)),
            "a prompt of 512 and an answer of 64 tokens, 75 % among 1, 25 % among 8",
        ),
    ],
)
def test_the_load_behind_the_speeds(loads: tuple[Load, ...], words: str) -> None:
    """One load, or several with their shares."""
    assert words == load_words(Requirements(loads=loads))


def test_one_line_for_each_kind_of_reason() -> None:
    """At most so many names, the rest counted; a fleet's rejections name models."""
    rejected = [
        Rejection(model="m", scheme=scheme, engine="vllm", reason=f"{scheme} is too large", kind="memory")
        for scheme in ("A", "B", "A", "C")
    ]
    slow = Rejection(model="m", scheme="any", engine="vllm", reason="slow", kind="speed")
    assert ("memory: A, B and 1 more; e.g. A is too large", "speed: m; e.g. slow") == (
        rejection_lines((*rejected, slow), 2)
    )
