"""`advisor measurements`: what is kept of benchmarks, from import to removal."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

FIXTURES = Path(__file__).parents[1] / "measuring" / "fixtures"
WHERE = ("--hardware", "RTX 4090", "--model", "Llama-3.1-8B", "--scheme", "Q4_K_M")


@pytest.fixture
def stored(advisor: Any) -> Any:
    """A store with the rows of one llama-bench run."""
    found = advisor("measurements", "import", str(FIXTURES / "llama_bench.json"), *WHERE, "--json")
    assert found.code == 0, found.err
    return advisor


def test_a_file_is_kept_once(advisor: Any) -> None:
    """The second import knows its rows."""
    file = str(FIXTURES / "llama_bench.json")
    first, second = (advisor("measurements", "import", file, *WHERE, "--json").document for _ in range(2))
    (one,), (other,) = first["files"], second["files"]
    assert (one["added"] > 0, other["added"], other["known"]) == (True, 0, one["added"])


def test_rows_are_listed_shown_and_exported(stored: Any) -> None:
    """A number leads to one; the export holds them all."""
    rows = stored("measurements", "list", "--json").document["rows"]
    assert stored("measurements", "list").lines[0].split()[:3] == ["id", "kind", "model"]
    shown = stored("measurements", "show", str(rows[0]["id"])).lines
    assert (shown[0], "  scheme: Q4_K_M" in shown) == (f"row {rows[0]['id']}", True)
    exported = list(csv.DictReader(io.StringIO(stored("measurements", "export", "-").out)))
    assert len(exported) == len(rows)
    assert len(stored("measurements", "list", "--limit", "1", "--json").document["rows"]) == 1


def test_rows_are_removed_by_what_they_are(stored: Any) -> None:
    """A phase, then all of them."""
    rows = stored("measurements", "list", "--json").document["rows"]
    decode = [row for row in rows if row["phase"] == "decode"]
    assert stored("measurements", "remove", "--phase", "decode").out == f"{len(decode)} rows removed\n"
    left = stored("measurements", "remove", "--all", "--json").document["removed"]
    assert (left, stored("measurements", "list").out) == (len(rows) - len(decode), "no measurements\n")


def test_nothing_is_made_to_look_at_nothing(advisor: Any, tmp_path: Path) -> None:
    """No store, no file."""
    assert advisor("measurements", "list", "--json").document["rows"] == []
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("import",), 2, "which files? advisor measurements import FILE"),
        (("import", "/nowhere.json"), 6, "/nowhere.json"),
        (("list", "foo"), 2, "list takes no names; filter with --model"),
        (("list", "--limit", "0"), 2, "--limit 0: give a whole number above zero"),
        (("show",), 2, "which row? give its id"),
        (("show", "x"), 2, "'x' is no row id"),
        (("show", "7"), 2, "there is no row 7"),
        (("remove",), 2, "which measurements? give ids, --source N, a filter, or --all"),
        (("list", "--source", "-1"), 2, "there is no source -1"),
        (("export", "/nowhere/x.csv"), 6, "cannot write /nowhere/x.csv"),
    ],
)
def test_what_makes_no_sense_is_one_line(stored: Any, words: Any, code: int, said: str) -> None:
    """Cause and mend."""
    found = stored("measurements", *words)
    assert (found.code, found.out, len(found.err.splitlines())) == (code, "", 1)
    assert said in found.err
