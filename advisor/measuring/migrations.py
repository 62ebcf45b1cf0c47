"""The store's schema, version by version: each step turns the version before it into its own."""

from __future__ import annotations

import sqlite3

_V1 = (
    """CREATE TABLE origins (
        id INTEGER PRIMARY KEY,
        file_name TEXT NOT NULL, file_sha256 TEXT NOT NULL, format TEXT NOT NULL,
        tool TEXT NOT NULL, tool_version TEXT NOT NULL, host TEXT NOT NULL, imported_at TEXT NOT NULL
    )""",
    "CREATE UNIQUE INDEX origin_identity ON origins (file_sha256, file_name, tool, tool_version, host)",
    """CREATE TABLE rows (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL UNIQUE,
        origin INTEGER NOT NULL REFERENCES origins (id),
        kind TEXT NOT NULL, metric TEXT NOT NULL, value REAL NOT NULL, sd REAL, n INTEGER NOT NULL, phase
        TEXT NOT NULL, model TEXT NOT NULL, scheme TEXT NOT NULL, engine TEXT NOT NULL, backend TEXT NOT NULL,
        hardware TEXT NOT NULL, host TEXT NOT NULL, dataset TEXT NOT NULL, task TEXT NOT NULL,
        prompt_tokens INTEGER, output_tokens INTEGER, depth INTEGER, concurrency INTEGER, gpu_layers INTEGER,
        threads INTEGER, kv_type TEXT NOT NULL, flags TEXT NOT NULL, measured_at TEXT NOT NULL,
        tool TEXT NOT NULL, tool_version TEXT NOT NULL, facts TEXT NOT NULL
    )""",
    "CREATE INDEX rows_of_host ON rows (host, kind, phase)",
    "CREATE INDEX rows_of_origin ON rows (origin)",
    # What the rows of a machine say about its speed, kept until a row is added or removed.
    "CREATE TABLE effects (key TEXT PRIMARY KEY, document TEXT NOT NULL)",
    # An accuracy run in progress: the sums over each chunk of text that is done.
    """CREATE TABLE chunks (
        run TEXT NOT NULL, chunk INTEGER NOT NULL, sums TEXT NOT NULL, PRIMARY KEY (run, chunk)
    ) WITHOUT ROWID""",
)
STEPS: tuple[tuple[str, ...], ...] = (_V1,)
"""STEPS[i] turns version i into version i + 1; a step that was released is never edited."""


def migrate(connection: sqlite3.Connection, steps: tuple[tuple[str, ...], ...] = STEPS) -> None:
    """Bring the file to the newest version, in one transaction. Raises ValueError when it is newer than
    this program."""
    version = _version(connection)
    if version > len(steps):
        raise ValueError(f"it has schema version {version}, this advisor knows {len(steps)}")
    if version == len(steps):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have done it while this one waited for the lock.
        for step in steps[_version(connection) :]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(steps)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
