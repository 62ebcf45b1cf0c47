"""Windows: `Get-CimInstance Win32_VideoController` as JSON, list or table, and what `wmic` prints.

Win32_Processor, Win32_ComputerSystem, Win32_PhysicalMemory and `Get-ComputerInfo` are read beside it.
"""

from __future__ import annotations

import csv
import re
from typing import Any

from advisor.catalog.gpus import find_gpu
from advisor.catalog.inventories import Source
from advisor.catalog.inventories._cards import Card
from advisor.catalog.inventories._machine import Facts, profile
from advisor.documents.inventory import InventoryMachine

FORM = "Win32_VideoController (JSON, list, table)"
_VIRTUAL = (
    *("microsoft basic", "remote display", "citrix", "vmware", "virtual", "parsec", "hyper-v", "aspeed"),
    *("matrox", "displaylink", "idd device", "qxl"),
)
_GRAPHICS = {"adapterram", "videoprocessor", "videomodedescription", "adaptercompatibility"}
"""Properties that only a video controller has."""
_ASKED = {*_GRAPHICS, "csprocessors", "cstotalphysicalmemory"}
_SILENT = "Win32_VideoController says nothing of processor and main memory; give --ram"
_BYTES_A_TRANSFER = 8
"""A module's bus is 64 bits wide (JEDEC)."""
_KINDS = {24: "DDR3", 26: "DDR4", 30: "LPDDR4", 34: "DDR5", 35: "LPDDR5"}
"""SMBIOSMemoryType: https://www.dmtf.org/standards/smbios, table 76."""


def read(source: Source) -> tuple[InventoryMachine, ...] | None:
    """The one machine. AdapterRAM is a 32-bit number that stops at 4 GiB: the catalogue's size is taken."""
    document = _from_text(source.text) if source.document is None else source.document
    found = [{str(key).lower(): value for key, value in part.items()} for part in _objects(document)]
    if not any(_ASKED & set(part) for part in found) and not any(map(_is_controller, found)):
        return None
    facts = Facts(os="Windows", unknown={"memory": _SILENT})
    names = [str(part.get("name") or part.get("caption") or "") for part in found if _is_controller(part)]
    names = [name for name in names if name and not any(word in name.lower() for word in _VIRTUAL)]
    own = [name for name in names if _integrated(name)]
    cards = [name for name in names if name not in own] or own
    facts.cards = [Card(name=name, vendor=_vendor(name)) for name in cards]
    if own and cards != own:
        facts.notes += [f"{name}: the processor's own graphics is left to the screen" for name in own]
    _processors(facts, [part for part in found if "numberofcores" in part])
    _memory(facts, found)
    return (InventoryMachine(node=facts.node, hardware=profile(facts, "Windows")),)


def _is_controller(part: dict[str, Any]) -> bool:
    id_ = str(part.get("pnpdeviceid") or "").upper()
    return bool(_GRAPHICS & set(part)) or (id_.startswith("PCI\\VEN_") and "numberofcores" not in part)


def _objects(document: Any) -> list[dict[str, Any]]:
    """Every object of the document, however deep."""
    if isinstance(document, dict):
        inner = [
            part for value in document.values() if isinstance(value, list | dict) for part in _objects(value)
        ]
        return [document, *inner]
    if isinstance(document, list):
        return [part for value in document for part in _objects(value)]
    return []


def _from_text(text: str) -> list[dict[str, str]]:
    """`Format-List` and `wmic … /format:list`, `wmic … /format:csv`, and the table of `wmic`."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    head = next((line for line in lines if re.search(r"\b(?:AdapterRAM|VideoProcessor)\b", line)), "")
    if not head:
        return []
    if "," in head:
        return list(csv.DictReader(lines[lines.index(head) :]))
    if re.match(r"\w+ *[:=]", head):
        blocks = re.split(r"\n\s*\n", text.strip())
        return [dict(re.findall(r"^(\w+) *[:=] *(.*?) *$", block, re.MULTILINE)) for block in blocks]
    columns = [(match[1], match.start()) for match in re.finditer(r"(\w+)\s*", head)]
    ends: list[int | None] = [*(start for _, start in columns[1:]), None]
    return [
        {name: row[start:end].strip() for (name, start), end in zip(columns, ends, strict=True)}
        for row in lines[lines.index(head) + 1 :]
        if not set(row) <= {"-", " "}
    ]


def _processors(facts: Facts, parts: list[dict[str, Any]]) -> None:
    if not parts:
        return
    facts.cpu_brand = str(parts[0].get("name") or "").strip() or None
    facts.sockets = len(parts)
    facts.physical_cores = sum(_whole(part["numberofcores"]) or 0 for part in parts) or None
    facts.logical_cores = sum(_whole(part.get("numberoflogicalprocessors")) or 0 for part in parts) or None


def _memory(facts: Facts, found: list[dict[str, Any]]) -> None:
    """The system's own total; else the sum of the modules, which also say their rate."""
    totals = [part.get(key) for part in found for key in ("totalphysicalmemory", "cstotalphysicalmemory")]
    modules = [part for part in found if _whole(part.get("capacity")) and "speed" in part]
    whole = next((size for total in totals if (size := _whole(total))), None)
    facts.ram_bytes = whole or sum(_whole(part["capacity"]) or 0 for part in modules) or None
    if facts.ram_bytes:
        facts.unknown.pop("memory", None)
    rates = [_whole(part.get("configuredclockspeed") or part["speed"]) for part in modules]
    kinds = [_whole(part.get("smbiosmemorytype")) for part in modules]
    facts.memory_kind = next((_KINDS[kind] for kind in kinds if kind in _KINDS), None)
    if modules and all(rates) and len(modules) <= 2:
        slowest = min(filter(None, rates)) * 1_000_000
        facts.channels = len(modules)
        facts.bandwidth_bytes_per_s = float(len(modules) * _BYTES_A_TRANSFER * slowest)


def _integrated(name: str) -> bool:
    lower = name.lower()
    if "intel" in lower and ("arc" not in lower or "arc(tm) graphics" in lower):
        return True
    match = find_gpu(name)
    plain = lower.replace("(tm)", "").strip()
    return (match is not None and match.unified_memory) or plain in ("amd radeon graphics", "radeon graphics")


def _vendor(name: str) -> str:
    lower = name.lower()
    words = {
        "NVIDIA": ("nvidia", "geforce", "quadro", "rtx", "tesla"),
        "AMD": ("amd", "radeon"),
        "Intel": ("intel",),
    }
    return next(
        (vendor for vendor, known in words.items() if any(word in lower for word in known)), "unknown"
    )


def _whole(value: Any) -> int | None:
    """A count that may come as a string."""
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 20 else None
