"""A Mac as `system_profiler SPHardwareDataType SPDisplaysDataType` describes it: JSON, XML or text."""

from __future__ import annotations

import plistlib
import re
from typing import Any
from xml.parsers.expat import ExpatError

from advisor.catalog.gpus import find_gpu
from advisor.catalog.inventories import Source
from advisor.catalog.inventories._cards import GIB, MIB, Card
from advisor.catalog.inventories._machine import Facts, profile
from advisor.documents.inventory import InventoryMachine

FORM = "system_profiler (JSON, XML, text)"
_KINDS = {"SPHardwareDataType", "SPDisplaysDataType"}
_KEYS = {
    "Chip": "chip_type",
    "Processor Name": "cpu_type",
    "Model Name": "machine_name",
    "Memory": "physical_memory",
    "Chipset Model": "sppci_model",
    "VRAM (Total)": "spdisplays_vram",
    "VRAM (Dynamic, Max)": "spdisplays_vram_shared",
}
"""Words of the text -> keys of the JSON; 'Total Number of Cores' stands in both parts of the text."""


def read(source: Source) -> tuple[InventoryMachine, ...] | None:
    """The one Mac."""
    found = source.document
    if not isinstance(found, dict):
        found = _plist(source.text) or _text(source.text)
    if not _KINDS & set(found):
        return None
    hardware: dict[str, Any] = next(iter(found.get("SPHardwareDataType") or ()), {})
    displays: list[dict[str, Any]] = list(found.get("SPDisplaysDataType") or ())
    chip = str(hardware.get("chip_type") or hardware.get("cpu_type") or "") or None
    memory = re.match(r"(\d+) ?(GB|TB)", str(hardware.get("physical_memory") or ""))
    ram = int(memory[1]) * GIB * (1024 if memory[2] == "TB" else 1) if memory else None
    cores = re.match(r"(?:proc )?(\d+)", str(hardware.get("number_processors") or ""))
    facts = Facts(
        cpu_brand=chip,
        architecture="aarch64" if chip and chip.startswith("Apple") else "x86_64",
        physical_cores=int(cores[1]) if cores else None,
        logical_cores=int(cores[1]) if cores else None,
        ram_bytes=ram,
        os="Darwin",
        board=str(hardware.get("machine_name") or "") or None,
    )
    facts.cards = _cards(displays, chip, ram, facts.notes)
    return (InventoryMachine(node=facts.node, hardware=profile(facts, FORM)),)


def _plist(text: str) -> dict[str, Any]:
    """`-xml`: a list of parts, each with its kind and its items."""
    if "<plist" not in text[:1000]:
        return {}
    try:
        parts = plistlib.loads(text.encode())
    except (ExpatError, plistlib.InvalidFileException) as error:
        raise ValueError(f"the XML ends or breaks: {error}") from None
    return {part["_dataType"]: part["_items"] for part in parts}


def _text(text: str) -> dict[str, Any]:
    """The text for people: a chipset begins a new display adapter."""
    if not re.search(r"^(?:Hardware|Graphics/Displays):\s*$", text, re.MULTILINE):
        return {}
    hardware: dict[str, str] = {}
    displays: list[dict[str, str]] = []
    for key, value in re.findall(r"^ +([\w ()/,]+): (.+)$", text, re.MULTILINE):
        if key == "Chipset Model":
            displays.append({})
        part = displays[-1] if displays else hardware
        if key == "Total Number of Cores":
            part["sppci_cores" if displays else "number_processors"] = value
        elif key in _KEYS:
            part.setdefault(_KEYS[key], value.strip())
    return {"SPHardwareDataType": [hardware], "SPDisplaysDataType": displays}


def _cards(
    displays: list[dict[str, Any]], chip: str | None, ram_bytes: int | None, notes: list[str]
) -> list[Card]:
    """The GPUs; an Apple chip holds its own, and an Intel processor's serves where there is no other."""
    cards = [card for gpu in displays if (card := _card(gpu, ram_bytes)) is not None]
    if not cards and chip and chip.startswith("Apple"):
        return [_card({"sppci_model": chip}, ram_bytes) or Card(name=chip, vendor="Apple")]
    shared = [card for card in cards if card.vendor != "Apple" and _is_shared(card.name)]
    if shared and len(shared) < len(cards):
        notes += [f"{card.name}: the processor's own graphics is left to the screen" for card in shared]
        return [card for card in cards if card not in shared]
    return cards


def _is_shared(name: str) -> bool:
    match = find_gpu(name)
    return match is not None and match.unified_memory


def _card(gpu: dict[str, Any], ram_bytes: int | None) -> Card | None:
    model = str(gpu.get("sppci_model") or gpu.get("_name") or "")
    if not model:
        return None
    if model.startswith("Apple"):
        size = f" {ram_bytes // GIB}GB" if ram_bytes else ""
        cores = str(gpu.get("sppci_cores") or "")
        return Card(name=f"{model} ({cores}-core GPU){size}" if cores else f"{model}{size}", vendor="Apple")
    memory = re.match(r"(\d+) ?(GB|MB)", str(gpu.get("spdisplays_vram") or ""))
    size_bytes = int(memory[1]) * (GIB if memory[2] == "GB" else MIB) if memory else None
    vendor = "Intel" if "Intel" in model else "AMD" if "Radeon" in model or "AMD" in model else "NVIDIA"
    return Card(name=model, memory_bytes=size_bytes, vendor=vendor)
