"""`advisor tradeoffs`."""

from __future__ import annotations

import csv
import io
from typing import Any

ASKED = ("tradeoffs", "--model", "Qwen3-8B", "--hardware", "RTX 4090", "--engine", "llama.cpp")


def test_every_format_has_the_same_rows(advisor: Any) -> None:
    """JSON and CSV; those that meet the need stand in the table and in Markdown."""
    rows = advisor(*ASKED, "--json").document["rows"]
    cells = list(csv.DictReader(io.StringIO(advisor(*ASKED, "--format", "csv").out)))
    assert [row["scheme"] for row in rows] == [row["scheme"] for row in cells]
    text, markdown = (advisor(*ASKED, *words).out for words in ((), ("--format", "markdown")))
    feasible = [row["scheme"] for row in rows if row["feasible"]]
    assert [scheme for scheme in feasible if scheme not in text or scheme not in markdown] == []


def test_rows_that_meet_the_need_may_be_asked_for_alone(advisor: Any) -> None:
    """None of them, exit code 3."""
    found = advisor(*ASKED, "--feasible", "--json", "--max-loss", "1")
    assert (found.code, {row["feasible"] for row in found.document["rows"]}) == (0, {True})
    nothing = advisor(*ASKED, "--feasible", "--json", "--min-speed", "9000")
    assert (nothing.code, nothing.document["rows"]) == (3, [])


def test_a_table_is_of_one_model(advisor: Any) -> None:
    """It must be named."""
    found = advisor("tradeoffs", "--hardware", "RTX 4090")
    assert (found.code, "--model" in found.err) == (2, True)
