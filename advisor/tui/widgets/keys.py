"""The foot of every screen: its keys as far as there is room, then help, the way out and the palette."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate
from typing import Any, NamedTuple

from textual.app import ComposeResult
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import Footer, Input

ALWAYS = ("help", "leave", "quit", "command_palette")
"""Actions whose keys are shown whatever the width, in this order at the right end."""


class Keys(Footer):
    """Textual's footer, with no key cut in two and none pushed out that a new user needs."""

    def __init__(self) -> None:
        super().__init__(compact=True)
        self._shown: list[tuple[object, ...]] = []

    def compose(self) -> ComposeResult:
        """The first keys of the screen that the width holds, then those of `ALWAYS`; in a field only those
        that it does not take as text."""
        made: Iterable[Any] = super().compose()
        typing = isinstance(self.screen.focused, Input)
        keys = [
            Key(key.action, len(f"{key.key_display} {key.description} "), key)
            for key in made
            if not (typing and len(key.key_display) == 1)
        ]
        for key in fitting(keys, self.screen.size.width):
            yield key.widget

    async def recompose(self) -> None:
        """Only when it shows other keys: every move of the cursor to another field asks for it."""
        if not self.is_attached:
            return  # asked for on a screen that is gone meanwhile
        made: Iterable[Any] = self.compose()
        found: list[tuple[object, ...]] = [
            (key.action, key.key_display, key.description, key.disabled) for key in made
        ]
        if found != self._shown:
            self._shown = found
            await super().recompose()

    def on_resize(self, event: Resize) -> None:
        """Another width holds other keys."""
        self.refresh(recompose=True)


class Key(NamedTuple):
    """A key with its words, and the cells they take with the blank (or the line) beside them."""

    action: str
    cells: int
    widget: Widget


def fitting(keys: Iterable[Key], width: int) -> list[Key]:
    """Those of *keys* that *width* cells hold: the ones of `ALWAYS` at the end, and before them the first.

    Both `leave` and `quit` leave the program; the second is shown where the first is a letter typed.
    """
    keys = list(keys)
    found = {key.action: key for key in keys if key.action in ALWAYS}
    if "leave" in found:
        found.pop("quit", None)
    last = [found[action] for action in ALWAYS if action in found]
    first = [key for key in keys if key.action not in ALWAYS]
    taken = accumulate((key.cells for key in first), initial=sum(key.cells for key in last))
    next(taken)
    return [*(key for key, cells in zip(first, taken, strict=True) if cells <= width), *last]
