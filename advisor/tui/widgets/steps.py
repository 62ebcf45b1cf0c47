"""The head line of a step."""

from __future__ import annotations

from textual.widgets import Static

from advisor.tui.screens.base import steps


class Steps(Static):
    """1 Machine › [2 Questions] › 3 Answer › 4 Tradeoffs"""

    def __init__(self, current: str) -> None:
        super().__init__(f"advisor  {steps(current)}", markup=False, classes="steps")
