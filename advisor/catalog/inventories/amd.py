"""AMD's own listings: `rocm-smi … --json`, `amd-smi static --json` and `amd-smi list --json`."""

from __future__ import annotations

import re
from typing import Any

from advisor.catalog.gpus import find_gpu
from advisor.catalog.inventories import Source
from advisor.catalog.inventories._cards import INTEGRATED_BYTES, MIB, Card
from advisor.catalog.inventories._machine import Facts, profile
from advisor.documents.inventory import InventoryMachine

FORM = "rocm-smi or amd-smi (JSON)"
_UNITS = {"B": 1, "KB": 2**10, "MB": MIB, "GB": 2**30}
"""amd-smi prints binary multiples under decimal names."""
_SILENT = "AMD's tools say nothing of processor and main memory; give --ram, or name them with +"


def read(source: Source) -> tuple[InventoryMachine, ...] | None:
    """The one machine; graphics that belongs to the processor is left out where there are cards."""
    document = source.json
    if isinstance(document, dict) and any(re.fullmatch(r"card\d+", key) for key in document):
        cards = [_rocm(value) for key, value in document.items() if re.fullmatch(r"card\d+", key)]
    else:
        listed = document.get("gpu_data") if isinstance(document, dict) else document
        if (
            not isinstance(listed, list)
            or not listed
            or not all(isinstance(gpu, dict) and "gpu" in gpu for gpu in listed)
        ):
            return None
        cards = [_amd_smi(gpu) for gpu in listed]
    notes: list[str] = []
    kept = _without_integrated(cards, notes)
    facts = Facts(cards=kept, notes=notes, os="Linux", unknown={"memory": _SILENT})
    return (InventoryMachine(node=facts.node, hardware=profile(facts, "the tool")),)


def _rocm(card: dict[str, Any]) -> Card:
    """One card; the keys' case differs by version, and integrated graphics shows its pool as GTT."""
    cell = {key.lower(): str(value) for key, value in card.items()}
    series = cell.get("card series", "N/A")
    device = (
        cell.get("card model", "")
        if cell.get("card model", "").startswith("0x")
        else cell.get("device id", "")
    )
    name = series if series not in ("N/A", "") else cell.get("device name", f"AMD GPU {device}")
    total, gtt = _whole(cell.get("vram total memory (b)")), _whole(cell.get("gtt total memory (b)"))
    used = _whole(cell.get("vram total used memory (b)")) or 0
    pci = f"1002:{device[2:].lower()}" if device.startswith("0x") else None
    if _shares_memory(name, total) and gtt:
        return Card(name=name, memory_bytes=(total or 0) + gtt, vendor="AMD", pci_id=pci)
    free = total - used if total else None
    return Card(name=name, memory_bytes=total, free_bytes=free, vendor="AMD", pci_id=pci)


def _shares_memory(name: str, vram_bytes: int | None) -> bool:
    match = find_gpu(name, vram_bytes)
    return match is not None and match.unified_memory


def _amd_smi(gpu: dict[str, Any]) -> Card:
    asic, size = gpu.get("asic") or {}, ((gpu.get("vram") or {}).get("size") or {})
    device = str(asic.get("device_id") or "")
    value = size.get("value") if isinstance(size, dict) else None
    return Card(
        name=str(asic.get("market_name") or f"AMD GPU {device}"),
        memory_bytes=int(value) * _UNITS[str(size.get("unit", "MB")).upper()] if value else None,
        vendor="AMD",
        pci_id=f"1002:{device[2:].lower()}" if device.startswith("0x") else None,
    )


def _without_integrated(cards: list[Card], notes: list[str]) -> list[Card]:
    small = [card for card in cards if (card.memory_bytes or INTEGRATED_BYTES) < INTEGRATED_BYTES]
    if len(small) == len(cards):
        return cards
    if small:
        notes.append(f"{len(small)} integrated GPU with less than 2 GiB of its own is left to the screen")
    return [card for card in cards if card not in small]


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 20 else None
