"""Rows as they come back from the store: each is looked at again, since other programs can write there too.

A row that would spoil an answer is set aside with its number, and the answer goes on without it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from advisor.measuring.row_rules import fault
from advisor.measuring.rows import COLUMNS, Row

MOST_NAMED = 5
"""Of the rows set aside, how many an answer names."""


@dataclass(slots=True)
class SetAside:
    """Rows left out: number and fault."""

    rows: list[tuple[int, str]] = field(default_factory=list)

    def words(self) -> tuple[str, ...]:
        """What an answer says of them."""
        if not self.rows:
            return ()
        named = "; ".join(f"row {number}: {wrong}" for number, wrong in self.rows[:MOST_NAMED])
        more = f"; and {len(self.rows) - MOST_NAMED} more" if len(self.rows) > MOST_NAMED else ""
        return (
            f"set aside from your measurements: {named}{more}; `advisor measurements check` shows them and "
            "`--mend` takes them out",
        )


def read_rows(
    db: sqlite3.Connection, rest: str, values: tuple[Any, ...], aside: SetAside
) -> Iterator[tuple[int, int, Row]]:
    """(id, origin, row) of `SELECT … FROM rows` + *rest*; what is not sound goes to *aside*.

    Raises sqlite3.Error.
    """
    before, db.text_factory = db.text_factory, _text
    try:
        for record in db.execute(f"SELECT id, origin, {', '.join(COLUMNS)} FROM rows{rest}", values):
            row = _row(record[2:])
            wrong = row if isinstance(row, str) else fault(row)
            if isinstance(row, Row) and not wrong:
                yield record[0], record[1], row
            else:
                aside.rows.append((record[0], str(wrong)))
    finally:
        db.text_factory = before


def _text(data: bytes) -> str:
    """A cell that is no UTF-8 becomes one with lone surrogates, which no sound row has."""
    return data.decode("utf-8", "surrogateescape")


def _row(cells: tuple[Any, ...]) -> Row | str:
    """The row, or what is wrong with its facts."""
    found = dict(zip(COLUMNS, cells, strict=True))
    try:
        found["facts"] = json.loads(found["facts"])
    except (ValueError, TypeError, RecursionError):
        return f"facts are {str(found['facts'])[:40]!a}, which is not JSON"
    return Row(**found)
