"""Two to four plans side by side."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from advisor.documents.recommendation import Plan
from advisor.tui.screens.base import StepScreen
from advisor.tui.widgets.keys import Keys
from advisor.tui.widgets.side_by_side import SideBySide
from advisor.tui.widgets.steps import Steps


class CompareScreen(StepScreen):
    """Opened by c, once rows are marked."""

    ABOUT = (
        "The marked plans side by side. Under each figure stands its interval as a bar, all bars of a line "
        "on one scale, and in numbers. ★ is the best of a line; where intervals hold it too, they share the"
        " star: nobody could tell them apart. u takes all marks away."
    )
    AUTO_FOCUS = "#page"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "back", show=False),
        Binding("u", "unmark", "Take marks away"),
    ]

    def __init__(self, plans: tuple[Plan, ...]) -> None:
        super().__init__()
        self.plans = plans

    def compose(self) -> ComposeResult:
        """One page."""
        yield Steps("")
        with VerticalScroll(id="page"):
            yield Static("Side by side (★ best, shared where the intervals hold it)", classes="heading")
            yield SideBySide(self.plans)
        yield Keys()

    def action_unmark(self) -> None:
        """Nothing is marked any more."""
        self.conversation.marked.clear()
        self.action_back()
