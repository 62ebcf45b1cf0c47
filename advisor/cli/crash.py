"""The last resort: a defect of the advisor is one line too, and what mends it stands in a file."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback


def report_crash(error: BaseException, argv: list[str]) -> str:
    """One line about *error*; the traceback, the command line and the versions go to a file that it names.

    Where no file can be written, the line says so and holds the place of the defect.
    """
    what = f"{type(error).__name__}: {error}"[:200]
    try:
        text = _report(error, argv)
        handle, path = tempfile.mkstemp(prefix="advisor-crash-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except (OSError, MemoryError, RecursionError):
        return f"a defect of the advisor ({what}) at {_place(error)}; no report could be written"
    return f"a defect of the advisor ({what}); please report it with the file {path}"


def _report(error: BaseException, argv: list[str]) -> str:
    from advisor import __version__

    lines = traceback.format_exception(error, limit=-50)
    return "\n".join(
        (
            f"advisor {__version__}, Python {platform.python_version()}, {platform.platform()}",
            f"command line: {argv!r}",
            f"standard output: {getattr(sys.stdout, 'encoding', None)}",
            "",
            "".join(lines),
        )
    )


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__, limit=-1)
    return f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "an unknown place"
