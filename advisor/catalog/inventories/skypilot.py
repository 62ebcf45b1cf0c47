"""SkyPilot's catalogue of instances (vms.csv): one machine a row."""

from __future__ import annotations

import ast
import csv
import re

from advisor.catalog.inventories import Source
from advisor.catalog.inventories._cards import GIB, MIB, Card
from advisor.catalog.inventories._machine import Facts, profile
from advisor.documents.inventory import InventoryMachine

FORM = "SkyPilot's catalogue (vms.csv)"
_COLUMNS = {"InstanceType", "AcceleratorName", "AcceleratorCount"}
_LONGEST_INFO = 10_000
"""Characters; a few hundred in the published catalogue."""
_FORMS = re.compile(r"(sxm\d?|pcie|nvl)", re.IGNORECASE)


def read(source: Source) -> tuple[InventoryMachine, ...] | None:
    """Every row."""
    head, _, _ = source.text.partition("\n")
    if not set(_COLUMNS) <= {name.strip() for name in head.split(",")}:
        return None
    return tuple(_row(row) for row in csv.DictReader(source.text.splitlines()))


def _row(row: dict[str, str]) -> InventoryMachine:
    memory = row.get("MemoryGiB") or row.get("MemoryGB")
    cores = int(float(row["vCPUs"])) if row.get("vCPUs") else None
    facts = Facts(
        node=row["InstanceType"],
        instance=row["InstanceType"],
        logical_cores=cores,
        ram_bytes=int(float(memory) * GIB) if memory else None,
    )
    if row.get("AcceleratorName"):
        count = float(row.get("AcceleratorCount") or 1)
        if count < 1:
            facts.notes.append(f"{count:g} of a {row['AcceleratorName']}: its memory and time are shared")
        form = _FORMS.search(row["InstanceType"])
        name = f"{row['AcceleratorName']} {form[1].upper()}" if form else row["AcceleratorName"]
        facts.cards = [
            Card(name=name, count=max(1, round(count)), memory_bytes=_gpu_bytes(row.get("GpuInfo")))
        ]
    return InventoryMachine(node=facts.node, hardware=profile(facts, "SkyPilot's catalogue"))


def _gpu_bytes(text: str | None) -> int | None:
    """Memory of one GPU from the Python dictionary that the column holds."""
    if not text:
        return None
    if len(text) > _LONGEST_INFO:
        raise ValueError(f"GpuInfo of {len(text)} characters")
    info = ast.literal_eval(text)
    size = ((info.get("Gpus") or [{}])[0].get("MemoryInfo") or {}).get("SizeInMiB")
    return int(size) * MIB if size else None
