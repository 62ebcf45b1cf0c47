"""Plans as columns."""

import json
from pathlib import Path

import pytest

from advisor.documents.outcome import Estimate
from advisor.documents.plain import parse
from advisor.documents.recommendation import Recommendation
from advisor.tui.widgets.side_by_side import bar, side_by_side

GOLDEN = Path(__file__).parents[1] / "golden" / "models.json"


@pytest.mark.parametrize("width", [54, 60, 76, 120])
def test_no_figure_is_cut(width):
    """What does not fit beside the other plans stands below them; no number ends in an ellipsis."""
    document = parse(Recommendation, json.loads(GOLDEN.read_text(encoding="utf-8")), what="golden")
    plans = (document.recommendation, *document.alternatives[:3])
    lines = str(side_by_side(plans, width)).splitlines()
    assert max(map(len, lines)) <= width
    figures = lines[5:] if width >= 76 else [line for line in lines if line[:1].isspace()]
    assert [line for line in figures if "…" in line and any(c.isdigit() for c in line[18:])] == []


def test_bars_of_a_line_have_one_scale():
    """Ends and middle stand where they are between the lowest and the highest end of all."""
    figure = Estimate(value=20, low=10, high=30, basis="measured")
    assert "├────●────┤" == bar(figure, (10, 30), 11)
    assert "├─●─┤" == bar(figure, (10, 60), 11)
    assert "     ├●─┤" == bar(figure, (-20, 30), 9)
    assert bar(None, (0, 1), 10) == ""


def test_an_exact_figure_is_a_point():
    """No interval, no ends."""
    assert "●" == bar(Estimate(value=5, low=5, high=5, basis="exact"), (5, 5), 11)
