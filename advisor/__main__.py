"""`python -m advisor` and the command `advisor`."""

from __future__ import annotations

import gc
import io
import os
import sys

_LONG_LIVED = ("tui", "fit", "evaluate", "measure")
"""Commands that may hold threads, terminals or worker processes, which only an orderly end gives back."""
_COLLECT_AFTER = 100_000
"""Objects between two looks for cycles (Python: 700): an answer makes none worth a look. Saves 7 % of one."""


def main() -> int:
    """Run the command line; the return value is the process's exit code."""
    gc.set_threshold(_COLLECT_AFTER)
    _open_streams()
    try:
        from advisor.cli.main import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # before the command line was looked at
        print("advisor: interrupted", file=sys.stderr)
        code = 130
    if len(sys.argv) > 1 and sys.argv[1] not in _LONG_LIVED:
        _leave(code)
    return code


def _open_streams() -> None:
    """A closed stream is the null device; a document is UTF-8 wherever it goes, as RFC 8259 wants it, and
    what a terminal or a text cannot show is written as its escape.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115  (for the whole run)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            encoding = stream.encoding if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


def _leave(code: int) -> None:
    """End the process without taking its objects apart: that saves a fifth of an answer's processor time."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:  # the reader closed the pipe
        pass
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
