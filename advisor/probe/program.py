"""Another program's answer, with a limit on its time and on what it may print."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence
from threading import Thread
from typing import IO

_CHUNK = 2**16


def run_briefly(command: Sequence[str], timeout_s: float, most_bytes: int) -> tuple[str | None, str]:
    """Standard output, or None and the reason; the program and what it started are ended when they take
    longer than *timeout_s* seconds or print more than *most_bytes*."""
    name = command[0]
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return None, f"{name} could not be run: {getattr(error, 'strerror', None) or error}"
    printed, complained = bytearray(), bytearray()
    with process:
        readers = [
            Thread(target=_read, args=(process, stream, kept, most_bytes), daemon=True)
            for stream, kept in ((process.stdout, printed), (process.stderr, complained))
        ]
        for reader in readers:
            reader.start()
        code: int | None = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = process.wait(timeout_s)
        # What a program leaves behind may hold its outputs open: it is given the time of a scheduler's turn.
        for reader in readers:
            reader.join(0.1)
        if code is None or any(reader.is_alive() for reader in readers):
            _end(process)
        for reader in readers:
            reader.join()
    if code is None:
        return None, f"{name} did not answer within {timeout_s:g} s"
    if max(len(printed), len(complained)) > most_bytes:
        return None, f"{name} prints without end"
    if code != 0:
        first = bytes(complained or printed).decode("utf-8", "replace").strip().splitlines()
        return None, f"{name} failed: {first[0][:300] if first else f'exit code {code}'}"
    return printed.decode("utf-8", "replace"), ""


def _read(process: subprocess.Popen[bytes], stream: IO[bytes], kept: bytearray, most_bytes: int) -> None:
    with contextlib.suppress(OSError, ValueError):  # closed while it was read
        while chunk := stream.read(_CHUNK):
            kept += chunk
            if len(kept) > most_bytes:
                _end(process)
                return


def _end(process: subprocess.Popen[bytes]) -> None:
    """The program and what it started."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
