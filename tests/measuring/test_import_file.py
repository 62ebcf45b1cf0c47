"""A file is taken in whole, or refused in one line and not at all."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from advisor.errors import BadFileError
from advisor.measuring.complete import Completer
from advisor.measuring.import_file import TakenIn, read_file, take_in
from advisor.measuring.importers.llama_cpp.bench import TITLE
from advisor.measuring.store import Store

BENCH = Path(__file__).parent / "fixtures" / "llama_bench.json"


def completer() -> Completer:
    """Rows of a machine that a catalogue names."""
    return Completer(hardware="RTX 4090")


def test_rows_come_with_the_file_they_are_of() -> None:
    """Name, checksum and format of the file stand with its rows."""
    rows, origin = read_file(BENCH, completer())
    assert ("llama_bench.json", hashlib.sha256(BENCH.read_bytes()).hexdigest(), TITLE) == (
        origin.file_name,
        origin.file_sha256,
        origin.format,
    )
    assert {("Llama-3.1-8B", "Q4_K_M")} == {(row.model, row.scheme) for row in rows}


def test_the_same_file_again_adds_nothing() -> None:
    """The second import knows every row."""
    with Store() as store:
        first, second = (take_in(store, BENCH, completer()) for _ in range(2))
    n = len(read_file(BENCH, completer())[0])
    assert (
        TakenIn(str(BENCH), TITLE, n, 0),
        TakenIn(str(BENCH), TITLE, 0, n),
    ) == (first, second)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_shell_s_text_is_read(tmp_path: Path, encoding: str) -> None:
    """PowerShell writes UTF-16 and marks UTF-8; the rows are the same."""
    copy = tmp_path / "bench.json"
    copy.write_text(BENCH.read_text(encoding="utf-8"), encoding=encoding)
    assert read_file(BENCH, completer())[0] == read_file(copy, completer())[0]


def one_row(**changes: object) -> str:
    """llama-bench's JSON with one run, changed."""
    return json.dumps([json.loads(BENCH.read_text(encoding="utf-8"))[0] | changes])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x00\xff\xfe\x80", "is not text"),
        (one_row(avg_ts=[1]).encode(), "without a single figure"),
        (b"hello", "no known benchmark output"),
    ],
)
def test_what_cannot_be_read_is_one_line_with_the_file(tmp_path: Path, content: bytes, words: str) -> None:
    """Binary, damaged and foreign files leave the store empty."""
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with Store() as store:
        with pytest.raises(BadFileError, match=words) as caught:
            take_in(store, path, completer())
        assert [] == list(store.rows())
    assert (True, False) == (str(path) in str(caught.value), "\n" in str(caught.value))
