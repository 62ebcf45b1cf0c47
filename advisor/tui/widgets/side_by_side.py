"""Plans as columns: each figure with its interval as a bar on the scale of its line, the best starred."""

from __future__ import annotations

import re
from math import ceil

from rich.text import Text

from advisor.documents.outcome import Estimate
from advisor.documents.recommendation import Plan
from advisor.report.comparison import Compared, comparison
from advisor.report.figures import number
from advisor.report.terminal import cleaned
from advisor.tui.columns import fitted
from advisor.tui.widgets.fluid import Fluid

_NAME = 18
"""Cells of the first column: the longest name of a line."""
_LEAST = 13
"""Cells that a figure with its unit takes, and an interval: where a plan has less, some stand below."""
_BEST = "★"
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


class SideBySide(Fluid):
    """As wide as there is room."""

    def __init__(self, plans: tuple[Plan, ...]) -> None:
        super().__init__(classes="text")
        self.plans = tuple(cleaned(plan) for plan in plans)

    def written(self, width: int) -> Text:
        """The columns share what is left beside the names."""
        return side_by_side(self.plans, width)


def side_by_side(plans: tuple[Plan, ...], width: int) -> Text:
    """The lines of `comparison`, *width* cells wide: each interval as a bar and in numbers.

    Plans that do not fit beside the others stand below them, on the same scales.
    """
    lines = comparison(plans)
    most = max((width - _NAME) // (_LEAST + 1), 1)
    beside = ceil(len(plans) / ceil(len(plans) / most))
    text = Text()
    for first in range(0, len(plans), beside):
        if first:
            text.append("\n")
        block = range(first, min(first + beside, len(plans)))
        for line in lines:
            _lines(text, line, block, (width - _NAME) // beside - 1)
    return text


def _lines(text: Text, line: Compared, block: range, cells: int) -> None:
    """The value, and below it bar and ends, of the plans of *block*."""
    best = [line.best[index] for index in block]
    values = [_value(line, index) for index in block]
    if any(len(value) > cells for value in values):
        values = [value.replace("tokens/s", "tok/s") for value in values]
    _row(text, line.name, values, best, cells)
    if line.figures and any(figure and figure.basis != "exact" for figure in line.figures):
        ends = scale(line.figures)
        _row(text, "", [bar(line.figures[index], ends, cells) for index in block], best, cells)
        numbers = [_ends(line, index, cells) for index in block]
        if any(numbers):
            _row(text, "", numbers, [False] * len(block), cells)


def _row(text: Text, name: str, parts: list[str], best: list[bool], cells: int) -> None:
    text.append(f"{name:<{_NAME}}", "dim")
    for part, star in zip(parts, best, strict=True):
        text.append(f"{fitted(part, cells):<{cells}} ", "bold" if star else "")
    text.append("\n")


def _value(line: Compared, index: int) -> str:
    """The words before the interval, which stands below."""
    star = f"{_BEST} " if line.best[index] else ""
    return star + line.texts[index].partition(" (")[0] if line.figures else line.texts[index]


def _ends(line: Compared, index: int, cells: int) -> str:
    """'83 to 264, measured'; where that does not fit without the basis, and with three digits."""
    whole = line.texts[index].partition(" (")[2].rstrip(")")
    bare = whole.partition(",")[0]
    short = _NUMBER.sub(lambda found: _digits(float(found[0])), bare)
    return next((text for text in (whole, bare) if len(text) <= cells), short)


def _digits(value: float) -> str:
    """Three of them, and two behind the point of what is below one."""
    return number(value) if value >= 1 else f"{value:.2f}"


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
