"""What every figure of a plan is made of."""

from __future__ import annotations

from typing import Any

from advisor.documents.explanation import Explanation, Sections
from advisor.documents.plain import parse, plain

SECTIONS = Sections(size={"weights": 1}, memory={}, speed={"why not": "no machine"}, accuracy={})


def test_an_explanation_has_four_sections(refusal: Any) -> None:
    """None may be left out, and their terms are the predictors' own."""
    made = Explanation(model="m", scheme="Q4_K_M", engine="llama.cpp", hardware="box", sections=SECTIONS)
    value = plain(made)
    assert list(value["sections"]) == ["size", "memory", "speed", "accuracy"]
    assert parse(Explanation, value, what="explanation") == made
    del value["sections"]["accuracy"]
    assert "lacks the field 'sections.accuracy'" in refusal(Explanation, value)
