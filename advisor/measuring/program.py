"""Running another program to its end: both its outputs are read as they come, and its silence has a limit."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO

from advisor.errors import UsageError

SILENCE_S = 3600.0
"""How long a program may print nothing: an hour reads 512 tokens at 0.14 tokens/s, slower than any machine
worth measuring; a program that says less hangs."""
MOST_PRINTED = 64 * 2**20
"""Characters kept; a benchmark prints thousands."""
_LINE = 2**16

_Said = tuple[bool, str | None]
"""Whether it was said on standard output, and a line; None at the end."""


def run_program(
    command: Sequence[str],
    on_line: Callable[[str], None] | None = None,
    silence_s: float = SILENCE_S,
) -> str:
    """All that *command* prints, standard output and error as they came; *on_line* hears each line of
    standard output at once.

    Raises UsageError of one line when it cannot be started, prints nothing for *silence_s* seconds, prints
    without end, or fails; whatever ends this early ends the program too.
    """
    name = Path(command[0]).name
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise UsageError(f"{name} cannot be started: {error.strerror or error}") from None
    with process:
        try:
            said = _heard(process, name, on_line, silence_s)
            code = process.wait(silence_s)
        except subprocess.TimeoutExpired:
            _end(process)
            raise UsageError(f"{name} closed its outputs and did not end; it was ended") from None
        except BaseException:
            _end(process)
            raise
    if code:
        raise UsageError(f"{name} failed: {said.last_words[:300]}")
    return "".join(said.lines)


@dataclass
class _Printed:
    lines: list[str] = field(default_factory=list)
    last_words: str = "it printed nothing"
    """The last line of standard error, of standard output where that has none."""


def _heard(
    process: subprocess.Popen[str], name: str, on_line: Callable[[str], None] | None, silence_s: float
) -> _Printed:
    lines: SimpleQueue[_Said] = SimpleQueue()
    for out, stream in ((True, process.stdout), (False, process.stderr)):
        Thread(target=_read, args=(stream, out, lines), daemon=True).start()
    said, complained = _Printed(), False
    open_streams, printed = 2, 0
    while open_streams:
        try:
            out, line = lines.get(timeout=silence_s)
        except Empty:
            raise UsageError(
                f"{name} printed nothing for {silence_s:g} s and was ended; run it by hand to see what it "
                "waits for"
            ) from None
        if line is None:
            open_streams -= 1
            continue
        printed += len(line)
        if printed > MOST_PRINTED:
            raise UsageError(f"{name} prints without end and was ended; is it the program of that name?")
        said.lines.append(line)
        if line.strip() and not (out and complained):
            said.last_words, complained = line.strip(), not out
        if out and on_line:
            on_line(line)
    return said


def _read(stream: IO[str], out: bool, lines: SimpleQueue[_Said]) -> None:
    with contextlib.suppress(ValueError):  # closed while it was read: the program was ended
        while line := stream.readline(_LINE):
            lines.put((out, line))
    lines.put((out, None))


def _end(process: subprocess.Popen[str]) -> None:
    """The program and what it started."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
