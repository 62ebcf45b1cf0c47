"""Windows: `Get-CimInstance Win32_VideoController | ConvertTo-Json`, with Win32_Processor and
Win32_ComputerSystem beside it where they were asked for."""

from __future__ import annotations

from typing import Any

from advisor.catalog.inventories import Source
from advisor.catalog.inventories._cards import Card
from advisor.catalog.inventories._machine import Facts, profile
from advisor.documents.inventory import InventoryMachine

FORM = "Win32_VideoController (JSON)"
_VIRTUAL = ("microsoft basic", "remote display", "citrix", "vmware", "virtual", "parsec", "meta virtual")


def read(source: Source) -> tuple[InventoryMachine, ...] | None:
    """The one machine. AdapterRAM is a 32-bit number that stops at 4 GiB: the catalogue's size is taken."""
    found = _objects(source.json)
    if not any("AdapterRAM" in part for part in found):
        return None
    controllers = [part for part in found if "AdapterRAM" in part and part.get("Name")]
    names = [str(part["Name"]) for part in controllers]
    names = [name for name in names if not any(word in name.lower() for word in _VIRTUAL)]
    own = [name for name in names if _integrated(name)]
    cards = [name for name in names if name not in own] or own
    facts = Facts(
        cards=[Card(name=name, vendor=_vendor(name)) for name in cards],
        os="Windows",
        unknown={"memory": "Win32_VideoController says nothing of processor and main memory; give --ram"},
    )
    if own and cards != own:
        facts.notes += [f"{name}: the processor's own graphics is left to the screen" for name in own]
    for part in found:
        if "NumberOfCores" in part:
            facts.cpu_brand = str(part.get("Name"))
            facts.physical_cores = int(part["NumberOfCores"])
            facts.logical_cores = int(part.get("NumberOfLogicalProcessors") or 0) or None
        if "TotalPhysicalMemory" in part:
            facts.ram_bytes = int(part["TotalPhysicalMemory"])
            facts.unknown.pop("memory", None)
    return (InventoryMachine(node=facts.node, hardware=profile(facts, "Windows")),)


def _objects(document: Any) -> list[dict[str, Any]]:
    """Every object of the document, one list or mapping deep."""
    if isinstance(document, dict):
        inner = [
            part for value in document.values() if isinstance(value, list | dict) for part in _objects(value)
        ]
        return [document, *inner]
    if isinstance(document, list):
        return [part for value in document for part in _objects(value)]
    return []


def _integrated(name: str) -> bool:
    lower = name.lower()
    if "intel" in lower:
        return "arc" not in lower or "arc(tm) graphics" in lower
    return lower.replace("(tm)", "").strip() in ("amd radeon graphics", "radeon graphics")


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
