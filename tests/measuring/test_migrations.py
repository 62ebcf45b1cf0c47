"""The store's schema, version by version."""

from __future__ import annotations

import sqlite3

import pytest

from advisor.measuring.migrations import STEPS, migrate
from advisor.measuring.rows import COLUMNS


def test_a_new_file_has_every_column_of_a_row() -> None:
    """And the newest version; a second time nothing is done."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    for _ in range(2):
        migrate(db)
    columns = {row[1] for row in db.execute("PRAGMA table_info(rows)")}
    assert (set(), (len(STEPS),)) == (set(COLUMNS) - columns, db.execute("PRAGMA user_version").fetchone())


def test_only_the_steps_that_are_missing_are_taken() -> None:
    """A file of version 1 gets the second step, once."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    first, second = ("CREATE TABLE a (x)",), ("ALTER TABLE a ADD COLUMN y",)
    migrate(db, (first,))
    migrate(db, (first, second))
    assert ["x", "y"] == [row[1] for row in db.execute("PRAGMA table_info(a)")]


def test_a_newer_file_is_refused() -> None:
    """This program would not know what it means."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    with pytest.raises(ValueError, match="this advisor knows"):
        migrate(db)
