"""The tradeoff table on paper."""

import csv
import io

import pytest

from advisor.catalog.resolve import Overrides, resolve_hardware, resolve_model
from advisor.documents.requirements import Requirements
from advisor.recommendation.tradeoffs import tradeoffs
from advisor.report.tradeoffs import csv_text, quoted


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_formula_cells_are_quoted(cell):
    """A text that a spreadsheet would run as a formula is written behind an apostrophe."""
    assert "'" + cell == quoted(cell)


def test_other_cells_are_left_alone():
    """Numbers, also negative ones, and other texts stay as they are."""
    assert (-1.5, "Q4_K_M", None) == (quoted(-1.5), quoted("Q4_K_M"), quoted(None))


def test_csv_says_why_not_in_a_word():
    """Each row that does not meet the need has its kind of reason beside the reason."""
    model = resolve_model("Llama-3.1-8B")
    need = Requirements(model=model.name, engines=("llama.cpp",), max_loss_pct=1.0)
    table = tradeoffs(need, resolve_hardware("RTX 3060", Overrides()), model)
    rows = list(csv.DictReader(io.StringIO(csv_text(table))))
    assert {"loss", "memory", ""} <= {row["reason_kind"] for row in rows}
    assert {True} == {bool(row["reason"]) == bool(row["reason_kind"]) for row in rows}
