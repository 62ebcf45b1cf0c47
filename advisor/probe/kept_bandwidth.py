"""The memory bandwidth measured since boot, and whether the machine was quiet."""

from __future__ import annotations

from advisor.probe.boot_cache import forget, read, write

BUSY_NOTE = "memory bandwidth was measured while the machine was busy"
_KEPT, _KEPT_LOAD = "read_bandwidth_bytes_per_s", "read_bandwidth_load"


def kept_bandwidth() -> tuple[float | None, str | None]:
    """(best bytes per second measured since boot, what others used of the cores if it was never quiet)."""
    facts = read()
    return facts.get(_KEPT), facts.get(_KEPT_LOAD)


def keep_bandwidth(rate: float, load: str | None) -> tuple[float, str | None]:
    """Keep *rate* if none since boot was higher: company only ever slows a reading down. *load*: what others
    used meanwhile, None on a quiet machine, and one quiet measurement is enough to trust the figure.

    Returns what later answers use, as `kept_bandwidth`.
    """
    best, load_before = kept_bandwidth()
    if best is not None:
        load = load and load_before and (load if rate > best else load_before)
    best = max(rate, best or 0.0)
    write(_KEPT, best)
    if load:
        write(_KEPT_LOAD, load)
    else:
        forget(_KEPT_LOAD)
    return best, load


def forget_bandwidth() -> float | None:
    """Drop the measured bandwidth; returns it, None when there was none."""
    forget(_KEPT_LOAD)
    return forget(_KEPT)


def busy_note(load: str) -> str:
    """What is said beside answers that use a bandwidth measured on a busy machine."""
    return f"{BUSY_NOTE} (load {load}): run it again on a quiet machine"
