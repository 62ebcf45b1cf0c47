"""The user's measurements: one SQLite file. What is acknowledged is on the disk; a killed import leaves
nothing.

WAL with synchronous=FULL: a commit that returned survives a kill and a power cut; every import is one
transaction, taken with BEGIN IMMEDIATE so that two writers wait for each other instead of failing.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from advisor.data import store_file
from advisor.errors import BadFileError, StoreError, UsageError
from advisor.measuring.migrations import migrate
from advisor.measuring.row_rules import fault
from advisor.measuring.rows import COLUMNS, Row
from advisor.measuring.store_errors import cause
from advisor.measuring.stored import SetAside, read_rows

BUSY_S = 60.0
"""How long a writer waits for another: longer than any import we promise."""
_APPLICATION_ID = 0x51414456
"""'QADV': tells our file from any other SQLite file."""
_INSERT = (
    f"INSERT OR IGNORE INTO rows (key, origin, {', '.join(COLUMNS)})"
    f" VALUES ({', '.join('?' * (len(COLUMNS) + 2))})"
)
FILTERS = (
    "kind",
    "metric",
    "phase",
    "model",
    "scheme",
    "engine",
    "backend",
    "hardware",
    "host",
    "tool",
    "dataset",
)


@dataclass(frozen=True, slots=True)
class Added:
    """What an import did."""

    added: int
    known: int
    """Rows that were there before: importing again changes nothing."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows come from: a file, or a run on this machine (file_name '')."""

    file_name: str = ""
    file_sha256: str = ""
    format: str = ""


class Store:
    """The open store; a context manager. Every failure is a StoreError of one line."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or store_file()
        self.aside = SetAside()
        """The rows that were read and left out."""
        with self._told("open"):
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(
                    f"cannot make the folder {self.path.parent}: {error.strerror}; "
                    "set ADVISOR_DATA_DIR to a writable one"
                ) from None
            self._db = sqlite3.connect(self.path, timeout=BUSY_S, isolation_level=None)
            self._prepare()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def _prepare(self) -> None:
        found = int(self._db.execute("PRAGMA application_id").fetchone()[0])
        empty = not self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if found != _APPLICATION_ID and not empty and found != 0:
            raise StoreError(
                f"{self.path} is another program's database; move it away or set ADVISOR_DATA_DIR"
            )
        self._wal()
        self._db.execute("PRAGMA synchronous = FULL")
        if found != _APPLICATION_ID:
            self._db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        try:
            migrate(self._db)
        except ValueError as error:
            raise StoreError(f"{self.path}: {error}; install a newer quant-advisor") from None

    def _wal(self) -> None:
        """Switch to WAL; SQLite does not wait for the lock here, so two first openers take turns by hand."""
        deadline = time.monotonic() + BUSY_S
        while True:
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    @contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(cause(error, self.path, doing, BUSY_S)) from None

    @contextmanager
    def _writing(self, doing: str) -> Iterator[sqlite3.Connection]:
        """One transaction; anything that goes wrong inside undoes all of it."""
        with self._told(doing):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def add(self, rows: Iterable[Row], origin: Origin) -> Added:
        """Add *rows*, all or none; rows already there are left alone."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with self._writing("write") as db:
            before = db.total_changes
            seen: Counter[str] = Counter()
            origins: dict[tuple[str, str, str], int] = {}
            total, batch, inserted = 0, [], 0
            for number, row in enumerate(rows, start=1):
                if wrong := fault(row):
                    raise BadFileError(
                        f"{origin.file_name or 'the measurement'}, row {number}: {wrong}; nothing was kept"
                    )
                identity = (row.tool, row.tool_version, row.host)
                if identity not in origins:
                    origins[identity] = self._origin(db, origin, identity, now)
                first = row.key()
                key = row.key(seen[first]) if seen[first] else first
                seen[first] += 1
                facts = json.dumps(
                    row.facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str
                )
                cells = [getattr(row, name) for name in COLUMNS[:-1]]
                batch.append((key, origins[identity], *cells, facts))
                total += 1
                if len(batch) == 1000:
                    inserted += db.executemany(_INSERT, batch).rowcount
                    batch.clear()
            if batch:
                inserted += db.executemany(_INSERT, batch).rowcount
            db.execute("DELETE FROM origins WHERE id NOT IN (SELECT origin FROM rows)")
            if db.total_changes != before:
                db.execute("DELETE FROM effects")
        return Added(inserted, total - inserted)

    @staticmethod
    def _origin(db: sqlite3.Connection, origin: Origin, identity: tuple[str, str, str], now: str) -> int:
        values = (origin.file_sha256, origin.file_name, *identity)
        db.execute(
            "INSERT OR IGNORE INTO origins"
            " (file_sha256, file_name, tool, tool_version, host, format, imported_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*values, origin.format, now),
        )
        found = db.execute(
            "SELECT id FROM origins WHERE file_sha256 = ? AND file_name = ? AND tool = ? AND tool_version = ?"
            " AND host = ?",
            values,
        )
        return int(found.fetchone()[0])

    def rows(
        self,
        *,
        ids: tuple[int, ...] = (),
        source: int | None = None,
        limit: int | None = None,
        **filters: str,
    ) -> Iterator[tuple[int, int, Row]]:
        """(id, origin, row) in the order they came, by exact values of FILTERS columns; what is not sound
        is left out and named in `aside`."""
        where, values = _where(ids, source, filters)
        rest = f"{where} ORDER BY id" + ("" if limit is None else f" LIMIT {int(limit)}")
        with self._told("read"):
            yield from read_rows(self._db, rest, tuple(values), self.aside)

    def count(self, **filters: str) -> int:
        """How many rows."""
        where, values = _where((), None, filters)
        with self._told("read"):
            return int(self._db.execute(f"SELECT count(*) FROM rows{where}", values).fetchone()[0])

    def sources(self) -> list[dict[str, Any]]:
        """Every origin with its number of rows."""
        names = ("id", "file_name", "file_sha256", "format", "tool", "tool_version", "host", "imported_at")
        with self._told("read"):
            found = self._db.execute(
                f"SELECT {', '.join('o.' + name for name in names)}, count(r.id), min(r.hardware)"
                " FROM origins o JOIN rows r ON r.origin = o.id GROUP BY o.id ORDER BY o.id"
            ).fetchall()
        return [dict(zip((*names, "rows", "hardware"), record, strict=True)) for record in found]

    def remove(
        self,
        before: Callable[[], None] = lambda: None,
        /,
        *,
        ids: tuple[int, ...] = (),
        source: int | None = None,
        everything: bool = False,
        **filters: str,
    ) -> int:
        """Remove rows; the answers are then what they were before. Returns how many. *before* is done in the
        same transaction, and what it raises leaves the rows where they are."""
        where, values = _where(ids, source, filters)
        if not where and not everything:
            raise UsageError("which measurements? give ids, --source N, a filter, or --all")
        with self._writing("write") as db:
            before()
            removed = db.execute(f"DELETE FROM rows{where}", values).rowcount
            db.execute("DELETE FROM origins WHERE id NOT IN (SELECT origin FROM rows)")
            db.execute("DELETE FROM effects")
        return removed

    @property
    def connection(self) -> sqlite3.Connection:
        """For reading with one's own SQL."""
        return self._db

    def forget_effects(self) -> None:
        """Drop what is kept of earlier answers; the next one computes it anew."""
        with self._writing("write") as db:
            db.execute("DELETE FROM effects")

    def chunk_sums(self, run: str) -> dict[int, dict[str, Any]]:
        """The chunks of an accuracy run that are done."""
        with self._told("read"):
            found = self._db.execute(
                "SELECT chunk, sums FROM chunks WHERE run = ? ORDER BY chunk", (run,)
            ).fetchall()
        return {chunk: json.loads(sums) for chunk, sums in found}

    def keep_chunk(self, run: str, chunk: int, sums: dict[str, Any]) -> None:
        """Keep one finished chunk; it survives an interruption from here on."""
        with self._writing("write") as db:
            db.execute("INSERT OR REPLACE INTO chunks VALUES (?, ?, ?)", (run, chunk, json.dumps(sums)))

    def forget_run(self, run: str) -> None:
        """Drop the chunks of a run, to measure it anew."""
        with self._writing("write") as db:
            db.execute("DELETE FROM chunks WHERE run = ?", (run,))


def _where(ids: tuple[int, ...], source: int | None, filters: dict[str, str]) -> tuple[str, list[Any]]:
    parts: list[str] = []
    values: list[Any] = []
    if ids:
        parts.append("id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(ids))
    if source is not None:
        if not 0 <= source < 2**63:
            raise UsageError(f"there is no source {source}; `advisor measurements sources` shows them")
        parts.append("origin = ?")
        values.append(source)
    for name, value in filters.items():
        if name not in FILTERS:
            raise UsageError(f"cannot filter by {name!r}; choose from {', '.join(FILTERS)}")
        parts.append(f"{name} = ?")
        values.append(value)
    return (" WHERE " + " AND ".join(parts) if parts else ""), values
