"""Plans in the order of their merit, searched as one types."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Resize
from textual.message import Message
from textual.widgets import DataTable, Input

from advisor.catalog.models import find_model
from advisor.documents.recommendation import Plan
from advisor.errors import AdvisorError
from advisor.report.figures import number
from advisor.tui.columns import fitted
from advisor.tui.widgets.four import share

_BOUND = re.compile(r"([<>])(\d+(?:\.\d+)?)(gb|tok|%)?")
Cell = tuple[str, int, Callable[[Plan], str]]


def _speed(plan: Plan) -> str:
    decode = plan.predicted.decode_tokens_per_s
    return number(decode.value) if decode else "-"


def _share(plan: Plan) -> str:
    used = share(plan)
    return "-" if used is None else f"{100 * used:.0f} %"


COLUMNS: tuple[Cell, ...] = (
    ("model", 24, lambda plan: plan.model),
    ("scheme", 12, lambda plan: plan.scheme),
    ("tok/s", 5, _speed),
    ("GB", 6, lambda plan: f"{plan.predicted.file_size_bytes.value / 1e9:.1f}"),
    ("loss %", 6, lambda plan: f"{plan.loss_pct.value:.2f}" if plan.loss_pct else "-"),
    ("score", 5, lambda plan: "-" if plan.quality_pct is None else f"{plan.quality_pct:.0f}"),
    ("memory", 6, _share),
    ("engine", 10, lambda plan: plan.engine),
    ("licence", 14, lambda plan: plan.licence or "not stated"),
    ("released", 10, lambda plan: plan.released or "-"),
)
"""Title, width and text, the most wanted first: what does not fit the width is left out from the end."""


class RankedTable(DataTable[Text]):
    """Escape leaves it to the page."""


class Ranked(Vertical):
    """A search line and a table of *plans*."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "clear", show=False)]

    @dataclass
    class Chosen(Message):
        """Enter on a row."""

        plan: Plan

    def __init__(self, plans: tuple[Plan, ...]) -> None:
        super().__init__(classes="ranked")
        self.plans = plans
        self.shown: tuple[Plan, ...] = plans

    def compose(self) -> ComposeResult:
        """The line, the rows."""
        yield Input(
            placeholder="/ searches: words, <10GB, >30tok, <1%, since 2026", compact=True, classes="filter"
        )
        yield RankedTable(cursor_type="row")

    @property
    def table(self) -> RankedTable:
        """The rows."""
        return self.query_one(RankedTable)

    def on_resize(self, event: Resize) -> None:
        """The columns that fit."""
        wanted = columns(event.size.width)
        if len(wanted) == len(self.table.columns):
            return
        self.table.clear(columns=True)
        for title, width, _ in wanted:
            self.table.add_column(title, width=width)
        self._fill()

    @on(Input.Changed)
    def _search(self, event: Input.Changed) -> None:
        event.stop()
        self.shown = matching(self.plans, event.value)
        self._fill()

    @on(Input.Submitted)
    def _down(self, event: Input.Submitted) -> None:
        event.stop()
        self.table.focus()

    def _fill(self) -> None:
        self.table.clear()
        wanted = COLUMNS[: len(self.table.columns)]
        for plan in self.shown if wanted else ():
            self.table.add_row(*(Text(fitted(text(plan), width)) for _, width, text in wanted))

    @on(DataTable.RowSelected)
    def _choose(self, event: DataTable.RowSelected) -> None:
        event.stop()
        self.post_message(self.Chosen(self.shown[event.cursor_row]))

    def action_clear(self) -> None:
        """First what is searched for, then the cursor goes back to the page."""
        line = self.query_one(Input)
        if line.value:
            line.value = ""
        else:
            self.screen.set_focus(None)


def columns(width: int) -> tuple[Cell, ...]:
    """Those of `COLUMNS` that *width* cells hold, two blanks apart; at least the first three."""
    found, used = 0, 0
    for _, cells, _ in COLUMNS:
        used += cells + 2
        if used > width and found >= 3:
            break
        found += 1
    return COLUMNS[:found]


def matching(plans: tuple[Plan, ...], words: str) -> tuple[Plan, ...]:
    """The *plans* that hold every word and keep every bound; order unchanged."""
    asked = re.sub(r"([<>]|since)\s+", r"\1", words.lower()).split()
    return tuple(plan for plan in plans if all(_meets(plan, word) for word in asked))


def _meets(plan: Plan, word: str) -> bool:
    bound = _BOUND.fullmatch(word)
    if bound:
        sign, limit, unit = bound[1], float(bound[2]), bound[3] or ("gb" if bound[1] == "<" else "tok")
        value = _value(plan, unit)
        return value is not None and (value < limit if sign == "<" else value > limit)
    if word.startswith("since"):
        return (plan.released or "") >= word.removeprefix("since")
    return word in _said(plan)


def _value(plan: Plan, unit: str) -> float | None:
    decode = plan.predicted.decode_tokens_per_s
    if unit == "gb":
        return plan.predicted.file_size_bytes.value / 1e9
    if unit == "tok":
        return decode.value if decode else None
    return plan.loss_pct.value if plan.loss_pct else None


def _said(plan: Plan) -> str:
    """Everything of a plan that a word may be about: name, id, publisher, family, licence, scheme, engine."""
    try:
        known = find_model(plan.model)
        more = (known.hf_id, known.family)
    except AdvisorError:
        more = (None, None)
    said = (plan.model, plan.scheme, plan.engine, plan.licence, plan.released, *more)
    return " ".join(filter(None, said)).lower()
