"""What a screen is for, and its keys."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

EVERYWHERE = (
    ("tab, shift+tab", "next field, field before"),
    ("enter", "take, ask, open"),
    ("escape", "back"),
    ("ctrl+p", "command palette: themes, screenshot, keys"),
    ("ctrl+t", "light or dark"),
    ("q, ctrl+q", "quit"),
    ("ctrl+c", "quit at once"),
)


class HelpScreen(ModalScreen[None]):
    """Closed by any of the keys that open or leave things."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,f1,q,enter", "dismiss", "Close", show=False),
    ]

    def __init__(self, screen: Screen[Any]) -> None:
        super().__init__()
        self._about = getattr(screen, "ABOUT", "")
        self._keys = [
            (active.binding.key_display or active.binding.key, active.binding.description)
            for active in screen.active_bindings.values()
            if active.node is screen and active.binding in _own(screen)
        ]

    def compose(self) -> ComposeResult:
        """The text and the keys."""
        rows = [*dict.fromkeys(self._keys), ("", ""), *EVERYWHERE]
        keys = "\n".join(f"  {key:<16} {what}".rstrip() for key, what in rows)
        with VerticalScroll(id="help"):
            yield Static(f"{self._about}\n\n{keys}\n\n  escape closes this help", markup=False)


def _own(screen: Screen[Any]) -> list[Binding]:
    """The bindings that the screen itself declares and describes."""
    declared = [binding for binding in type(screen).__dict__.get("BINDINGS", ()) if binding.description]
    return [binding for found in declared for binding in Binding.make_bindings([found])]
