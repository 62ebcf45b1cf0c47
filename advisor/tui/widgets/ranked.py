"""The ranked list, searched as one types, narrowed by the questions, marked to be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.coordinate import Coordinate
from textual.events import Resize
from textual.geometry import Region
from textual.message import Message
from textual.widgets import DataTable, Input, Static

from advisor.documents.recommendation import Plan, Rejection
from advisor.documents.requirements import Requirements
from advisor.report.terminal import clean
from advisor.tui.ranking import Cell, Entry, admitted, columns, line, matching, named
from advisor.tui.widgets.tick import Tick


class RankedTable(DataTable[Text]):
    """Rows to walk; beyond the first and the last one, and by whole pages, the page around them is read."""

    def action_cursor_up(self) -> None:
        """The row above; from the first one up the page."""
        if self.cursor_row == 0:
            raise SkipAction
        super().action_cursor_up()
        self.keep_in_sight()

    def action_cursor_down(self) -> None:
        """The row below; from the last one down the page."""
        if self.cursor_row >= self.row_count - 1:
            raise SkipAction
        super().action_cursor_down()
        self.keep_in_sight()

    def keep_in_sight(self) -> None:
        """The page around follows the cursor."""
        page = next((node for node in self.ancestors if isinstance(node, VerticalScroll)), None)
        if page is not None:
            top = self.region.y - page.region.y + page.scroll_offset.y
            page.scroll_to_region(Region(0, top + 1 + self.cursor_row, 1, 1), animate=False)

    def action_page_down(self) -> None:
        """The page's."""
        raise SkipAction

    def action_page_up(self) -> None:
        """The page's."""
        raise SkipAction


class Ranked(Vertical):
    """A search line, a table of *plans*, and on demand of what was left out."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", show=False),
        Binding("space", "mark", "Mark to compare", show=False),
    ]

    @dataclass
    class Chosen(Message):
        """Enter on a row, or on a search that names a model the list has not."""

        model: str
        plan: Plan | None
        """None for a model that was left out."""

    @dataclass
    class Marked(Message):
        """A row was marked, or is no more."""

        plan: Plan

    def __init__(self, marked: list[Plan]) -> None:
        """*marked* is the conversation's own list."""
        super().__init__(classes="ranked")
        self.marked = marked
        self.plans: tuple[Plan, ...] = ()
        self.left_out: tuple[Rejection, ...] = ()
        self.words = ""
        self.need: Requirements | None = None
        self.all_shown = False
        self.shown: tuple[Entry, ...] = ()
        self._wanted: tuple[Cell, ...] = ()
        self._drawn: list[list[str]] = []

    def compose(self) -> ComposeResult:
        """The line, the rows, the reason of the row at the cursor."""
        with Horizontal(classes="search-line"):
            yield Input(
                placeholder="/ searches: words, <10GB, >30tok, <1%, since 2026",
                compact=True,
                classes="filter",
            )
            yield Tick("left out too", compact=True, classes="all")
        yield RankedTable(cursor_type="row")
        yield Static("", classes="reason", markup=False)

    @property
    def table(self) -> RankedTable:
        """The rows."""
        return self.query_one(RankedTable)

    def on_resize(self, event: Resize) -> None:
        """The columns that fit."""
        wanted = columns(event.size.width)
        if [cell[1] for cell in wanted] == [cell[1] for cell in self._wanted]:
            return
        self._wanted, self._drawn = wanted, []
        self.table.clear(columns=True)
        for title, width, _ in wanted:
            self.table.add_column(title, width=width)
        self._fill()

    @on(Input.Changed)
    def _search(self, event: Input.Changed) -> None:
        event.stop()
        self.words = event.value
        self._rearrange()

    @on(Tick.Changed)
    def _all(self, event: Tick.Changed) -> None:
        event.stop()
        self.all_shown = event.value
        self._rearrange()

    @on(Input.Submitted)
    def _down(self, event: Input.Submitted) -> None:
        event.stop()
        name = None if self.shown else named(self.words)
        if name is not None:
            self.post_message(self.Chosen(name, None))
        else:
            self.table.focus()

    def show(
        self, plans: tuple[Plan, ...], left_out: tuple[Rejection, ...] = (), words: str | None = None
    ) -> None:
        """Other *plans*, with the cursor on the first; *words* are searched for in place of what was."""
        self.plans, self.left_out, self.need = plans, left_out, None
        tick = self.query_one(Tick)
        tick.display = bool(left_out)
        tick.label = f"{len(left_out)} left out too"
        if words is not None and words != self.words:
            self.words = words
            with self.prevent(Input.Changed):
                self.query_one(Input).value = words
        self._rearrange()
        self.table.move_cursor(row=0, animate=False, scroll=False)

    def narrow(self, need: Requirements) -> None:
        """Leave out at once what *need* does not admit, before its own answer is there."""
        self.need = need
        self._rearrange()

    def _rearrange(self) -> None:
        entries: tuple[Entry, ...] = (*self.plans, *(self.left_out if self.all_shown else ()))
        if self.need is not None:
            entries = tuple(entry for entry in entries if admitted(entry, self.need))
        shown = matching(entries, self.words)
        if shown != self.shown:
            self.shown = shown
            self._fill()

    def _fill(self) -> None:
        """The rows that are other; the cursor stays where their number is the same."""
        rows = [line(entry, self._wanted, entry in self.marked) for entry in self.shown if self._wanted]
        if len(rows) == len(self._drawn):
            for index, (row, drawn) in enumerate(zip(rows, self._drawn, strict=True)):
                for column, (text, before) in enumerate(zip(row, drawn, strict=True)):
                    if text != before:
                        self.table.update_cell_at(Coordinate(index, column), Text(text))
        else:
            self.table.clear()
            for row in rows:
                self.table.add_row(*map(Text, row))
            self.table.styles.height = 1 + len(rows)  # with its head; see `FigureTable`
        self._drawn = rows
        self._say_reason()

    @on(DataTable.RowHighlighted)
    def _moved(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        self._say_reason()

    def _say_reason(self) -> None:
        """Why the entry at the cursor was left out, or that nothing is found."""
        row = self.table.cursor_row
        entry = self.shown[row] if 0 <= row < len(self.shown) else None
        reason = clean(entry.reason) if isinstance(entry, Rejection) else ""
        if not self.shown:
            name = named(self.words)
            reason = f"not in this list: Enter takes {clean(name)}" if name else "nothing has all these words"
        line = self.query_one(".reason", Static)
        if line.content != reason:
            line.update(reason)

    @on(DataTable.RowSelected)
    def _choose(self, event: DataTable.RowSelected) -> None:
        event.stop()
        entry = self.shown[event.cursor_row]
        self.post_message(self.Chosen(entry.model, entry if isinstance(entry, Plan) else None))

    def action_clear(self) -> None:
        """First what is searched for, then the search line is left for the rows, then the screen's turn."""
        search = self.query_one(Input)
        if search.value:
            search.value = ""
        elif search.has_focus:
            self.table.focus()
        else:
            raise SkipAction

    def enter(self) -> None:
        """The cursor into the rows; the page stays where it is."""
        if self.shown:
            self.table.focus(scroll_visible=False)

    @property
    def at_cursor(self) -> Plan | None:
        """The plan of the row at the cursor; None for a model that was left out."""
        row = self.table.cursor_row
        entry = self.shown[row] if 0 <= row < len(self.shown) else None
        return entry if isinstance(entry, Plan) else None

    def action_mark(self) -> None:
        """The row at the cursor, to be compared with others."""
        if self.at_cursor is not None:
            self.post_message(self.Marked(self.at_cursor))

    def redraw(self) -> None:
        """The marks anew; the cursor stays."""
        self._fill()
