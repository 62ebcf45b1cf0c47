"""Plans as columns: each figure with its interval as a bar on the scale of its line, the best starred."""

from __future__ import annotations

from rich.text import Text
from textual.events import Resize
from textual.widgets import Static

from advisor.documents.outcome import Estimate
from advisor.documents.recommendation import Plan
from advisor.report.comparison import Compared, comparison
from advisor.report.terminal import cleaned
from advisor.tui.columns import fitted

_NAME = 18
"""Cells of the first column: the longest name of a line."""
_BEST = "★"


class SideBySide(Static):
    """As wide as there is room."""

    def __init__(self, plans: tuple[Plan, ...]) -> None:
        super().__init__(classes="text")
        self.plans = tuple(cleaned(plan) for plan in plans)

    def on_resize(self, event: Resize) -> None:
        """The columns share what is left beside the names."""
        self.update(side_by_side(self.plans, event.size.width))


def side_by_side(plans: tuple[Plan, ...], width: int) -> Text:
    """The lines of `comparison`, *width* cells wide: each interval as a bar and in numbers."""
    cells = max((width - _NAME) // len(plans) - 1, 8)
    text = Text()
    for line in comparison(plans):
        _row(text, line.name, [_value(line, index) for index in range(len(plans))], line.best, cells)
        if line.figures and any(figure and figure.basis != "exact" for figure in line.figures):
            ends = scale(line.figures)
            _row(text, "", [bar(figure, ends, cells) for figure in line.figures], line.best, cells)
            _row(text, "", [_ends(line, index, cells) for index in range(len(plans))], (), cells)
    return text


def _row(text: Text, name: str, parts: list[str], best: tuple[bool, ...], cells: int) -> None:
    text.append(f"{name:<{_NAME}}", "dim")
    for index, part in enumerate(parts):
        text.append(f"{fitted(part, cells):<{cells}} ", "bold" if any(best[index : index + 1]) else "")
    text.append("\n")


def _value(line: Compared, index: int) -> str:
    """The words before the interval, which stands below."""
    star = f"{_BEST} " if line.best[index] else ""
    return star + line.texts[index].partition(" (")[0] if line.figures else line.texts[index]


def _ends(line: Compared, index: int, cells: int) -> str:
    """'83 to 264, measured'; without the basis where that does not fit."""
    whole = line.texts[index].partition(" (")[2].rstrip(")")
    return whole if len(whole) <= cells else whole.partition(",")[0]


def scale(figures: tuple[Estimate | None, ...]) -> tuple[float, float]:
    """From the lowest end of all intervals to the highest."""
    known = [figure for figure in figures if figure is not None]
    return min(figure.low for figure in known), max(figure.high for figure in known)


def bar(figure: Estimate | None, ends: tuple[float, float], cells: int) -> str:
    """The interval on a line of *cells*: ├──●──┤; nothing without a figure."""
    if figure is None:
        return ""
    span = ends[1] - ends[0]
    places = [
        round((min(max(value, ends[0]), ends[1]) - ends[0]) / span * (cells - 1)) if span else 0
        for value in (figure.low, figure.value, figure.high)
    ]
    low, middle, high = places
    drawn = [" "] * low + ["├"] + ["─"] * (high - low - 1) + ["┤"] * (high > low)
    drawn[middle] = "●"
    return "".join(drawn)
