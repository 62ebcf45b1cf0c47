"""SQLite's failures in the user's words."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from advisor.measuring.store_errors import cause


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (sqlite3.OperationalError("database or disk is full"), "the disk is full; nothing was changed"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "is not writable"),
        (sqlite3.OperationalError("unable to open database file"), "set ADVISOR_DATA_DIR"),
        (sqlite3.OperationalError("database is locked"), "kept it locked for 5 s; run it again"),
        (sqlite3.DatabaseError("file is not a database"), "is not a measurement store"),
        (sqlite3.DatabaseError("database disk image is malformed"), "restore it from an export"),
        (sqlite3.OperationalError("no such column"), "no such column; check the disk"),
    ],
)
def test_every_failure_has_its_mend(error: sqlite3.Error, words: str) -> None:
    """One line with the file."""
    said = cause(error, Path("/data/store.sqlite"), "write", 5.0)
    assert (True, True, False) == (words in said, "/data/store.sqlite" in said, "\n" in said)
