"""NVIDIA GPUs as nvidia-smi lists them, MIG slices included."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from advisor.probe.system import System, whole

_QUERY = (
    "name,memory.total,memory.free,compute_cap,pci.device_id,pcie.link.gen.max,pcie.link.width.max,"
    "mig.mode.current"
)
_CARD = re.compile(r"GPU \d+: ")
_SLICE = re.compile(r"\s+MIG (\d)[gc]\.(\d{1,4})gb\S*\s+Device\s+\d+: \(UUID: (MIG-[^)]*)\)")
"""'  MIG 3g.40gb     Device  0: (UUID: MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f)' below its card."""


def smi_arguments() -> tuple[str, ...]:
    """What is asked."""
    return f"--query-gpu={_QUERY}", "--format=csv,noheader,nounits"


def smi(system: System, notes: list[str]) -> tuple[list[dict[str, Any]] | None, str]:
    """One row for each GPU or MIG slice; None and the reason where nvidia-smi does not answer."""
    text, reason = system.run("nvidia-smi", *smi_arguments())
    if text is None:
        return None, reason
    cards: list[tuple[dict[str, Any], bool]] = []
    try:
        for cells in csv.reader(io.StringIO(text), skipinitialspace=True):
            if len(cells) >= 8:
                cards.append((_row(cells), cells[7].strip() == "Enabled"))
    except csv.Error as error:
        return None, f"nvidia-smi printed no table: {error}"
    if not cards:
        return None, "nvidia-smi listed no GPU"
    if not any(cut for _, cut in cards):
        return [row for row, _ in cards], ""
    return _cut(system, cards, notes), ""


def _row(cells: list[str]) -> dict[str, Any]:
    name, total, free, capability, pci, generation, width, _ = (cell.strip() for cell in cells[:8])
    return {
        "name": name,
        "uuid": None,
        "total": _mib(total),
        "free": _mib(free),
        "capability": capability if re.fullmatch(r"\d{1,3}\.\d{1,3}", capability, re.ASCII) else None,
        "pci": f"10de:{pci[2:6].lower()}" if re.fullmatch(r"0x[0-9a-fA-F]{8}", pci) else None,
        "pcie": link(generation, width),
        "slices": None,
    }


def _cut(system: System, cards: list[tuple[dict[str, Any], bool]], notes: list[str]) -> list[dict[str, Any]]:
    """The slices of cards in MIG mode instead of the cards: no process can use such a card whole."""
    text, _ = system.run("nvidia-smi", "-L")
    listed = _slices(text or "")
    rows: list[dict[str, Any]] = []
    for index, (row, cut) in enumerate(cards):
        if not cut:
            rows.append(row)
        elif len(listed) != len(cards):
            notes.append(
                f"{row['name']} is in MIG mode and nvidia-smi did not list its slices: the figures are those "
                "of the whole card"
            )
            rows.append(row)
        else:
            if not listed[index]:
                notes.append(f"{row['name']} is in MIG mode without a slice: no process can use it")
            rows += [{**row, **part} for part in listed[index]]
    return rows


def _slices(text: str) -> list[list[dict[str, Any]]]:
    """For each card of `nvidia-smi -L` its slices. Compute and memory as the profile's name states them."""
    found: list[list[dict[str, Any]]] = []
    for line in text.splitlines():
        if _CARD.match(line):
            found.append([])
        elif (part := _SLICE.match(line)) and found:
            found[-1].append(
                {"uuid": part[3], "total": int(part[2]) << 30, "free": None, "slices": int(part[1])}
            )
    return found


def _mib(text: str) -> int | None:
    found = whole(text)
    return None if found is None else found << 20


def link(generation: Any, width: Any) -> str | None:
    """'4.0 x16', or None where either is not known."""
    first, second = whole(str(generation)), whole(str(width))
    return f"{first}.0 x{second}" if first and second else None
