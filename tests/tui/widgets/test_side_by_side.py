"""Plans as columns."""

from advisor.documents.outcome import Estimate
from advisor.tui.widgets.side_by_side import bar


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
