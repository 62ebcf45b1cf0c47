"""A progress bar with the time left, on standard error, and only on a terminal."""

from __future__ import annotations

import sys
import time

WIDTH = 30


class Progress:
    """Work of known size in whatever unit; the time left assumes the rest goes as fast as what is done."""

    def __init__(self, total: float, shown: bool | None = None) -> None:
        self._total, self._done, self._begin = max(total, 1e-9), 0.0, time.monotonic()
        self._shown = sys.stderr.isatty() if shown is None else shown

    def skip(self, amount: float) -> None:
        """Work that needs not be done: it counts as never having been there."""
        self._total = max(self._total - amount, 1e-9)

    def step(self, amount: float, what: str) -> None:
        """*amount* more is done; *what* comes next."""
        self._done += amount
        if not self._shown:
            return
        share = min(self._done / self._total, 1.0)
        passed = time.monotonic() - self._begin
        left = passed * (1 - share) / share if share > 0 else 0.0
        full = round(WIDTH * share)
        line = f"[{'#' * full}{'.' * (WIDTH - full)}] {duration(left)} left  {what}"
        print(f"\r{line[:78]:<78}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Clear the line."""
        if self._shown:
            print("\r" + " " * 78 + "\r", end="", file=sys.stderr, flush=True)


def duration(seconds: float) -> str:
    """'45 s', '3 min', '1 h 20 min'."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
