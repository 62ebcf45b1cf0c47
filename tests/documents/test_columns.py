"""What a cell of a measurement table may hold."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.documents.columns import COLUMNS, Column
from advisor.documents.measurement import KINDS

SHARE = Column("number", low=0, high=2)


@pytest.mark.parametrize(
    ("column", "cell", "problem"),
    [
        (Column(), "anything", ""),
        (Column(required=True), "", "empty"),
        (Column(), "", ""),
        (Column("word", words=("a", "b")), "c", "'c' is none of a, b"),
        (SHARE, "1.5", ""),
        (SHARE, "2.5", "2.5 is outside 0…2"),
        (SHARE, "fast", "'fast' is no number"),
        (Column("number"), "inf", "inf is no finite number"),
        (Column("number"), "nan", "nan is no finite number"),
        (Column("number"), "-5", ""),
    ],
)
def test_a_cell_is_a_word_a_number_or_a_text(column: Any, cell: str, problem: str) -> None:
    """Empty means that the source is silent; a bound holds at its end."""
    assert column.problem(cell) == problem


def test_every_kind_of_table_has_columns() -> None:
    """And one needed column at least, that of the source."""
    assert set(COLUMNS) == set(KINDS)
    assert [kind for kind, columns in COLUMNS.items() if not columns["source_id"].required] == []
