"""A worker answers as the machine that asks would: the same code and data, and the asker's measurements."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import advisor
from advisor.data import folder, store_file
from advisor.errors import StoreError, UsageError

_here: list[tempfile.TemporaryDirectory[str]] = []
"""The folder of this worker that holds the asker's measurements; it ends with the process."""


@dataclass(frozen=True, slots=True)
class Asker:
    """What a worker must agree with, and what it is lent."""

    installed: str
    """`installed()` of the asker."""
    store: bytes | None
    """Its store of measurements, None where there is none."""


def asker() -> Asker:
    """This process as the one that asks. Raises StoreError."""
    return Asker(installed(), _store())


@lru_cache(maxsize=1)
def installed() -> str:
    """SHA-256 of the code, the fitted predictors and the catalogues of this installation."""
    found = hashlib.sha256()
    for root in (Path(advisor.__file__).parent, folder("profiles")):
        files = (path for path in root.rglob("*") if path.suffix in (".py", ".json", ".csv"))
        for path in sorted(files):
            if "_data" not in path.relative_to(root).parts:  # a wheel's catalogues, which are the other root
                found.update(f"{path.relative_to(root).as_posix()}\0".encode())
                found.update(path.read_bytes())
    return found.hexdigest()


def _store() -> bytes | None:
    """The store as one file, with what stands in its log. Raises StoreError."""
    path = store_file()
    if not path.is_file():
        return None
    from advisor.measuring.own import open_store

    try:
        source, copy = open_store(path), sqlite3.connect(":memory:")
        source.backup(copy)
        content = copy.serialize()
        source.close()
        copy.close()
    except sqlite3.Error as error:
        raise StoreError(f"cannot read your measurements in {path}: {error}") from None
    return content


def become(asker: Asker) -> None:
    """From now on this process answers with the asker's measurements, and with no others.

    Raises UsageError where another version of the advisor is installed.
    """
    if asker.installed != installed():
        raise UsageError(
            f"node {os.uname().nodename} has another quant-advisor ({advisor.__version__}, or other data): "
            "install the same on every node",
            field="ray",
        )
    _lend(asker.store)


@lru_cache(maxsize=1)
def _lend(store: bytes | None) -> None:
    _here[:] = [tempfile.TemporaryDirectory(prefix="advisor-store-")]
    os.environ["ADVISOR_DATA_DIR"] = _here[0].name
    if store is not None:
        store_file().write_bytes(store)
