"""SQLite's failures in the user's words."""

from __future__ import annotations

import sqlite3
from pathlib import Path


def cause(error: sqlite3.Error, path: Path, doing: str, waited_s: float) -> str:
    """One line: what went wrong with *path* while *doing*, and the mend."""
    text = str(error)
    if "full" in text:
        return (
            f"cannot {doing} {path}: the disk is full; nothing was changed; free some space and run it again"
        )
    if "readonly" in text or "unable to open" in text or "read-only" in text:
        return (
            f"cannot {doing} {path}: the folder or file is not writable; "
            "set ADVISOR_DATA_DIR to a writable folder"
        )
    if "locked" in text or "busy" in text:
        return f"cannot {doing} {path}: another process kept it locked for {waited_s:.0f} s; run it again"
    if (
        "not a database" in text
        or "malformed" in text
        or (isinstance(error, sqlite3.DatabaseError) and "disk image" in text)
    ):
        return f"{path} is not a measurement store ({text}); move it away, or restore it from an export"
    return f"cannot {doing} {path}: {text}; check the disk, or set ADVISOR_DATA_DIR to another folder"
