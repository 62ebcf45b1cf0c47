"""The store: idempotent, durable, shared, and clear about what it cannot do."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from advisor.errors import ExitCode, StoreError, UsageError
from advisor.measuring import migrations
from advisor.measuring.rows import Row
from advisor.measuring.store import Origin, Store

IMPORT = """
import sys
from pathlib import Path
from advisor.measuring.rows import Row
from advisor.measuring.store import Origin, Store
first, count, part = (int(text) for text in sys.argv[1:4])
with Store() as store:
    for start in range(first, first + count, part):
        values = [1.0 + i for i in range(start, start + part)]
        rows = [Row(kind="speed", metric="tokens_per_s", value=value, tool="t") for value in values]
        store.add(rows, Origin(f"file{start}", str(start), "test"))
        print(start + part - first, flush=True)
"""
"""Imports files of *part* rows and says after each how many rows are in: what it said must be there."""


def speeds(count: int, first: int = 0) -> list[Row]:
    """Rows that differ in their value."""
    return [
        Row(kind="speed", metric="tokens_per_s", value=1.0 + i, tool="t") for i in range(first, first + count)
    ]


def test_importing_again_adds_nothing() -> None:
    """The same rows are known by what they say, whatever file they come in."""
    with Store() as store:
        assert store.add(speeds(3), Origin("a", "1", "f")).added == 3
        again = store.add(speeds(4), Origin("b", "2", "f"))
        assert (again.added, again.known) == (1, 3)
        assert [source["file_name"] for source in store.sources()] == ["a", "b"]
        store.add(speeds(4), Origin("c", "3", "f"))
        assert [source["file_name"] for source in store.sources()] == ["a", "b"]


def test_equal_rows_of_one_file_are_all_kept() -> None:
    """A tool that prints no time may print the same figure twice:
    two rows, and still two after a second import.
    """
    with Store() as store:
        for _ in range(2):
            store.add(speeds(1) * 2, Origin("a", "1", "f"))
        assert store.count() == 2


def test_a_row_comes_back_as_it_went_in() -> None:
    """Every field survives the store, facts included."""
    row = Row(
        kind="accuracy", metric="ppl", value=7.25, sd=0.125, n=9, model="M", scheme="Q4_K_M",
        engine="llama.cpp",
        dataset="wiki", task="language-modelling", depth=4, threads=2, flags="busy",
        measured_at="2026-01-02T03:04:05Z",
        tool="t", tool_version="1", facts={"samples": [1.5, 2.5], "file": "ä.gguf"},
    )  # fmt: skip
    with Store() as store:
        store.add([row], Origin())
        assert [found for _, _, found in store.rows()] == [row]


def test_remove_by_source_filter_and_id() -> None:
    """Removal takes exactly what was asked for, and never everything by accident."""
    with Store() as store:
        store.add(speeds(3), Origin("a", "1", "f"))
        store.add([Row(kind="accuracy", metric="ppl", value=5.0)], Origin("b", "2", "f"))
        with pytest.raises(UsageError, match="--all"):
            store.remove()
        ids = [i for i, _, _ in store.rows()]
        assert store.remove(ids=(ids[0],)) == 1
        assert store.remove(kind="accuracy") == 1
        assert store.remove(source=1) == 2
        assert store.sources() == []


def test_a_failing_import_leaves_nothing() -> None:
    """An error in the middle undoes the rows before it."""

    def broken():
        yield from speeds(2500)
        raise RuntimeError("reader failed")

    with Store() as store:
        with pytest.raises(RuntimeError):
            store.add(broken(), Origin("a", "1", "f"))
        assert (store.count(), store.sources()) == (0, [])


def test_killed_imports_lose_nothing_and_double_nothing(own_store: Path) -> None:
    """60 imports are killed at different moments: what was acknowledged is there, whole files only, and
    importing them again makes every row exactly once."""
    part, files = 50, 8
    processes = 0
    for attempt in range(60):
        first = attempt * 1000
        process = subprocess.Popen(
            [sys.executable, "-c", IMPORT, str(first), str(part * files), str(part)],
            stdout=subprocess.PIPE,
            text=True,
        )
        said = process.stdout.readline() if attempt % 3 else ""
        time.sleep(0.002 * (attempt % 11))
        os.kill(process.pid, signal.SIGKILL)
        lines = (said + process.stdout.read()).split()
        process.stdout.close()
        process.wait()
        processes += 1
        with Store() as store:
            there = store._db.execute(
                "SELECT count(*) FROM rows WHERE value BETWEEN ? AND ?", (first + 1.0, first + 1000.0)
            ).fetchone()[0]
        assert there >= int(lines[-1]) if lines else there >= 0
        assert there % part == 0
    with Store() as store:
        assert store._db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        for attempt in range(processes):
            store.add(speeds(part * files, attempt * 1000), Origin("again", str(attempt), "f"))
        assert store.count() == processes * part * files


def test_two_processes_import_ten_thousand_rows_each_at_once(own_store: Path) -> None:
    """Both succeed from the creation of the file on, and every row is there once."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", IMPORT, str(first), "10000", "10000"], stdout=subprocess.PIPE, text=True
        )
        for first in (0, 5000)
    ]
    assert [(process.communicate()[0].strip(), process.returncode) for process in running] == [
        ("10000", 0),
        ("10000", 0),
    ]
    with Store() as store:
        assert store.count() == 15000


def test_a_folder_that_cannot_be_made_is_one_line_with_the_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the folder and ADVISOR_DATA_DIR, and its exit code is that of a bad file."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("ADVISOR_DATA_DIR", str(blocked / "data"))
    with pytest.raises(StoreError, match="ADVISOR_DATA_DIR") as caught:
        Store()
    assert (caught.value.exit_code, "\n" in str(caught.value)) == (ExitCode.BAD_FILE, False)


def test_a_read_only_store_is_one_line_with_the_mend(own_store: Path) -> None:
    """A store that may be read but not written refuses rows, and says why."""
    with Store() as store:
        store.add(speeds(2), Origin("a", "1", "f"))
        store._db.execute("PRAGMA query_only = ON")
        with pytest.raises(StoreError, match="not writable"):
            store.add(speeds(3), Origin("b", "2", "f"))
        assert store.count() == 2


def test_a_full_disk_undoes_the_import_and_says_so() -> None:
    """A limit on the file's pages stands for the disk:
    the error names the mend, and the rows before are intact.
    """
    with Store() as store:
        store.add(speeds(10), Origin("a", "1", "f"))
        pages = store._db.execute("PRAGMA page_count").fetchone()[0]
        store._db.execute(f"PRAGMA max_page_count = {pages + 5}")
        with pytest.raises(StoreError, match="disk is full"):
            store.add(speeds(20000, first=100), Origin("b", "2", "f"))
        assert store.count() == 10


def test_another_file_is_not_taken_for_a_store(own_store: Path) -> None:
    """Neither text nor another program's database is opened or changed."""
    own_store.mkdir()
    path = own_store / "measurements.sqlite3"
    path.write_text("not a database, but long enough to look like one " * 20)
    with pytest.raises(StoreError, match="not a measurement store"):
        Store()
    path.unlink()
    other = sqlite3.connect(path)
    other.execute("PRAGMA application_id = 12345")
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(StoreError, match="another program"):
        Store()


def test_migrations_run_step_by_step_and_newer_files_are_refused() -> None:
    """A file of the version before gets the steps it lacks; one from the future is left alone."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrations.migrate(db)
    steps = (*migrations.STEPS, ("ALTER TABLE rows ADD COLUMN colour TEXT NOT NULL DEFAULT ''",))
    migrations.migrate(db, steps)
    assert "colour" in [row[1] for row in db.execute("PRAGMA table_info(rows)")]
    assert db.execute("PRAGMA user_version").fetchone()[0] == 2
    with pytest.raises(ValueError, match="schema version 2"):
        migrations.migrate(db)


def test_a_migration_that_fails_changes_nothing() -> None:
    """Half a migration is none."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrations.migrate(db)
    steps = (*migrations.STEPS, ("ALTER TABLE rows ADD COLUMN colour TEXT", "THIS IS NO SQL"))
    with pytest.raises(sqlite3.OperationalError):
        migrations.migrate(db, steps)
    assert "colour" not in [row[1] for row in db.execute("PRAGMA table_info(rows)")]
