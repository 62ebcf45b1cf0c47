"""The words of the figures, explained with the user's own numbers."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from advisor.documents.recommendation import Plan
from advisor.tui.words import words


class WordsScreen(ModalScreen[None]):
    """Opened by w, closed by the keys that leave things."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,w,q,enter,question_mark", "dismiss", "Close", show=False),
    ]

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan

    def compose(self) -> ComposeResult:
        """A paragraph a word."""
        with VerticalScroll(id="help"):
            yield Static(f"Words, with the figures of {self.plan.scheme}", markup=False, classes="headline")
            for word, sentence in words(self.plan):
                yield Static(f"{word}: {sentence}", markup=False, classes="word")
