"""Only regular files are read, within a limit that is counted while reading."""

from __future__ import annotations

import gzip
import io
import os
from pathlib import Path

import pytest

from advisor.documents.files import (
    MOST_LINE,
    expanded,
    is_folder,
    is_there,
    lines_of,
    open_regular,
    read_bytes,
    read_standard_input,
    read_text,
)
from advisor.errors import BadFileError


@pytest.mark.parametrize(
    "path", ["/dev/zero", "/dev/null", "/", "/nowhere/x", "a\0b", "~nobody-at-all/x", ""]
)
def test_what_is_no_regular_file(path: str) -> None:
    """Devices, folders, absent files and impossible paths are refused by name."""
    with pytest.raises(BadFileError):
        open_regular(path)


@pytest.mark.parametrize("path", ["/nowhere/x", "a/" + 300 * "9", "a\0b", "/dev/null/x"])
def test_nothing_is_at_an_impossible_path(path: str) -> None:
    """Names too long for any folder and paths through a file are no defect: nothing is there."""
    assert (False, False) == (is_there(path), is_folder(path))


def test_what_is_there(tmp_path: Path) -> None:
    """A file is there and no folder; a folder is both."""
    (tmp_path / "file").touch()
    found = [(is_there(path), is_folder(path)) for path in (tmp_path, tmp_path / "file")]
    assert found == [(True, True), (True, False)]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """A pipe without a writer is refused at once."""
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(BadFileError, match="no regular file"):
        read_bytes(tmp_path / "pipe.json")


def test_size_is_counted(tmp_path: Path) -> None:
    """A file of one byte more than allowed is refused, one of the limit is read."""
    (tmp_path / "x").write_bytes(b"12345")
    assert b"12345" == read_bytes(tmp_path / "x", 5)
    with pytest.raises(BadFileError, match="larger"):
        read_bytes(tmp_path / "x", 4)


@pytest.mark.parametrize("content", [b"\xff", b"\xff\xfea", b"\xff\xfe\x00\xd8"])
def test_what_is_no_text(tmp_path: Path, content: bytes) -> None:
    """Bytes that are no UTF-8, and half a UTF-16 character."""
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(BadFileError, match="not UTF-8"):
        read_text(tmp_path / "x")


def test_a_line_has_a_limit() -> None:
    """Of a longer line one character more than the limit is kept, and the next line is whole."""
    stream = io.StringIO("a\n" + "b" * (3 * MOST_LINE) + "\nc\n")
    assert [2, MOST_LINE + 1, 2] == [len(line) for line in lines_of(stream)]


@pytest.mark.parametrize("path", ["~nobody-of-this-name/x.gguf", "~a\0b", "x~y", ""])
def test_a_home_of_nobody_is_a_plain_name(path: str) -> None:
    """Nothing is there, which is said as of any other file."""
    assert Path(path) == expanded(path)


def test_a_tilde_is_the_users_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a shell would read it."""
    monkeypatch.setenv("HOME", "/home/me")
    assert Path("/home/me/models/x.gguf") == expanded("~/models/x.gguf")


TEXT = "NodeName=a Gres=gpu:l4:1\r\n"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        gzip.compress(TEXT.encode()),
        gzip.compress(TEXT.encode("utf-16")),
    ],
)
def test_encodings(content: bytes, tmp_path: Path) -> None:
    """UTF-8 and UTF-16, with a mark and without, packed or not, are one text."""
    (tmp_path / "x").write_bytes(content)
    assert TEXT == read_text(tmp_path / "x")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (gzip.compress(b"a" * 1000)[:-9], "its end is missing"),
        (b"\x1f\x8b nothing", "gzip cannot unpack it"),
        (gzip.compress(bytes(5000)), "is larger than"),
    ],
)
def test_packed_files_that_are_damaged(content: bytes, said: str, tmp_path: Path) -> None:
    """Half a file, no gzip at all, and a small file that becomes large."""
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(BadFileError, match=said):
        read_text(tmp_path / "x", 4000)


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is piped in is read as a file is."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(TEXT.encode("utf-16")))))
    assert TEXT == read_standard_input()
