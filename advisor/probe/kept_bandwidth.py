"""The memory bandwidth measured since boot, on a quiet machine."""

from __future__ import annotations

from advisor.probe.boot_cache import forget, read, write

BUSY_NOTE = "memory bandwidth was measured while the machine was busy"
_KEPT = "read_bandwidth_bytes_per_s"


def kept_bandwidth() -> float | None:
    """Best bytes per second measured since boot; None when none was."""
    rate = read().get(_KEPT)
    return rate if isinstance(rate, float) else None


def keep_bandwidth(rate: float, load: str | None) -> bool:
    """Keep *rate* if none since boot was higher: company only ever slows a reading down. *load*: what others
    used meanwhile, None on a quiet machine; what was measured on a busy one is not kept.

    Returns whether later answers know a bandwidth at least as high.
    """
    best = kept_bandwidth()
    if load is None and (best is None or best < rate):
        write(_KEPT, rate)
    best = kept_bandwidth()
    return best is not None and best >= rate


def forget_bandwidth() -> float | None:
    """Drop the measured bandwidth; returns it, None when there was none."""
    rate = forget(_KEPT)
    return rate if isinstance(rate, float) else None


def busy_note(rate: float, load: str) -> str:
    """What is said of a bandwidth measured on a busy machine."""
    return (
        f"{BUSY_NOTE} ({rate / 1e9:.1f} GB/s, load {load}) and is not used: run it again on a quiet machine"
    )
