"""A file of some benchmark's output -> rows in the store."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

from advisor.documents.files import read_bytes
from advisor.errors import AdvisorError, BadFileError
from advisor.measuring.complete import Completer
from advisor.measuring.importers import importer_of
from advisor.measuring.rows import Row
from advisor.measuring.store import Origin, Store

MOST_BYTES = 256 * 2**20
"""An export of 500,000 rows; a reader holds some ten times as much in memory."""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What an import of one file did."""

    file: str
    format: str
    added: int
    known: int


def read_file(path: Path, completer: Completer) -> tuple[list[Row], Origin]:
    """The file's rows with catalogue names. Raises BadFileError, UsageError, UnknownNameError."""
    data = read_bytes(path, MOST_BYTES)
    text = _text(data, path)
    try:
        reader = importer_of(text, str(path))
    except csv.Error:  # a lone carriage return, or a cell of more than 128 kB
        raise BadFileError(
            f"{path} is no table that can be read: a cell or the end of a line is damaged; export it again"
        ) from None
    try:
        rows = [completer.complete(row) for row in reader.read(text)]
    except BadFileError as error:
        raise error if str(path) in str(error) else BadFileError(f"{path}: {error}") from None
    except AdvisorError:
        raise
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        RecursionError,
        OverflowError,
        csv.Error,
    ) as error:
        raise BadFileError(
            f"{path}: {reader.TITLE} output that cannot be read ({_said(error)}); is it complete?"
        ) from None
    if not rows:
        raise BadFileError(f"{path}: {reader.TITLE} output without a single figure; was the run interrupted?")
    return rows, Origin(path.name, hashlib.sha256(data).hexdigest(), reader.TITLE)


def _said(error: Exception) -> str:
    """What is wrong with the text, not with the program that reads it."""
    if isinstance(error, KeyError):
        return f"{error} is missing"
    if isinstance(error, (ValueError, csv.Error)):
        return str(error)
    return "a part of it is of another kind than it should be"


def take_in(store: Store, path: Path, completer: Completer) -> TakenIn:
    """Import one file, whole or not at all."""
    rows, origin = read_file(path, completer)
    added = store.add(rows, origin)
    return TakenIn(str(path), origin.format, added.added, added.known)


def _text(data: bytes, path: Path) -> str:
    """PowerShell's `>` writes UTF-16; everything else is UTF-8."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise BadFileError(f"{path} is not text; give the output of a benchmark") from None
