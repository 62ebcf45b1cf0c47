"""The rows of the page: their order, what they sort by, and their bars."""

from dataclasses import replace
from math import inf

import pytest

from advisor.api import tradeoffs
from advisor.catalog.resolve import Overrides, resolve_hardware, resolve_model
from advisor.documents.outcome import Estimate
from advisor.documents.requirements import Requirements
from advisor.report.page.rows import FIGURES, table_lines
from advisor.report.tradeoffs import HEADER, cells


@pytest.fixture(scope="module")
def table():
    """Of one model on one machine."""
    model = resolve_model("Llama-3.1-8B")
    need = Requirements(model=model.name, engines=("llama.cpp",))
    return tradeoffs(need, resolve_hardware("RTX 4090", Overrides()), model)


def test_figures_are_columns():
    """Every figure to sort by belongs to a printed column."""
    assert set() == set(FIGURES) - set(HEADER)


def test_cells_are_those_of_the_other_forms(table):
    """Text for text what Markdown and the TUI show."""
    row = next(row for row in table.rows if row.recommended)
    assert cells(row) == tuple(cell.text for cell in table_lines(table)[0].cells)


def test_bars_stay_inside(table):
    """No bar leaves its cell, and the value lies in its interval."""
    bars = [cell.bar for line in table_lines(table) for cell in line.cells if cell.bar]
    assert len(bars) > 10
    assert {True} == {0 <= bar.left <= bar.at <= bar.left + bar.width + 0.1 <= 100.2 for bar in bars}


def test_infinite_end_reaches_the_edge(table):
    """An interval without an upper end is drawn to the right edge."""
    row = next(row for row in table.rows if row.recommended)
    wide = Estimate(value=1.0, low=0.5, high=inf, basis="extrapolated")
    rows = tuple(replace(one, loss_pct={"mix": wide}) if one is row else one for one in table.rows)
    (bar,) = (table_lines(replace(table, rows=rows))[0].cells[HEADER.index("loss %")].bar,)
    assert bar.left + bar.width == pytest.approx(100.0)
