"""This machine as a measurement names it, and how busy it is."""

from __future__ import annotations

import os
from dataclasses import dataclass

from advisor.documents.hardware import HardwareProfile
from advisor.measuring.fingerprint import fingerprint
from advisor.probe.load import cores_used, load_words

HOT_C = 95.0
"""Processors slow themselves down at their junction limit, 95 to 105 °C by their data sheets."""


@dataclass(frozen=True, slots=True)
class Busy:
    """What may spoil a measurement now: words for the user, flags for the rows."""

    warnings: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    load: str | None = None
    """'1.7 of 2 cores' used by others; None on a quiet machine."""

    def and_then(self, other: Busy) -> Busy:
        """Both, each thing once."""
        return Busy(
            tuple(dict.fromkeys(self.warnings + other.warnings)),
            tuple(dict.fromkeys(self.flags + other.flags)),
            self.load or other.load,
        )


def host_of(hardware: HardwareProfile) -> tuple[str, str]:
    """(fingerprint, name) of a machine."""
    return fingerprint(hardware), hardware.name


def busy(hardware: HardwareProfile, seconds: float = 0.5) -> Busy:
    """Load of other processes over *seconds*, heat, and other processes on the GPU. Our own work must not
    run meanwhile."""
    warnings: list[str] = []
    flags: list[str] = []
    load = load_words(cores_used(seconds), hardware.cpu.usable_cores or os.cpu_count() or 1)
    if load:
        warnings.append(
            f"other processes use {load}: figures will be too low, are marked busy and count for little"
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
    return Busy(tuple(warnings), tuple(dict.fromkeys(flags)), load)


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
