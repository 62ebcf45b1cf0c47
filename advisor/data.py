"""Where the data folders are: inside the package in a wheel, beside it in a checkout."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_PACKAGE = Path(__file__).parent
_NOBODYS = Path("/nonexistent")
"""The home of users without one (Debian Policy 9.2.3): a container's, under a number no file names."""


def folder(name: str) -> Path:
    """The data folder *name* (`profiles` or `measurements`).

    Raises FileNotFoundError when the installation lacks it.
    """
    for candidate in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(
        f"the data folder {name!r} is missing from this installation; reinstall quant-advisor"
    )


def home() -> Path:
    """The user's home; a folder that never exists for a user without one, so that nothing is found there."""
    found = os.path.expanduser("~")
    return _NOBODYS if found == "~" else Path(found)


def user_folder() -> Path:
    """Where the user's own data live: ADVISOR_DATA_DIR, else the platform's custom; it may not exist yet.

    The same folder that platformdirs' `user_data_dir("quant-advisor", appauthor=False)` names; importing it
    would cost more than the look.
    """
    if stated := os.environ.get("ADVISOR_DATA_DIR"):
        return Path(stated)
    if sys.platform == "darwin":
        base = home() / "Library" / "Application Support"
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home() / "AppData" / "Local")
    else:
        base = Path(os.environ.get("XDG_DATA_HOME", "").strip() or home() / ".local" / "share")
    return base / "quant-advisor"


def store_file() -> Path:
    """The user's measurement store; it may not exist."""
    return user_folder() / "measurements.sqlite3"
