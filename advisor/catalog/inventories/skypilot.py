"""SkyPilot's catalogue of instances (vms.csv), one machine a row, and the machines that a task asks for."""

from __future__ import annotations

import ast
import csv
import re
from dataclasses import replace
from typing import Any

from advisor.catalog.inventories import Source
from advisor.catalog.inventories._cards import GIB, MIB, Card
from advisor.catalog.inventories._machine import Facts, instance_gpus, profile
from advisor.documents.inventory import InventoryMachine

FORM = "SkyPilot's catalogue (vms.csv) or task (YAML)"
_COLUMNS = {"InstanceType", "AcceleratorName", "AcceleratorCount"}
_LONGEST_INFO = 10_000
"""Characters; a few hundred in the published catalogue."""
_FORMS = re.compile(r"(sxm\d?|pcie|nvl)", re.IGNORECASE)
_NO_GPU = re.compile(r"tpu|trainium|inferentia|gaudi", re.IGNORECASE)


def read(source: Source) -> tuple[InventoryMachine, ...] | None:
    """Every row, or each kind of machine that a task takes."""
    document = source.document
    if isinstance(document, dict) and isinstance(document.get("resources"), dict):
        return _task(document)
    head, _, _ = source.text.partition("\n")
    if not set(_COLUMNS) <= {name.strip() for name in head.split(",")}:
        return None
    return tuple(_row(row) for row in csv.DictReader(source.text.splitlines()))


def _task(task: dict[str, Any]) -> tuple[InventoryMachine, ...]:
    """What `resources` asks for; several kinds where the task takes any of them."""
    asked: dict[str, Any] = task["resources"]
    several = asked.get("any_of") or asked.get("ordered") or [{}]
    nodes = int(task.get("num_nodes") or 1)
    return tuple(
        _asked(accelerator, {**asked, **kind}, nodes)
        for kind in several
        for accelerator in _accelerators({**asked, **kind}.get("accelerators"))
    )


def _accelerators(text: Any) -> list[str | None]:
    """'H100:8', {H100: 8}, or a list of such: each one of the machines that would do."""
    if isinstance(text, dict):
        return [f"{name}:{count}" for name, count in text.items()]
    if isinstance(text, list):
        return [found for part in text for found in _accelerators(part)]
    return [None if text is None else str(text)]


def _asked(accelerator: str | None, asked: dict[str, Any], nodes: int) -> InventoryMachine:
    name, _, count = (accelerator or "").partition(":")
    instance = str(asked["instance_type"]) if asked.get("instance_type") else None
    memory = re.match(r"\d+(?:\.\d+)?", str(asked.get("memory") or ""))
    cores = re.match(r"\d+", str(asked.get("cpus") or ""))
    facts = Facts(
        node=instance or accelerator or "a machine without GPU",
        instance=instance,
        logical_cores=int(cores[0]) if cores else None,
        ram_bytes=int(float(memory[0]) * GIB) if memory else None,
    )
    if name:
        _add(facts, name, float(count or 1), None)
    else:
        facts.cards = [Card(name=gpu.catalog_name or gpu.name) for gpu in instance_gpus(instance)]
    return InventoryMachine(node=facts.node, hardware=replace(profile(facts, FORM), nodes=nodes))


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
        _add(facts, row["AcceleratorName"], float(row.get("AcceleratorCount") or 1), row.get("GpuInfo"))
    return InventoryMachine(node=facts.node, hardware=profile(facts, "SkyPilot's catalogue"))


def _add(facts: Facts, name: str, count: float, info: str | None) -> None:
    """The accelerators of a machine; the form of a card may stand in the name of the instance."""
    if _NO_GPU.search(name):
        facts.notes.append(f"it has {count:g} {name}, of which no figures are at hand: planned without")
        return
    if count < 1:
        facts.notes.append(f"{count:g} of a {name}: its memory and time are shared")
    form = _FORMS.search(facts.instance or "")
    spoken = f"{name} {form[1].upper()}" if form else name
    facts.cards = [Card(name=spoken, count=max(1, round(count)), memory_bytes=_gpu_bytes(info))]


def _gpu_bytes(text: str | None) -> int | None:
    """Memory of one GPU from the Python dictionary that the column holds."""
    if not text:
        return None
    if len(text) > _LONGEST_INFO:
        raise ValueError(f"GpuInfo of {len(text)} characters")
    info = ast.literal_eval(text)
    size = ((info.get("Gpus") or [{}])[0].get("MemoryInfo") or {}).get("SizeInMiB")
    return int(size) * MIB if size else None
