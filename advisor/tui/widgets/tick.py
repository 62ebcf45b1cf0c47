"""A checkbox whose tick is a character: told apart without colour."""

from __future__ import annotations

from textual.widgets import Checkbox


class Tick(Checkbox):
    """[X] or [ ]; the stock one shows an X either way, and only its colour changes."""

    BUTTON_LEFT = BUTTON_RIGHT = ""

    @property
    def BUTTON_INNER(self) -> str:  # type: ignore[override]  # the stock class only reads it
        """The whole box."""
        return "[X]" if self.value else "[ ]"
