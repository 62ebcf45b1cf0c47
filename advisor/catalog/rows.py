"""Tables of profiles/ that are searched as text: a line is taken apart only when a name may mean it."""

from __future__ import annotations

import csv
from functools import cache

from advisor.data import folder


@cache
def table(file: str) -> tuple[tuple[str, ...], str]:
    """(column names, whole text) of profiles/*file*; no cell holds a line break, which a test asserts."""
    text = (folder("profiles") / file).read_text(encoding="utf-8")
    return tuple(next(csv.reader([text.partition("\n")[0]]))), text


@cache
def lines(file: str) -> tuple[str, ...]:
    """The rows of profiles/*file*, its header apart, as lines."""
    return tuple(table(file)[1].splitlines()[1:])


def cells(file: str, line: str) -> dict[str, str]:
    """One line as column -> text."""
    return dict(zip(table(file)[0], next(csv.reader((line,))), strict=True))


@cache
def starting_with(file: str, first_cell: str) -> tuple[dict[str, str], ...]:
    """The rows of profiles/*file* whose first cell is exactly *first_cell*, in file order."""
    text = table(file)[1]
    found = []
    start = text.find(f"\n{first_cell},")
    while start >= 0:
        end = text.find("\n", start + 1)
        found.append(cells(file, text[start + 1 : end if end >= 0 else None]))
        start = text.find(f"\n{first_cell},", end) if end >= 0 else -1
    return tuple(found)
