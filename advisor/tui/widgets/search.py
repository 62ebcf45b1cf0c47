"""An input with a list of what it may mean beneath, searched as one types."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import ClassVar

from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.fuzzy import FuzzySearch
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from advisor.errors import AdvisorError, UnknownNameError

SHOWN = 7
"""Suggestions shown: what fits under a field of an 80x24 form."""


MOST_ENTRIES = 2000
"""Entries of a folder looked at for a completion: a keystroke must not wait for a folder of a million."""
_READ = (".gguf", ".json")
_PATH = ("/", ".", "~")
_COUNT = re.compile(r"\d+\s*[x×]\s+", re.IGNORECASE)
_SIZE = re.compile(r"\d+(?:\.\d+)?[bm]")
_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_NO_PART = re.compile(r"[^a-z0-9.]|(?<!\d)\.|\.(?!\d)")
"""What a spelling may leave out; the point of a number is none of it."""


def _nothing(text: str) -> str:
    """The meaning of a field without a resolver."""
    return ""


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

        search: Search
        name: str

    def __init__(
        self,
        value: str,
        names: Callable[[], Iterable[str]],
        *,
        meaning: Callable[[str], str] = _nothing,
        placeholder: str = "",
        id: str | None = None,
    ) -> None:
        """*meaning* says what a text is understood as: that is taken as typed, and shown. For the rest it
        raises, and the nearest names of its error are suggested."""
        super().__init__(id=id, classes="search")
        self._value, self._placeholder, self._meaning = value, placeholder, meaning
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
        if not text:
            self._taken = ""
            self.close()
        if not text or text == self._taken or not self.input.has_focus:
            return
        self._taken = ""
        found = self.matches(text)
        meant = "" if text[:1] in _PATH or text in self._names() else self._understood(text)[0]
        shown, more = found[:SHOWN], len(found) - SHOWN
        self.options.clear_options()
        if meant:
            self.options.add_option(Option(f"as typed: {meant}", disabled=True))
        self.options.add_options([Option(name) for name in shown])
        if more > 0:
            self.options.add_option(Option(f"… {more} more: type on", disabled=True))
        self.options.display = bool(shown or meant)
        sure = bool(shown) and not meant and _plain(text) in _plain(shown[0])
        self.options.highlighted = 0 if sure else None

    def matches(self, text: str) -> list[str]:
        """What *text* may be, the likeliest first: names, files, what the resolver is nearest to."""
        if text[:1] in _PATH:
            return paths(text)
        if not _plain(text) or text in self._names():
            return []
        count = _COUNT.match(text)
        before = count[0] if count else ""
        rest = text[len(before) :]
        pool = [name for name in self._names() if ("/" in name) == ("/" in text)]
        if _SIZE.fullmatch(_plain(rest)):
            pool = [name for name in pool if _of_size(_plain(rest), name)] or pool
        best = self._ranked(rest, pool) or self._ranked(rest.replace(".", ""), pool, points=False)
        return [before + name for name in best] or list(self._understood(text)[1])

    def _ranked(self, text: str, pool: list[str], points: bool = True) -> list[str]:
        """The names that have every number of *text* and its letters in their order, the likeliest first;
        without *points* in numbers 31 is 3.1 too."""
        plain, numbers = _plain(text), _NUMBER.findall(text)
        scored = []
        for name in pool:
            squashed = _plain(name if points else name.replace(".", ""))
            if all(number in squashed for number in numbers):
                scored.append((self._score(plain, squashed), -len(name), name))
        best = sorted((item for item in scored if item[0] > 0), key=lambda item: item[:2], reverse=True)
        return [name for _, _, name in best]

    def _understood(self, text: str) -> tuple[str, tuple[str, ...]]:
        """What the resolver takes *text* for as it stands, and else the names nearest to it."""
        try:
            return self._meaning(text), ()
        except UnknownNameError as error:
            return "", error.nearest
        except AdvisorError:
            return "", ()

    def _score(self, text: str, squashed: str) -> float:
        score, _ = self._fuzzy.match(text, squashed)
        return score + 100 * (text in squashed) + 50 * squashed.startswith(text)

    def move(self, step: int) -> bool:
        """Another suggestion; False when there is none."""
        if not self.options.display or all(option.disabled for option in self.options.options):
            return False
        (self.options.action_cursor_down if step > 0 else self.options.action_cursor_up)()
        return True

    def close(self) -> bool:
        """Close the list; False when it was closed."""
        shown = self.options.display
        self.options.display = False
        return shown

    def accept(self) -> bool:
        """Take the highlighted suggestion; False when none is highlighted."""
        index = self.options.highlighted
        if not self.options.display or index is None:
            self.close()
            return False
        self._choose(str(self.options.get_option_at_index(index).prompt))
        return True

    def _choose(self, name: str) -> None:
        self.take(name)
        self.post_message(self.Taken(self, name))

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


def paths(text: str) -> list[str]:
    """The folders and files that begin as *text* does; a folder that is named shows what is in it."""
    folder, beginning = os.path.split(text)
    try:
        with os.scandir(os.path.expanduser(folder) or ".") as entries:
            found = [
                (entry.name, entry.is_dir())
                for entry in islice(entries, MOST_ENTRIES)
                if entry.name.startswith(beginning) and (beginning or not entry.name.startswith("."))
            ]
    except OSError:
        return []
    files = [name + "/" * inside for name, inside in sorted(found) if inside or name.endswith(_READ)]
    return [os.path.join(folder, name) for name in files]


def _plain(text: str) -> str:
    return _NO_PART.sub("", text.lower())


def _of_size(size: str, name: str) -> bool:
    """Whether *size* ('13b') is a part of *name*, and not the end of another one: 1.3B, A13B, 8x13B."""
    return re.search(rf"(?<![\w.]){re.escape(size)}(?![\w.])", name.lower()) is not None
