"""A Mac as `system_profiler SPHardwareDataType SPDisplaysDataType -json` describes it."""

from __future__ import annotations

import re
from typing import Any

from advisor.catalog.inventories import Source
from advisor.catalog.inventories._cards import GIB, MIB, Card
from advisor.catalog.inventories._machine import Facts, profile
from advisor.documents.inventory import InventoryMachine

FORM = "system_profiler (JSON)"


def read(source: Source) -> tuple[InventoryMachine, ...] | None:
    """The one Mac."""
    document = source.json
    if not isinstance(document, dict) or not {"SPHardwareDataType", "SPDisplaysDataType"} & set(document):
        return None
    hardware: dict[str, Any] = next(iter(document.get("SPHardwareDataType") or ()), {})
    displays: list[dict[str, Any]] = list(document.get("SPDisplaysDataType") or ())
    chip = str(hardware.get("chip_type") or hardware.get("cpu_type") or "") or None
    memory = re.match(r"(\d+) ?(GB|TB)", str(hardware.get("physical_memory") or ""))
    ram = int(memory[1]) * GIB * (1024 if memory[2] == "TB" else 1) if memory else None
    cores = re.match(r"proc (\d+)", str(hardware.get("number_processors") or ""))
    facts = Facts(
        cpu_brand=chip,
        architecture="aarch64" if chip and chip.startswith("Apple") else "x86_64",
        physical_cores=int(cores[1]) if cores else None,
        logical_cores=int(cores[1]) if cores else None,
        ram_bytes=ram,
        os="Darwin",
        board=str(hardware.get("machine_name") or "") or None,
        cards=[card for gpu in displays if (card := _card(gpu, ram)) is not None],
    )
    return (InventoryMachine(node=facts.node, hardware=profile(facts, FORM)),)


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
