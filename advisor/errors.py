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


class UnsupportedError(AdvisorError, ValueError):
    """The engine or the hardware cannot run this; never recommended."""

    exit_code = ExitCode.NOTHING_FITS
    code = "unsupported"
