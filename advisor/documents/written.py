"""The one way a file for people is written: whole or not at all, also when the program is killed."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from advisor.documents.files import expanded
from advisor.errors import UsageError


def write_whole(path: str | Path, content: bytes) -> None:
    """Write the regular file *path*; UsageError when it cannot be, and what stood there stays as it was."""
    target = expanded(path)
    try:
        if target.exists() and not target.is_file():
            raise UsageError(f"{path} is no regular file; choose another with -o", field="out")
        replace_file(target, content)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        if isinstance(error, UsageError):
            raise
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"cannot write {path}: {why}; choose another with -o", field="out") from None


def replace_file(target: Path, content: bytes, *, executable: bool = False) -> None:
    """Put *content* in the place of *target*. Raises OSError and ValueError; *target* is then as it was.

    A program that is killed leaves a hidden part with a name of its own, which is in nobody's way: process
    numbers repeat in containers.
    """
    part = target.with_name(f".{target.name}.{os.urandom(6).hex()}.part")
    try:
        with open(part, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if executable:
            part.chmod(0o755)
        os.replace(part, target)
    except BaseException:
        with suppress(OSError, ValueError):
            part.unlink(missing_ok=True)
        raise
