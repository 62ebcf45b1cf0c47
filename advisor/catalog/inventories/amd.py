"""AMD's own listings: `rocm-smi … --json` or `--csv`, `amd-smi static` and `amd-smi list` in every form."""

from __future__ import annotations

import csv
import re
from itertools import pairwise
from typing import Any

from advisor.catalog.gpus import find_gpu
from advisor.catalog.inventories import Source
from advisor.catalog.inventories._cards import INTEGRATED_BYTES, MIB, PARTITIONS, Card
from advisor.catalog.inventories._machine import Facts, profile
from advisor.documents.inventory import InventoryMachine

FORM = "rocm-smi or amd-smi (JSON, CSV, text)"
_UNITS = {"B": 1, "KB": 2**10, "MB": MIB, "GB": 2**30}
"""amd-smi prints binary multiples under decimal names."""
_SILENT = "AMD's tools say nothing of processor and main memory; give --ram, or name them with +"
_NAMELESS = "the listing names no card: give what `amd-smi static` or `rocm-smi --showproductname` prints"
_ROCM_LINE = re.compile(r"^GPU\[(\d{1,3})\]\s*: ([^:\n]+):\s*(.*)$", re.MULTILINE)
_TEXT_GPU = re.compile(r"^GPU: ?\d+\s*$", re.MULTILINE)


def read(source: Source) -> tuple[InventoryMachine, ...] | None:
    """The one machine; graphics that belongs to the processor is left out where there are cards."""
    document = source.document
    rocm = document if isinstance(document, dict) else _rocm_table(source.text)
    if any(re.fullmatch(r"card\d+", key) for key in rocm):
        cards = [_rocm(value) for key, value in rocm.items() if re.fullmatch(r"card\d+", key)]
    else:
        listed = document.get("gpu_data") if isinstance(document, dict) else document
        if document is None:
            listed = _amd_smi_text(source.text) or _amd_smi_table(source.text)
        if not isinstance(listed, list) or not listed:
            return None
        if not all(isinstance(gpu, dict) and "gpu" in gpu for gpu in listed):
            return None
        cards = [_amd_smi(gpu) for gpu in listed]
    notes = [_NAMELESS] if any(card.name == "unnamed AMD GPU" for card in cards) else []
    kept = _without_integrated(cards, notes)
    facts = Facts(cards=kept, notes=notes, os="Linux", unknown={"memory": _SILENT})
    return (InventoryMachine(node=facts.node, hardware=profile(facts, "the tool")),)


def _rocm_table(text: str) -> dict[str, dict[str, str]]:
    """`rocm-smi --csv`: the same keys as columns; without it a line for each key of each card."""
    listed: dict[str, dict[str, str]] = {}
    for index, key, value in _ROCM_LINE.findall(text):
        listed.setdefault(f"card{index}", {})[key.strip()] = value.strip()
    if listed:
        return listed
    start = re.search(r"^device,.*$", text, re.MULTILINE)
    rows = csv.DictReader(text[start.start() :].splitlines()) if start else ()
    return {row["device"]: row for row in rows}


def _amd_smi_table(text: str) -> list[dict[str, Any]]:
    """`amd-smi static --csv`: columns of all groups side by side."""
    start = re.search(r"^gpu,.*\b(?:market_name|device_id)\b.*$", text, re.MULTILINE)
    rows = csv.DictReader(text[start.start() :].splitlines()) if start else ()
    return [
        {"gpu": row["gpu"], "asic": row, "vram": {"size": row.get("size")}, "partition": row} for row in rows
    ]


def _amd_smi_text(text: str) -> list[dict[str, Any]]:
    """`amd-smi static` as it prints for people: groups in capitals, keys indented below."""
    starts = [*(match.end() for match in _TEXT_GPU.finditer(text)), len(text)]
    found: list[dict[str, Any]] = []
    for begin, end in pairwise(starts):
        gpu: dict[str, Any] = {"gpu": len(found)}
        group: dict[str, str] = {}
        for key, value in re.findall(r"^ +([A-Z_]+): ?(.*)$", text[begin:end], re.MULTILINE):
            if value.strip():
                group[key.lower()] = value.strip()
            else:
                group = gpu.setdefault(key.lower(), {})
        found.append(gpu)
    return found


def _rocm(card: dict[str, Any]) -> Card:
    """One card; the keys' case differs by version, and integrated graphics shows its pool as GTT."""
    cell = {str(key).lower(): str(value) for key, value in card.items()}
    ids = (cell.get("card model", ""), cell.get("device id", ""))
    device = next((found for found in ids if found.startswith("0x")), "")
    names = (cell.get("card series"), cell.get("device name"), cell.get("card model"))
    named = [name for name in names if name and name != "N/A" and not name.startswith("0x")]
    total, gtt = _whole(cell.get("vram total memory (b)")), _whole(cell.get("gtt total memory (b)"))
    name = next((name for name in named if find_gpu(name, total)), None) or _unnamed(named, device)
    used = _whole(cell.get("vram total used memory (b)")) or 0
    pci = f"1002:{device[2:].lower()}" if device else None
    if _shares_memory(name, total) and gtt:
        return Card(name=name, memory_bytes=(total or 0) + gtt, vendor="AMD", pci_id=pci)
    free = total - used if total else None
    return Card(name=name, memory_bytes=total, free_bytes=free, vendor="AMD", pci_id=pci)


def _unnamed(named: list[str], device: str) -> str:
    """What the tool calls it, though the catalogue does not; else its id."""
    return named[0] if named else f"AMD GPU {device}" if device else "unnamed AMD GPU"


def _shares_memory(name: str, vram_bytes: int | None) -> bool:
    match = find_gpu(name, vram_bytes)
    return match is not None and match.unified_memory


def _amd_smi(gpu: dict[str, Any]) -> Card:
    """One device: a card, or a part of one where it is partitioned."""
    asic, vram, partition = (_group(gpu, key) for key in ("asic", "vram", "partition"))
    device = str(asic.get("device_id") or "")
    device = device if device.startswith("0x") else ""
    named = [str(asic["market_name"])] if asic.get("market_name") not in (None, "", "N/A") else []
    kind = str(partition.get("accelerator_partition") or partition.get("compute_partition") or "spx").lower()
    return Card(
        name=_unnamed(named, device),
        memory_bytes=_vram_bytes(vram),
        vendor="AMD",
        pci_id=f"1002:{device[2:].lower()}" if device else None,
        parts=PARTITIONS.get(kind, 1),
    )


def _group(gpu: dict[str, Any], key: str) -> dict[str, Any]:
    """A group of values; 'N/A' where the driver says nothing."""
    found = gpu.get(key)
    return found if isinstance(found, dict) else {}


def _vram_bytes(vram: dict[str, Any]) -> int | None:
    """{'value': 196592, 'unit': 'MB'}, '196592 MB', or the number alone in MiB, by version."""
    size = vram.get("size") or vram.get("size_mb") or vram.get("vram_size_mb") or vram.get("vram_size")
    text = f"{size.get('value')} {size.get('unit', 'MB')}" if isinstance(size, dict) else str(size)
    match = re.fullmatch(r"(\d{1,15}) ?([KMG]?B)?", text, re.IGNORECASE)
    return int(match[1]) * _UNITS[(match[2] or "MB").upper()] if match else None


def _without_integrated(cards: list[Card], notes: list[str]) -> list[Card]:
    small = [card for card in cards if (card.memory_bytes or INTEGRATED_BYTES) < INTEGRATED_BYTES]
    if len(small) == len(cards):
        return cards
    if small:
        notes.append(f"{len(small)} integrated GPU with less than 2 GiB of its own is left to the screen")
    return [card for card in cards if card not in small]


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 20 else None
