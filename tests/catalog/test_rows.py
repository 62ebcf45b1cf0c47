"""Tables read whole, and tables searched as text."""

from __future__ import annotations

import csv
from itertools import groupby

import pytest

from advisor.catalog.rows import cells, every, lines, starting_with
from advisor.data import folder

GROUPED = ("checkpoints.csv", "model_quality.csv", "checkpoint_sources.csv")
"""Searched for the rows of one first cell."""
SEARCHED = (*GROUPED, "models.csv", "editions.csv", "instances.csv", "machines.csv")


@pytest.mark.parametrize("name", SEARCHED)
def test_a_line_is_a_row(name: str) -> None:
    """No cell of a table that is searched as text holds a line break."""
    assert list(every(name)) == [cells(name, line) for line in lines(name)]


@pytest.mark.parametrize("name", GROUPED)
def test_rows_of_one_first_cell_stand_together(name: str) -> None:
    """Whoever looks for them stops at the first row of another."""
    groups = [first for first, _ in groupby(line.partition(",")[0] for line in lines(name))]
    assert len(groups) == len(set(groups))


@pytest.mark.parametrize("model", ["Llama-3.1-8B", "Qwen3-8B", "Nobodys-Model-1B"])
def test_the_rows_of_a_model_are_all_that_begin_with_its_name(model: str) -> None:
    """In file order; a model whose name another's begins with has only its own."""
    rows = [cells("model_quality.csv", line) for line in lines("model_quality.csv")]
    whole = tuple(row for row in rows if row["model"] == model)
    assert whole == starting_with("model_quality.csv", model)


@pytest.mark.parametrize("name", ["cpu_cores.csv", "scheme_aliases.csv", "left_out.csv"])
def test_all_rows_are_the_tables_own(name: str) -> None:
    """In file order, each column's text as it stands."""
    with (folder("profiles") / name).open(encoding="utf-8", newline="") as file:
        assert tuple(csv.DictReader(file)) == every(name)
