"""The tradeoff table for a page: the cells of every other form, what to sort by, and intervals as bars."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, log10

from advisor.documents.outcome import Estimate
from advisor.documents.tradeoffs import Row, Table
from advisor.report.series import LEAST_LOSS_PCT
from advisor.report.tradeoffs import HEADER, cells, mix

Figure = Callable[[Row], Estimate | None]
FIGURES: dict[str, Figure] = {
    "bpw": lambda row: row.bpw,
    "file GB": lambda row: row.file_size_bytes,
    "mem GiB": lambda row: row.memory_bytes,
    "decode tok/s": lambda row: row.decode_tokens_per_s,
    "ms/tok": lambda row: row.ms_per_token,
    "loss %": mix,
}
"""The columns of `HEADER` that are figures."""
_BARS = {"file GB": False, "decode tok/s": True, "loss %": True}
"""The columns with a bar, and whether its scale is logarithmic."""
_MARKS = {">": "recommended", "*": "on the Pareto front", "x": "does not meet the need", "": "meets the need"}


@dataclass(frozen=True)
class Bar:
    """An interval on the scale of its column, in percent of the width."""

    left: float
    width: float
    at: float
    """Where the value stands."""


@dataclass(frozen=True)
class Cell:
    """One cell: its text, the number to sort by (None: sort by the text) and its bar."""

    text: str
    number: float | None = None
    bar: Bar | None = None


@dataclass(frozen=True)
class Line:
    """One row: cells in the order of `HEADER`, its first as a mark with words."""

    meaning: str
    feasible: bool
    engine: str
    cells: tuple[Cell, ...]


def table_lines(table: Table) -> list[Line]:
    """Every row that has a size; the recommended first, then the order of the table."""
    shown = sorted((row for row in table.rows if row.file_size_bytes), key=lambda row: not row.recommended)
    scales = {name: _Scale(shown, FIGURES[name], log) for name, log in _BARS.items()}
    return [_line(row, scales) for row in shown]


def _line(row: Row, scales: dict[str, _Scale]) -> Line:
    found = []
    for name, text in zip(HEADER, cells(row), strict=True):
        figure = FIGURES[name](row) if name in FIGURES else None
        bar = scales[name].bar(figure) if figure and name in scales else None
        found.append(Cell(text, figure.value if figure else None, bar))
    return Line(_MARKS[found[0].text], row.feasible, row.engine or "", tuple(found))


class _Scale:
    """From a figure to percent of the width: from the least low to the greatest finite high of a column."""

    def __init__(self, rows: list[Row], get: Figure, log: bool) -> None:
        self.log = log
        known = [figure for row in rows if (figure := get(row)) is not None]
        ends = [
            self._scaled(end) for figure in known for end in (figure.low, figure.high) if isfinite(end)
        ] or [0.0]
        self.low = min(ends) if log else 0.0
        self.span = (max(ends) - self.low) or 1.0

    def bar(self, figure: Estimate) -> Bar:
        """An infinite end reaches the edge."""
        left, at, right = (self._share(end) for end in (figure.low, figure.value, figure.high))
        return Bar(left, round(right - left, 1), at)

    def _share(self, value: float) -> float:
        if not isfinite(value):
            return 100.0
        return round(100 * min(max((self._scaled(value) - self.low) / self.span, 0.0), 1.0), 1)

    def _scaled(self, value: float) -> float:
        return log10(max(value, LEAST_LOSS_PCT)) if self.log else value
