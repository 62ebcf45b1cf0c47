"""Nomad nodes: `nomad node status -json ID`, or a list of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from advisor.catalog.gpus.slices import slice_in
from advisor.catalog.inventories import Source
from advisor.catalog.inventories._cards import MIB, Card
from advisor.catalog.inventories._machine import Facts, profile
from advisor.documents.inventory import InventoryMachine

FORM = "Nomad nodes (JSON)"
_INSTANCE = ("unique.platform.aws.instance-type", "platform.aws.instance-type", "platform.gce.machine-type")
"""What the fingerprint of a cloud calls the kind of machine."""
_MIB_UNITS = {"MiB": MIB, "GiB": 2**30, "MB": 10**6, "GB": 10**9, "B": 1}


def read(source: Source) -> tuple[InventoryMachine, ...] | None:
    """Every node."""
    nodes = source.document if isinstance(source.document, list) else [source.document]
    known = ({"NodeResources"}, {"NodeClass", "SchedulingEligibility"})
    if not nodes or not all(
        isinstance(node, dict) and any(keys <= set(node) for keys in known) for node in nodes
    ):
        return None
    return tuple(found for node in nodes for found in _node(node))


def _node(node: dict[str, Any]) -> list[InventoryMachine]:
    """The node, and each slice of a GPU as a place of its own."""
    attributes: dict[str, str] = node.get("Attributes") or {}
    resources: dict[str, Any] = node.get("NodeResources") or {}
    total = attributes.get("memory.totalbytes") or ""
    memory_mb = (resources.get("Memory") or {}).get("MemoryMB")
    cores = str(attributes.get("cpu.numcores") or "")
    facts = Facts(
        node=str(node.get("Name") or node.get("ID")),
        cpu_brand=attributes.get("cpu.modelname"),
        architecture=attributes.get("cpu.arch"),
        os=attributes.get("kernel.name"),
        logical_cores=int(cores) if cores.isdecimal() else (resources.get("Cpu") or {}).get("TotalCpuCores"),
        ram_bytes=int(total) if total.isdecimal() else memory_mb and int(memory_mb) * MIB,
        instance=next((attributes[key] for key in _INSTANCE if attributes.get(key)), None),
        disk_free_bytes=int((resources.get("Disk") or {}).get("DiskMB") or 0) * MIB or None,
    )
    for device in resources.get("Devices") or ():
        if device.get("Type") == "gpu":
            facts.cards += _cards(device, facts)
    if not resources:
        facts.notes.append("a list of nodes without -resources says nothing of their hardware; give it")
    slices = [card for card in facts.cards if slice_in(card.name)]
    places = [([replace(card, count=1)], card.count) for card in slices]
    if not slices or len(slices) < len(facts.cards):
        places.insert(0, ([card for card in facts.cards if card not in slices], 1))
    return [
        InventoryMachine(
            node=facts.node,
            hardware=profile(replace(facts, cards=cards), FORM),
            count=count,
            why_not=_why_not(node),
        )
        for cards, count in places
    ]


def _cards(device: dict[str, Any], facts: Facts) -> list[Card]:
    """The healthy instances of one kind of GPU."""
    instances = device.get("Instances") or []
    healthy = [part for part in instances if part.get("Healthy", True)]
    if len(healthy) < len(instances):
        facts.notes.append(
            f"{len(instances) - len(healthy)} of {len(instances)} {device['Name']} are not healthy"
        )
    memory = (device.get("Attributes") or {}).get("memory") or {}
    amount = memory.get("Int") or memory.get("Float")
    size = int(amount) * _MIB_UNITS[memory.get("Unit", "MiB")] if amount else None
    vendor = {"nvidia": "NVIDIA", "amd": "AMD", "intel": "Intel"}.get(
        str(device.get("Vendor")).lower(), "unknown"
    )
    card = Card(name=str(device["Name"]), count=len(healthy), memory_bytes=size, vendor=vendor)
    return [card] if healthy else []


def _why_not(node: dict[str, Any]) -> str | None:
    if node.get("Status", "ready") != "ready":
        return f"its status is {node['Status']}"
    if node.get("Drain"):
        return "it is being drained"
    if node.get("SchedulingEligibility", "eligible") != "eligible":
        return "it takes no new work"
    return None
