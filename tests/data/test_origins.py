"""Every data file has an origin that validates, and every table keeps its schema."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import asdict
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from advisor.data import folder
from advisor.documents.flags import FLAGS
from advisor.documents.measurement import KINDS, problems
from advisor.documents.origin import Origin, digest, read_origin, sidecar

OPEN = re.compile(r"(MIT|Apache-2\.0|BSD|CC[- ]BY[- ]4|CC0|GPL)")
DATA = sorted(
    path
    for name in ("profiles", "measurements")
    for path in folder(name).rglob("*")
    if path.is_file() and not path.name.endswith(".origin.toml")
)
TABLES = sorted(folder("measurements").glob("*/*.csv"))


def _rows(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_every_data_file_has_an_origin_that_validates() -> None:
    """A figure without an origin is not in the project: its sidecar has the fields of Origin."""
    adapter = TypeAdapter(Origin)
    for path in DATA:
        origin = read_origin(path)
        adapter.validate_json(json.dumps(asdict(origin)), strict=True)
        assert all((origin.title, origin.producer, origin.licence, origin.derivation)), path.name
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", origin.date_accessed), path.name
        assert re.fullmatch(r"(https?://\S+)?", origin.url), path.name


def test_every_digest_is_that_of_the_file() -> None:
    """Nobody edited a table by hand: the SHA-256 in the origin is the file's."""
    assert {path.name: digest(path) for path in DATA} == {
        path.name: read_origin(path).sha256 for path in DATA
    }


def test_every_origin_belongs_to_a_file() -> None:
    """No sidecar is left behind by a file that went."""
    known = {sidecar(path) for path in DATA}
    found = {path for name in ("profiles", "measurements") for path in folder(name).rglob("*.origin.toml")}
    assert found - known == set()


def test_rows_of_an_origin_are_those_of_the_table() -> None:
    """The row count in the origin is the table's."""
    stated = {path: read_origin(path).rows for path in DATA if path.suffix == ".csv"}
    counted = {path.name: (rows, len(_rows(path)) - 1) for path, rows in stated.items() if rows is not None}
    assert len(counted) > 10
    assert {} == {name: rows for name, rows in counted.items() if rows[0] != rows[1]}


@pytest.mark.parametrize("kind", KINDS)
def test_every_table_keeps_its_schema(kind: str) -> None:
    """Columns, words, ranges and flags of every measurement table are those of the schema."""
    tables = [path for path in TABLES if path.parent.name == kind]
    assert tables
    for path in tables:
        header, *rows = _rows(path)
        assert problems(kind, header, rows, read_origin(path).is_reduced) == [], path.name


def test_no_table_lies_outside_the_known_kinds() -> None:
    """measurements/ holds only the kinds that have a schema."""
    assert {path.parent.name for path in TABLES} == set(KINDS)


def test_sources_without_an_open_licence_are_reduced() -> None:
    """As they are: only sources that state an open licence; all others are medians with their number."""
    closed = [path for path in TABLES if not OPEN.match(read_origin(path).licence)]
    assert closed
    assert [] == [path.name for path in closed if not read_origin(path).is_reduced]
    assert [] == [path.name for path in closed if "n" not in _rows(path)[0]]


def test_reduced_tables_carry_no_sentences() -> None:
    """No cell of a reduced table is prose: at most a few words, the name of a thing."""
    for path in TABLES:
        if not read_origin(path).is_reduced:
            continue
        header, *rows = _rows(path)
        free = [i for i, name in enumerate(header) if name not in ("url", "flags", "method", "hardware")]
        longest = max(
            (cell for row in rows for cell in (row[i] for i in free)), key=lambda cell: cell.count(" ")
        )
        assert longest.count(" ") <= 5, (path.name, longest)


def test_every_flag_is_used() -> None:
    """The vocabulary holds no word that no table uses."""
    used: set[str] = set()
    for path in TABLES:
        header, *rows = _rows(path)
        if "flags" in header:
            column = header.index("flags")
            used |= {flag for row in rows for flag in row[column].split(";") if flag}
    assert set(FLAGS) - used == set()
