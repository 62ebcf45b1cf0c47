"""The rows of tables in profiles/: all of a table, or of one that is searched as text only the lines that a
name may mean.
"""

from __future__ import annotations

import csv
from functools import cache

from advisor.data import folder


@cache
def every(file: str) -> tuple[dict[str, str], ...]:
    """All rows of profiles/*file* as column -> text, in file order."""
    with (folder("profiles") / file).open(newline="", encoding="utf-8") as handle:
        return tuple(csv.DictReader(handle))


@cache
def _table(file: str) -> tuple[tuple[str, ...], bytes]:
    """(column names, whole file) of profiles/*file*, in UTF-8; no cell holds a line break, which a test
    asserts."""
    whole = (folder("profiles") / file).read_bytes()
    return tuple(next(csv.reader([whole[: whole.index(b"\n")].decode()]))), whole


@cache
def lines(file: str) -> tuple[str, ...]:
    """The rows of profiles/*file*, its header apart, as lines."""
    return tuple(_table(file)[1].decode().splitlines()[1:])


def cells(file: str, line: str) -> dict[str, str]:
    """One line as column -> text."""
    return dict(zip(_table(file)[0], next(csv.reader((line,))), strict=True))


@cache
def starting_with(file: str, first_cell: str) -> tuple[dict[str, str], ...]:
    """The rows of profiles/*file* whose first cell is exactly *first_cell*, in file order.

    Rows of one first cell stand together, which a test asserts: nothing behind them is looked at.
    """
    whole, wanted = _table(file)[1], f"{first_cell},".encode()
    found = []
    start = whole.find(b"\n" + wanted) + 1
    while start and whole.startswith(wanted, start):
        end = whole.find(b"\n", start)
        found.append(cells(file, whole[start:end].decode()))
        start = end + 1
    return tuple(found)
