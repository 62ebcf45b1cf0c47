"""The store looked over: rows that no import would keep, and how they are taken out without being lost."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.documents.written import replace_file
from advisor.errors import StoreError
from advisor.measuring.rows import COLUMNS
from advisor.measuring.store import Store

FILE = "set-aside.jsonl"
"""Beside the store: the rows taken out, as they were."""


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
    returned, each once, also where an earlier run was ended halfway. Raises StoreError when they cannot be
    written there: nothing is then taken out."""
    path = store.path.with_name(FILE)
    ids = tuple(row.id for row in faulty)

    def keep() -> None:
        try:
            _keep(path, _lines(store, ids))
        except OSError as error:
            raise StoreError(
                f"cannot write {path}: {error.strerror or error}; nothing was taken out"
            ) from None

    store.remove(keep, ids=ids)
    return path


def _keep(path: Path, lines: list[str]) -> None:
    """Add to the file those *lines* that it does not hold. Raises OSError; the file is then as it was."""
    old = path.read_bytes() if path.exists() else b""
    if old and not old.endswith(b"\n"):
        old += b"\n"
    known = set(old.decode("utf-8", "replace").split("\n"))
    replace_file(path, old + "".join(f"{line}\n" for line in lines if line not in known).encode())


def _damage(store: Store) -> str:
    try:
        found = [str(row[0]) for row in store.connection.execute("PRAGMA quick_check(5)")]
    except sqlite3.Error as error:
        return str(error)
    return "" if found == ["ok"] else "; ".join(found)


def _lines(store: Store, ids: tuple[int, ...]) -> list[str]:
    """The rows' cells as they are, one JSON object each."""
    db = store.connection
    before, db.text_factory = db.text_factory, lambda data: data.decode("utf-8", "surrogateescape")
    try:
        found = db.execute(
            f"SELECT id, {', '.join(COLUMNS)} FROM rows WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(ids),),
        ).fetchall()
    except sqlite3.Error as error:
        raise StoreError(f"cannot read {store.path}: {error}; restore it from an export") from None
    finally:
        db.text_factory = before
    return [json.dumps(dict(zip(("id", *COLUMNS), _plain(row), strict=True))) for row in found]


def _plain(row: tuple[Any, ...]) -> list[Any]:
    return [cell.hex() if isinstance(cell, bytes) else cell for cell in row]
