"""An input with a list of what it may mean beneath, searched as one types."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.fuzzy import FuzzySearch
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

SHOWN = 7
"""Suggestions shown: what fits under a field of an 80x24 form."""


class SearchInput(Input):
    """Up and down choose a suggestion while there are some, and else leave the field."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("escape", "close", show=False),
    ]

    @property
    def search(self) -> Search:
        """The field this is part of."""
        return self.query_ancestor(Search)

    def action_move(self, step: int) -> None:
        """To another suggestion, or to another field."""
        if not self.search.move(step):
            (self.screen.focus_next if step > 0 else self.screen.focus_previous)()

    def action_close(self) -> None:
        """Close the list; escape means something else when it is closed."""
        if not self.search.close():
            raise SkipAction

    async def action_submit(self) -> None:
        """Take the suggestion when one is chosen, else submit what is typed."""
        if not self.search.accept():
            await super().action_submit()

    def on_blur(self) -> None:
        """Nothing stays open behind the cursor."""
        self.search.close()


class Search(Vertical):
    """A SearchInput over names that `names()` gives when it is first needed."""

    @dataclass
    class Taken(Message):
        """A suggestion was taken."""

        name: str

    def __init__(
        self, value: str, names: Callable[[], Iterable[str]], *, placeholder: str = "", id: str | None = None
    ) -> None:
        super().__init__(id=id, classes="search")
        self._value, self._placeholder = value, placeholder
        self._names = cache(lambda: tuple(dict.fromkeys(names())))
        self._fuzzy = FuzzySearch()
        self._taken = value

    def compose(self) -> ComposeResult:
        """The input and its list."""
        yield SearchInput(self._value, placeholder=self._placeholder, compact=True)
        yield OptionList(classes="suggestions", compact=True, markup=False)

    def on_mount(self) -> None:
        """The list is never in the way of the tab key."""
        self.options.can_focus = False
        self.options.display = False

    @property
    def input(self) -> SearchInput:
        """Where one types."""
        return self.query_one(SearchInput)

    @property
    def options(self) -> OptionList:
        """The suggestions."""
        return self.query_one(OptionList)

    @property
    def value(self) -> str:
        """What is typed or taken."""
        return self.input.value.strip()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search anew."""
        text = event.value.strip()
        if text == self._taken or not self.input.has_focus:
            return
        self._taken = ""
        found = self.matches(text) if text else []
        self.options.clear_options()
        self.options.add_options([Option(name) for name in found])
        self.options.display = bool(found)
        if found:
            self.options.highlighted = 0

    def matches(self, text: str) -> list[str]:
        """The best few names; none when the text is one of them or a path."""
        plain = _plain(text)
        if not plain or text in self._names() or text[:1] in "/.~":
            return []
        scored = [(self._score(plain, name), -len(name), name) for name in self._names()]
        best = sorted((item for item in scored if item[0] > 0), key=lambda item: item[:2], reverse=True)
        return [name for _, _, name in best[:SHOWN]]

    def _score(self, text: str, name: str) -> float:
        squashed = _plain(name)
        score, _ = self._fuzzy.match(text, squashed)
        return score + 100 * (text in squashed) + 50 * squashed.startswith(text)

    def move(self, step: int) -> bool:
        """Another suggestion; False when the list is closed."""
        if not self.options.display:
            return False
        (self.options.action_cursor_down if step > 0 else self.options.action_cursor_up)()
        return True

    def close(self) -> bool:
        """Close the list; False when it was closed."""
        shown = self.options.display
        self.options.display = False
        return shown

    def accept(self) -> bool:
        """Take the highlighted suggestion; False when there is none."""
        index = self.options.highlighted
        if not self.options.display or index is None:
            return False
        self._choose(str(self.options.get_option_at_index(index).prompt))
        return True

    def _choose(self, name: str) -> None:
        self.take(name)
        self.post_message(self.Taken(name))

    def take(self, name: str) -> None:
        """Put *name* into the input and close the list."""
        self._taken = name
        self.input.value = name
        self.input.cursor_position = len(name)
        self.close()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click takes a suggestion."""
        event.stop()
        self._choose(str(event.option.prompt))
        self.input.focus()


def _plain(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())
