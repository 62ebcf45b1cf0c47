"""How much of the processor others use at the moment."""

from __future__ import annotations

import time

BUSY_SHARE = 0.15
"""Of the usable cores at work for others: beyond it, memory bandwidth and cores are shared for real. A rule
of this project: one busy process on eight cores or more is let pass, on two it is not."""


def cores_used(seconds: float) -> float | None:
    """Cores at work on average over *seconds*, this process left out; None where the system does not tell."""
    try:
        import psutil  # deferred: only measuring needs it

        before, own_before = psutil.cpu_times(), time.process_time()
        time.sleep(seconds)
        after, own_after = psutil.cpu_times(), time.process_time()
    except (ImportError, OSError, RuntimeError):
        return None
    idle = (after.idle - before.idle) + (getattr(after, "iowait", 0.0) - getattr(before, "iowait", 0.0))
    total = sum(after) - sum(before)
    # `guest` is contained in `user`, so the sum counts it twice.
    total -= sum(getattr(after, name, 0.0) - getattr(before, name, 0.0) for name in ("guest", "guest_nice"))
    if total <= 0:
        return None
    cores = psutil.cpu_count() or 1
    used = float((total - idle) / total * cores)
    return max(0.0, used - (own_after - own_before) / seconds)


def load_words(used: float | None, cores: int) -> str | None:
    """'1.7 of 2 cores' when others use more of *cores* than BUSY_SHARE, else None."""
    return f"{used:.1f} of {cores} cores" if used is not None and used > BUSY_SHARE * cores else None
