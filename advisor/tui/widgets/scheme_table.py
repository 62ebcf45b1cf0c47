"""The tradeoff table as lines drawn only where they are seen.

A DataTable of this size takes 50 ms to take in new rows; half of what a what-if change may cost altogether.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from advisor.documents.tradeoffs import Row
from advisor.tui.columns import Column, arranged, columns, fitted, matching

_HEAD = Style(bold=True, underline=True)
_CURSOR = Style(reverse=True)
_PARETO = Style(bold=True)
_CHOSEN = Style(bold=True, color="green")
_NOT = Style(dim=True)


class SchemeTable(ScrollView, can_focus=True):
    """Rows with a cursor; sorted and filtered here, so that neither computes anything."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "move(-100000)", show=False),
        Binding("end", "move(100000)", show=False),
        Binding("enter", "open", show=False),
    ]

    @dataclass
    class Opened(Message):
        """Enter on a row."""

        row: Row

    @dataclass
    class Moved(Message):
        """The cursor is on another row; None when there is none."""

        row: Row | None

    def __init__(self) -> None:
        super().__init__()
        self.columns: tuple[Column, ...] = columns(80)
        self.sorted_by, self.reverse = "GB", True
        self.words, self.feasible_only = "", False
        self.all_rows: tuple[Row, ...] = ()
        self.rows: list[Row] = []
        self.chosen: tuple[str, str | None] = ("", None)
        self.marked: set[tuple[str, str | None]] = set()
        """Scheme and engine of what is to be compared."""
        self.cursor = 0

    def show(self, rows: tuple[Row, ...], chosen: tuple[str, str | None]) -> None:
        """New rows; the cursor stays on its scheme."""
        self.all_rows, self.chosen = rows, chosen
        self.rearrange()

    def rearrange(self) -> None:
        """Sort and filter anew."""
        here = _name(self.row) if self.row else self.chosen
        by = next((column for column in self.columns if column.title == self.sorted_by), self.columns[1])
        self.rows = arranged(matching(self.all_rows, self.words, self.feasible_only), by, self.reverse)
        self.cursor = next((index for index, row in enumerate(self.rows) if _name(row) == here), 0)
        self._measure()
        self._settle()

    @property
    def chosen_row(self) -> Row | None:
        """The row of the choice."""
        return next((row for row in self.all_rows if _name(row) == self.chosen), None)

    @property
    def row(self) -> Row | None:
        """The row at the cursor."""
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    def sort(self, title: str) -> None:
        """By the column *title*; by the same one again, the other way round."""
        self.reverse = (
            not self.reverse if title == self.sorted_by else title in ("GB", "bpw", "GiB", "tok/s", "prefill")
        )
        self.sorted_by = title
        self.rearrange()

    def on_resize(self, event: Resize) -> None:
        """Other columns on another width."""
        self.columns = columns(event.size.width)
        self.rearrange()

    def _measure(self) -> None:
        width = sum(column.width + 1 for column in self.columns) - 1
        self.virtual_size = Size(width, len(self.rows) + 1)

    def _settle(self) -> None:
        self.scroll_to_region(Region(0, self.cursor, 1, 2), animate=False, force=True, immediate=True)
        self.refresh()
        self.post_message(self.Moved(self.row))

    def action_move(self, step: int) -> None:
        """The cursor up or down."""
        self.cursor = min(max(self.cursor + step, 0), max(len(self.rows) - 1, 0))
        self._settle()

    def action_page(self, step: int) -> None:
        """The cursor a screenful up or down."""
        self.action_move(step * max(self.size.height - 2, 1))

    def action_open(self) -> None:
        """Say that the row at the cursor is to be opened."""
        if self.row is not None:
            self.post_message(self.Opened(self.row))

    def on_click(self, event: Click) -> None:
        """A column's head sorts by it; a row takes the cursor, and a second click opens it."""
        if event.y == 0:
            left = event.x + self.scroll_offset.x
            for column in self.columns:
                if left <= column.width:
                    self.sort(column.title)
                    return
                left -= column.width + 1
            return
        index = event.y - 1 + self.scroll_offset.y
        if index < len(self.rows):
            again = index == self.cursor
            self.cursor = index
            self._settle()
            if again:
                self.action_open()

    def render_line(self, y: int) -> Strip:
        """The head, which stays, or one row."""
        if y == 0:
            text, style = self._head(), _HEAD
        else:
            index = y - 1 + self.scroll_offset.y
            if index >= len(self.rows):
                return Strip.blank(self.size.width, self.rich_style)
            row = self.rows[index]
            text, style = _line(self.columns, row), self._style(row)
            if _name(row) == self.chosen:
                text = "▶" + text[1:]
            if _name(row) in self.marked:
                text = "✓" + text[1:]
            if index == self.cursor:
                style += _CURSOR
        left = self.scroll_offset.x
        return Strip([Segment(text, self.rich_style + style)]).crop_extend(
            left, left + self.size.width, self.rich_style
        )

    def _head(self) -> str:
        arrow = "▼" if self.reverse else "▲"
        titles = [column.title + (arrow if column.title == self.sorted_by else "") for column in self.columns]
        return " ".join(
            (title.rjust if column.right else title.ljust)(column.width)[-column.width :]
            for title, column in zip(titles, self.columns, strict=True)
        )

    def _style(self, row: Row) -> Style:
        if _name(row) == self.chosen:
            return _CHOSEN
        return _NOT if not row.feasible else (_PARETO if row.pareto else Style())


def _name(row: Row) -> tuple[str, str | None]:
    return (row.scheme, row.engine)


def _line(found: tuple[Column, ...], row: Row) -> str:
    cells = [fitted(column.cell(row), column.width) for column in found]
    return " ".join(
        (cell.rjust if column.right else cell.ljust)(column.width)
        for cell, column in zip(cells, found, strict=True)
    )
