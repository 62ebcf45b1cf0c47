"""The store looked over: rows that no import would keep, and how they are taken out without being lost."""

from __future__ import annotations

import json
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.errors import StoreError
from advisor.measuring.rows import COLUMNS
from advisor.measuring.store import Store

FILE = "set-aside.jsonl"
"""Beside the store: the rows taken out, as they were."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Faulty:
    """A row that every answer leaves out."""

    id: int
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What `check` found."""

    rows: int
    """Rows looked at."""
    faulty: tuple[Faulty, ...]
    damage: str
    """What SQLite says of the file itself; '' when it is whole."""


def check(store: Store) -> Checked:
    """Look at every row and at the file. Raises StoreError when it cannot be read at all."""
    damage = _damage(store)
    sound = sum(1 for _ in store.rows())
    faulty = tuple(Faulty(id=number, fault=fault) for number, fault in store.aside.rows)
    return Checked(rows=sound + len(faulty), faulty=faulty, damage=damage)


def mend(store: Store, faulty: tuple[Faulty, ...]) -> Path:
    """Take *faulty* out of the store, and drop what was kept of earlier answers; the rows stand in the file
    returned. Raises StoreError when they cannot be written there: nothing is then taken out."""
    path = store.path.with_name(FILE)
    ids = [row.id for row in faulty]
    try:
        with open(path, "a", encoding="utf-8") as file:
            for start in range(0, len(ids), _AT_ONCE):
                file.writelines(_lines(store, ids[start : start + _AT_ONCE]))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror or error}; nothing was taken out") from None
    for start in range(0, len(ids), _AT_ONCE):
        store.remove(ids=tuple(ids[start : start + _AT_ONCE]))
    store.forget_effects()
    return path


def _damage(store: Store) -> str:
    try:
        found = [str(row[0]) for row in store.connection.execute("PRAGMA quick_check(5)")]
    except sqlite3.Error as error:
        return str(error)
    return "" if found == ["ok"] else "; ".join(found)


def _lines(store: Store, ids: list[int]) -> list[str]:
    """The rows' cells as they are, one JSON object each."""
    db = store.connection
    before, db.text_factory = db.text_factory, lambda data: data.decode("utf-8", "surrogateescape")
    try:
        found = db.execute(
            f"SELECT id, {', '.join(COLUMNS)} FROM rows WHERE id IN ({', '.join('?' * len(ids))})", ids
        ).fetchall()
    except sqlite3.Error as error:
        raise StoreError(f"cannot read {store.path}: {error}; restore it from an export") from None
    finally:
        db.text_factory = before
    return [json.dumps(dict(zip(("id", *COLUMNS), _plain(row), strict=True))) + "\n" for row in found]


def _plain(row: tuple[Any, ...]) -> list[Any]:
    return [cell.hex() if isinstance(cell, bytes) else cell for cell in row]
