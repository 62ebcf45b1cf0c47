"""Every expected failure: one line that names the cause and the mend, and its exit code."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process returns."""

    OK = 0
    """The question was answered."""
    UNEXPECTED = 1
    """A defect of the advisor; the traceback is in the file that is named."""
    USAGE = 2
    """The command line cannot be understood, an unknown name included."""
    NOTHING_FITS = 3
    """No plan meets the requirements; the document holds the nearest miss."""
    NOT_MEASURED = 4
    """There are not enough measurements to answer."""
    PROBE_FAILED = 5
    """The probe failed and no hardware was given."""
    BAD_FILE = 6
    """An input file cannot be read or is not what it should be."""
    INTERRUPTED = 130
    """Stopped by Ctrl-C."""


class AdvisorError(Exception):
    """An expected failure, printed as one line."""

    exit_code = ExitCode.UNEXPECTED
    code = "error"


class UsageError(AdvisorError, ValueError):
    """The request cannot be understood."""

    exit_code = ExitCode.USAGE
    code = "usage"

    def __init__(self, message: str, *, field: str = "") -> None:
        """*field* is the option at fault without its dashes ('context', 'max-loss'); '' where no
        single one is."""
        self.field = field
        super().__init__(message)


class UnknownNameError(UsageError, LookupError):
    """A name that no catalogue holds; carries the nearest ones."""

    code = "unknown_name"

    def __init__(self, kind: str, name: str, nearest: tuple[str, ...] = (), hint: str = "") -> None:
        self.kind, self.name, self.nearest = kind, name, tuple(nearest)
        message = f"unknown {kind} {name!r}"
        if self.nearest:
            message += "; nearest: " + ", ".join(self.nearest)
        if hint:
            message += f"; {hint}"
        super().__init__(message, field=kind)


class BadFileError(AdvisorError, ValueError):
    """An input file that is truncated, hostile or of another kind."""

    exit_code = ExitCode.BAD_FILE
    code = "bad_file"


class StoreError(AdvisorError, OSError):
    """The user's measurement store cannot be read or written:
    disk full, folder read-only, file of another kind.
    """

    exit_code = ExitCode.BAD_FILE
    code = "store"


class NotMeasuredError(AdvisorError, LookupError):
    """No measurement carries this figure, and none is invented."""

    exit_code = ExitCode.NOT_MEASURED
    code = "not_measured"


class ProbeError(AdvisorError, OSError):
    """This machine could not be read and none was named."""

    exit_code = ExitCode.PROBE_FAILED
    code = "probe_failed"


class Cancelled(Exception):
    """Raised out of a long answer when its caller's `cancelled` says so."""


class UnsupportedError(AdvisorError, ValueError):
    """The engine or the hardware cannot run this; never recommended."""

    exit_code = ExitCode.NOTHING_FITS
    code = "unsupported"


_reported: dict[str, str] = {}
"""Place of a defect -> what was said of it: one file for each, however often it is met."""


def report_crash(error: BaseException, doing: str) -> str:
    """The last resort, one line about a defect met while *doing*; the traceback and the versions go to a file
    that it names.

    Where no file can be written, the line says so and holds the place of the defect.
    """
    import os
    import tempfile
    import traceback

    frames = traceback.extract_tb(error.__traceback__, limit=-1)
    place = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "an unknown place"
    what = f"a defect of the advisor ({type(error).__name__}: {error}"[:200] + ")"
    if place not in _reported:
        try:
            text = _crash_report(error, doing)
            handle, path = tempfile.mkstemp(prefix="advisor-crash-", suffix=".txt")
            with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
            _reported[place] = f"please report it with the file {path}"
        except (OSError, MemoryError, RecursionError):
            return f"{what} at {place}; no report of it could be written"
    return f"{what}; {_reported[place]}"


def _crash_report(error: BaseException, doing: str) -> str:
    import platform
    import sys
    import traceback
    from importlib.metadata import PackageNotFoundError, version

    try:
        release = version("quant-advisor")
    except PackageNotFoundError:  # run from a checkout
        release = "from its source"
    return "\n".join(
        (
            f"quant-advisor {release}, Python {platform.python_version()}, {platform.platform()}",
            f"standard output: {getattr(sys.stdout, 'encoding', None)}",
            f"doing: {doing[:10_000]}",
            "",
            "".join(traceback.format_exception(error, limit=-50)),
        )
    )
