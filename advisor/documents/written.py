"""The one way a file for people is written: whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from advisor.errors import UsageError


def write_whole(path: str | Path, content: bytes) -> None:
    """Write the regular file *path*; UsageError when it cannot be, and what stood there stays as it was."""
    target = Path(path).expanduser()
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if target.exists() and not target.is_file():
            raise UsageError(f"{path} is no regular file; choose another with -o", field="out")
        with open(part, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        if isinstance(error, UsageError):
            raise
        with suppress(OSError, ValueError):
            part.unlink(missing_ok=True)
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"cannot write {path}: {why}; choose another with -o", field="out") from None
