"""The one way a file from outside is read: regular files only, and no more bytes than allowed."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import TextIO

from advisor.errors import BadFileError

MOST_TEXT_BYTES = 64 * 2**20
"""A list of 10,000 Kubernetes nodes is 40 MB; nothing that a person hands over as text is larger."""
MOST_LINE = 8 * 2**20
"""Characters of a line: a case that lists every tensor of a large model has two million."""


def expanded(path: str | Path) -> Path:
    """*path* with `~` and `~name` as the folders they mean; as it stands where that is nobody's."""
    try:
        return Path(os.path.expanduser(path))
    except ValueError:  # a NUL in a user's name
        return Path(path)


def is_there(path: str | Path) -> bool:
    """Whether anything stands at *path*; not where the name is too long or the way there may not be seen."""
    try:
        return expanded(path).exists()
    except (OSError, ValueError):
        return False


def is_folder(path: str | Path) -> bool:
    """Whether a folder stands at *path*, as `is_there`."""
    return is_there(path) and expanded(path).is_dir()


def open_regular(path: str | Path) -> BufferedReader:
    """The file *path*, open for reading; BadFileError when it is absent, may not be read, or is no regular
    file: a pipe or a device could keep its reader for ever."""
    try:
        # Without O_NONBLOCK opening a pipe would wait for its writer.
        handle = os.open(
            expanded(path), os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        )
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise BadFileError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise BadFileError(f"{path} is no regular file; give a file")
    return open(handle, "rb")


def read_bytes(path: str | Path, most_bytes: int = MOST_TEXT_BYTES) -> bytes:
    """The whole file *path*; BadFileError when it is absent, no regular file, or larger than *most_bytes*.

    The size is counted while reading: a growing file says nothing true beforehand.
    """
    with open_regular(path) as file:
        try:
            content = file.read(most_bytes + 1)
        except OSError as error:
            raise BadFileError(f"cannot read {path}: {error.strerror or error}") from None
    if len(content) > most_bytes:
        raise BadFileError(f"{path} is larger than {most_bytes // 2**20} MiB, which no such file is")
    return content


def lines_of(stream: TextIO) -> Iterator[str]:
    """The lines of *stream*, each at most MOST_LINE characters and one more, by which a longer one is told;
    the rest of a longer line is dropped, however long it is."""
    while line := stream.readline(MOST_LINE + 1):
        yield line
        while len(line) > MOST_LINE and not line.endswith("\n"):
            line = stream.readline(MOST_LINE + 1)


def read_text(path: str | Path, most_bytes: int = MOST_TEXT_BYTES) -> str:
    """The same as text: see `decoded`. Raises BadFileError."""
    return decoded(read_bytes(path, most_bytes), path, most_bytes)


def read_standard_input(most_bytes: int = MOST_TEXT_BYTES) -> str:
    """Standard input as text: see `decoded`. Raises BadFileError."""
    what = "standard input"
    if not hasattr(sys.stdin, "buffer"):  # a program that calls the command line gives text
        return sys.stdin.read() if sys.stdin else ""
    content = sys.stdin.buffer.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise BadFileError(f"{what} is larger than {most_bytes // 2**20} MiB, which no such file is")
    return decoded(content, what, most_bytes)


def decoded(content: bytes, what: str | Path, most_bytes: int = MOST_TEXT_BYTES) -> str:
    """UTF-8, or UTF-16 as Windows' shell writes it with a mark or without, either of them compressed by gzip.

    Raises BadFileError.
    """
    if content[:2] == b"\x1f\x8b":
        content = _unpacked(content, what, most_bytes)
    encoding = "utf-8-sig"
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif b"\0" in content[:4] and len(content) > 1:
        encoding = "utf-16-le" if content[1] == 0 else "utf-16-be"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise BadFileError(f"{what} is not UTF-8 text") from None


def _unpacked(content: bytes, what: str | Path, most_bytes: int) -> bytes:
    """What gzip packed, as far as it stays below the limit: a megabyte of zeros is a kilobyte packed."""
    import zlib

    unpacking = zlib.decompressobj(wbits=31)  # 31: with the header of gzip
    try:
        found = unpacking.decompress(content, most_bytes + 1)
    except zlib.error:
        raise BadFileError(f"{what} is damaged: gzip cannot unpack it") from None
    if len(found) > most_bytes:
        raise BadFileError(f"{what} is larger than {most_bytes // 2**20} MiB, which no such file is")
    if not unpacking.eof:
        raise BadFileError(f"{what} is damaged: its end is missing")
    return found
