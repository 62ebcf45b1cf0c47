"""This machine as a measurement names it, and how busy it is."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from advisor.documents.hardware import HardwareProfile
from advisor.prediction.local_evidence import fingerprint

BUSY_SHARE = 0.15
"""Of the usable cores at work for others: beyond it, memory bandwidth and cores are shared for real. A rule
of this project: one busy process on eight cores or more is let pass, on two it is not."""
HOT_C = 95.0
"""Processors slow themselves down at their junction limit, 95 to 105 °C by their data sheets."""


@dataclass(frozen=True, slots=True)
class Busy:
    """What may spoil a measurement now: words for the user, flags for the rows."""

    warnings: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    def and_then(self, other: Busy) -> Busy:
        """Both, each thing once."""
        return Busy(
            tuple(dict.fromkeys(self.warnings + other.warnings)),
            tuple(dict.fromkeys(self.flags + other.flags)),
        )


def host_of(hardware: HardwareProfile) -> tuple[str, str]:
    """(fingerprint, name) of a machine."""
    return fingerprint(hardware), hardware.name


def busy(hardware: HardwareProfile, seconds: float = 0.5) -> Busy:
    """Load of other processes over *seconds*, heat, and other processes on the GPU. Our own work must not
    run meanwhile."""
    warnings: list[str] = []
    flags: list[str] = []
    used = _cores_used(seconds)
    cores = hardware.cpu.usable_cores or os.cpu_count() or 1
    if used is not None and used > BUSY_SHARE * cores:
        warnings.append(
            f"other processes use {used:.1f} of {cores} cores: figures will be too low, are "
            "marked busy and count for little"
        )
        flags.append("busy")
    hot = _hottest()
    if hot is not None and hot >= HOT_C:
        warnings.append(
            f"a sensor reads {hot:.0f} °C: the processor may be slowing itself down; figures are marked hot"
        )
        flags.append("hot")
    others = [note for note in hardware.notes if "process" in note.lower() and "gpu" in note.lower()]
    if others:
        warnings += others
        flags.append("busy")
    return Busy(tuple(warnings), tuple(dict.fromkeys(flags)))


def _cores_used(seconds: float) -> float | None:
    """Cores at work on average over *seconds*, this process left out."""
    import psutil

    try:
        before, own_before = psutil.cpu_times(), time.process_time()
        time.sleep(seconds)
        after, own_after = psutil.cpu_times(), time.process_time()
    except (OSError, RuntimeError):
        return None
    idle = (after.idle - before.idle) + (getattr(after, "iowait", 0.0) - getattr(before, "iowait", 0.0))
    total = sum(after) - sum(before)
    # `guest` is contained in `user`, so the sum counts it twice.
    total -= sum(getattr(after, name, 0.0) - getattr(before, name, 0.0) for name in ("guest", "guest_nice"))
    if total <= 0:
        return None
    cores = psutil.cpu_count() or 1
    return max(0.0, (total - idle) / total * cores - (own_after - own_before) / seconds)


def _hottest() -> float | None:
    """The hottest sensor of the processor in °C, where the system shows one."""
    import psutil

    try:
        found = psutil.sensors_temperatures()
    except (AttributeError, OSError):
        return None
    values = [
        entry.current
        for name, entries in found.items()
        if name in ("coretemp", "k10temp", "cpu_thermal")
        for entry in entries
        if entry.current
    ]
    return max(values, default=None)
