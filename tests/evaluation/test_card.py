"""Evaluations as tables: on the terminal, and as the model card."""

from __future__ import annotations

import pytest

from advisor.errors import UnknownNameError
from advisor.evaluation.card import evaluate_parts, model_card, tables_text

FOUND = {
    "part": {
        "title": "A part",
        "rows": [{"what_is": "a|b", "error": 0.12345, "rows": 1234.5}, {"what_is": "c", "covered": True}],
        "nothing": [],
        "left_out": {"why_not": 3},
    }
}


def test_tables_on_the_terminal_are_aligned() -> None:
    """Columns of all rows, three digits, a dash where a row has no value, empty tables left out."""
    text = tables_text(FOUND)
    assert text.splitlines()[:5] == [
        "A PART",
        "",
        "what is  error  rows  covered",
        "a|b      0.123  1234  -",
        "c        -      -     yes",
    ]
    assert text.endswith("left out\n\n- why not: 3")
    assert "nothing" not in text


def test_the_card_is_markdown() -> None:
    """Headings, tables with their bars escaped, and what left-out figures mean."""
    card = model_card(FOUND)
    assert card.startswith("# Model card")
    assert "## A part" in card
    assert "| a\\|b | 0.123 | 1234 | - |" in card


def test_an_unknown_part_is_named() -> None:
    """Before anything is evaluated."""
    with pytest.raises(UnknownNameError, match="serving_speed"):
        evaluate_parts(("nothing",))
