"""`advisor measurements sources` and `check`."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

FIXTURE = Path(__file__).parents[1] / "measuring" / "fixtures" / "llama_bench.json"
WHERE = ("--hardware", "RTX 4090", "--model", "Llama-3.1-8B", "--scheme", "Q4_K_M")


@pytest.fixture
def stored(advisor: Any, tmp_path: Path) -> Any:
    """A store with the rows of a file whose name is an escape sequence."""
    file = tmp_path / "\x1b[2J.json"
    shutil.copy(FIXTURE, file)
    found = advisor("measurements", "import", str(file), *WHERE)
    assert (found.code, "\x1b" in found.out) == (0, False)
    return advisor


def test_sources_have_their_files_and_rows(stored: Any) -> None:
    """The name of a file steers no terminal; the document holds it as it is."""
    (source,) = stored("measurements", "sources", "--json").document["sources"]
    head, line = stored("measurements", "sources").lines
    assert (source["file_name"], head.split()[:2]) == ("\x1b[2J.json", ["id", "file"])
    assert line.split()[:2] == ["1", "\\x1b[2J.json"]


def test_a_sound_store_has_nothing_wrong(stored: Any) -> None:
    """With the number of its rows."""
    rows = stored("measurements", "list", "--json").document["rows"]
    assert stored("measurements", "check").lines == [f"{len(rows)} rows, nothing wrong"]


def test_a_poisoned_row_is_named_and_taken_out(stored: Any, tmp_path: Path) -> None:
    """Only when it is asked for; the row is kept beside the store."""
    with sqlite3.connect(tmp_path / "data" / "measurements.sqlite3") as db:
        db.execute("UPDATE rows SET value = -1 WHERE id = 1")
    lines = stored("measurements", "check").lines
    assert (lines[0].startswith("row 1: value is -1"), "--mend takes them out" in lines[-1]) == (True, True)
    assert "1 of " in stored("measurements", "check", "--mend").lines[-1]
    assert (tmp_path / "data" / "set-aside.jsonl").is_file()
    assert "nothing wrong" in stored("measurements", "check").out


def test_without_a_store_there_are_no_sources(advisor: Any) -> None:
    """Which is no failure."""
    found = advisor("measurements", "sources")
    assert (found.code, found.out) == (0, "no measurements\n")
