"""Rows as a table, and which of them engines offer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.prediction.accuracy.features import ModelFacts, SchemeFacts
from advisor.training.accuracy.frame import frame, offered
from advisor.training.accuracy.rows import Row

MODEL = ModelFacts("m", "f", 8, 8, 2024, "base")


def _row(scheme: SchemeFacts) -> Row:
    return Row(kind="task", y=1.5, sigma=0.3, scheme=scheme, model=MODEL, source="s", cell=("M", "Q4_K_M"))


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        (SchemeFacts("gguf-k", 4.5), True),
        (SchemeFacts("gptq", 4.0, 128), True),
        (SchemeFacts("int8", 8.0, -1, "int8-smooth"), True),
        (SchemeFacts("gptq", 4.0, 128, "int4-rotated"), False),
        (SchemeFacts("omniquant", 3.0, 128), False),
        (SchemeFacts("rtn", 4.0, 32, recovered="qat"), False),
        (SchemeFacts("rtn", 4.0, 32, recovered="tuned"), True),
    ],
)
def test_engines_offer_rounding_and_eight_bit_arithmetic(scheme: SchemeFacts, expected: bool) -> None:
    """Integer activations below 8 bits, methods of papers and trained weights are offered by none."""
    assert expected == offered(_row(scheme))


def test_one_line_per_row_in_their_order() -> None:
    """The row itself is in its line, its facts beside it."""
    rows = [_row(SchemeFacts("gguf-k", bits)) for bits in (4.5, 2.6)]
    found = frame(rows)
    assert found["row"].tolist() == rows
    assert found["bits"].tolist() == [4.5, 2.6]
    assert found["listed"].tolist() == [True, True]
    assert found.loc[0, ["catalog_model", "scheme", "family", "y"]].tolist() == ["M", "Q4_K_M", "f", 1.5]


def test_a_scheme_of_a_study_alone_is_not_listed() -> None:
    """Plain rounding to three bits is measured and taught, and nobody is recommended it."""
    row = replace(_row(SchemeFacts("rtn", 3.0, 128)), cell=("M", "W3A16-INT-rtn-g128"))
    assert frame([row])["listed"].tolist() == [False]
