"""What quantization does: one's own numbers through it, and the names of schemes with this model."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input, Static, TabbedContent, TabPane

from advisor.errors import UsageError
from advisor.tui.conversation import Reply
from advisor.tui.learning import comparison, glossary, levels, steps, suffixes
from advisor.tui.rounding import Choice, numbers
from advisor.tui.screens.base import StepScreen
from advisor.tui.widgets.field import Field
from advisor.tui.widgets.keys import Keys
from advisor.tui.widgets.steps import Steps

EXAMPLE = "0.12 -0.07 0.31 -0.25 0.02 0.18 -0.11 0.05 0.09 -0.21 1.9 -0.04 0.16 -0.13 0.08 -0.3"
"""Two rows of a matrix with one outlier, the case blocks are made for."""
_BLOCKS = (8, 4, 16)
_BESIDE = 4
"""Cells beside the text of a page: its blanks and the scroll bar."""


class LearnScreen(StepScreen):
    """Two pages."""

    ABOUT = (
        "Numbers: type numbers of your own and follow each through scale, rounding and back. b changes the "
        "bits, y "
        "symmetric or asymmetric, g how many numbers share a scale. Names: what levels and suffixes mean, "
        "with the "
        "sizes and losses of your model. Tab moves between numbers and pages."
    )
    AUTO_FOCUS = "Tabs"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "bits", "Bits"),
        Binding("y", "symmetric", "Symmetric"),
        Binding("g", "block", "Block"),
        Binding("n", "numbers", "Numbers"),
        Binding("down", "scroll(2)", show=False),
        Binding("up", "scroll(-2)", show=False),
        Binding("pagedown", "scroll(12)", show=False),
        Binding("pageup", "scroll(-12)", show=False),
    ]

    def __init__(self, reply: Reply, page: str = "numbers") -> None:
        super().__init__()
        self.reply, self.page = reply, page
        self.choice = Choice(8, True, 0)
        self.values = numbers(EXAMPLE)

    def compose(self) -> ComposeResult:
        """The two pages as tabs."""
        yield Steps("")
        with TabbedContent(initial=self.page):
            with TabPane("Numbers", id="numbers"), VerticalScroll(can_focus=False):
                yield Field("values", "Numbers", Input(EXAMPLE, id="values", compact=True))
                yield Static("", id="steps", markup=False)
                yield Static("All ways, with the same numbers", classes="heading")
                yield Static("", id="comparison", markup=False)
            with TabPane("Levels and suffixes", id="levels"), VerticalScroll(can_focus=False):
                if self.reply.model is None:
                    yield Static("Take a model first: its figures stand here.", markup=False)
                else:
                    yield Static("", id="level-table", markup=False)
                    yield Static("", classes="heading")
                    yield Static(suffixes(self.reply.model), markup=False)
                yield Static("What the names say", classes="heading")
                yield Static(glossary(), markup=False)
        yield Keys()

    def on_resize(self) -> None:
        """As many numbers beside each other as there is room for."""
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """The steps of the numbers typed, the levels of the model."""
        width = self.query_one(TabbedContent).size.width - _BESIDE
        self.query_one("#steps", Static).update(steps(self.values, self.choice, width))
        if self.reply.table is not None:
            for table in self.query("#level-table").results(Static):
                table.update(levels(self.reply.table, width))
        self.query_one("#comparison", Static).update(comparison(self.values, self.choice.block or _BLOCKS[0]))

    @on(Input.Changed, "#values")
    def _typed(self, event: Input.Changed) -> None:
        field = self.query_one("#field-values", Field)
        try:
            self.values = numbers(event.value)
        except UsageError as error:
            field.mark(str(error))
            return
        field.mark("")
        self.draw()

    @on(Input.Submitted)
    def _done(self) -> None:
        self.query_one("Tabs").focus()

    def action_bits(self) -> None:
        """8 or 4 bits."""
        self._choose(replace(self.choice, bits=4 if self.choice.bits == 8 else 8))

    def action_symmetric(self) -> None:
        """With or without a zero point."""
        self._choose(replace(self.choice, symmetric=not self.choice.symmetric))

    def action_block(self) -> None:
        """One scale for all, or one for some."""
        sizes = (0, *_BLOCKS)
        self._choose(replace(self.choice, block=sizes[(sizes.index(self.choice.block) + 1) % len(sizes)]))

    def _choose(self, choice: Choice) -> None:
        self.choice = choice
        self.draw()

    def action_numbers(self) -> None:
        """The cursor into the numbers."""
        self.query_one(TabbedContent).active = "numbers"
        self.query_one("#values", Input).focus()

    def action_scroll(self, step: int) -> None:
        """The open page, up or down."""
        pane = self.query_one(TabbedContent).active_pane
        if pane is not None:
            pane.query_one(VerticalScroll).scroll_relative(y=step, animate=False)
