"""Kubernetes nodes: `kubectl get nodes -o json`, a List or a single Node."""

from __future__ import annotations

import re
from typing import Any

from advisor.catalog.inventories import Source
from advisor.catalog.inventories._kubernetes_gpus import NAME_LABELS, Places, gpu_places
from advisor.catalog.inventories._machine import Facts, profile
from advisor.documents.inventory import InventoryMachine

FORM = "Kubernetes nodes (JSON)"
_UNITS = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
"""Suffixes of quantities: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/."""
_CONTROL_PLANE = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
_INSTANCE = ("node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type")


def read(source: Source) -> tuple[InventoryMachine, ...] | None:
    """Every node; a node cut into slices or that may not be used says so."""
    document = source.json
    if not isinstance(document, dict) or document.get("kind") not in ("Node", "NodeList", "List"):
        return None
    nodes = [document] if document["kind"] == "Node" else document["items"]
    nodes = [node for node in nodes if node.get("kind", "Node") == "Node" and "status" in node]
    return tuple(machine for node in nodes for machine in _node(node))


def quantity(text: str | int) -> int:
    """'131072000Ki' in bytes, '3920m' rounded down. Raises ValueError."""
    match = re.fullmatch(r"(\d{1,24}(?:\.\d{1,9})?)(m|[kMGT]i?|Ki)?", str(text))
    if not match:
        raise ValueError(f"{text!r} is no quantity")
    number = float(match[1])
    return int(number / 1000) if match[2] == "m" else int(number * _UNITS[match[2] or ""])


def _node(node: dict[str, Any]) -> list[InventoryMachine]:
    metadata, status = node["metadata"], node["status"]
    labels: dict[str, str] = metadata.get("labels") or {}
    capacity = {name: quantity(value) for name, value in (status.get("capacity") or {}).items()}
    free = {name: quantity(value) for name, value in (status.get("allocatable") or {}).items()}
    why_not = _why_not(node, labels)
    machines = []
    for places in gpu_places(labels, capacity, free):
        facts = Facts(
            node=str(metadata.get("name", "unnamed node")),
            cards=list(places.cards),
            instance=next((labels[name] for name in _INSTANCE if name in labels), None),
            architecture=labels.get("kubernetes.io/arch"),
            os=labels.get("kubernetes.io/os"),
            logical_cores=capacity.get("cpu"),
            usable_cores=free.get("cpu"),
            ram_bytes=_ram(places, capacity.get("memory")),
            available_bytes=free.get("memory"),
            disk_free_bytes=free.get("ephemeral-storage"),
            notes=list(places.notes),
        )
        machines.append(
            InventoryMachine(
                node=facts.node,
                hardware=profile(facts, "Kubernetes"),
                selector={name: labels[name] for name in (*NAME_LABELS, *_INSTANCE[:1]) if name in labels},
                count=places.count,
                why_not=why_not or places.why_not,
            )
        )
    return machines


def _ram(places: Places, seen_bytes: int | None) -> int | None:
    """Main memory: what Kubernetes sees, and what graphics has carved out of it."""
    return seen_bytes + places.carved_bytes if seen_bytes is not None else None


def _why_not(node: dict[str, Any], labels: dict[str, str]) -> str | None:
    conditions = {found["type"]: found["status"] for found in node["status"].get("conditions") or ()}
    if conditions.get("Ready", "True") != "True":
        return f"the node is not ready (Ready is {conditions['Ready']})"
    spec = node.get("spec") or {}
    if spec.get("unschedulable"):
        return "the node is cordoned"
    taints = {str(taint.get("key")) for taint in spec.get("taints") or ()}
    if taints & set(_CONTROL_PLANE):
        return "it is a control plane that takes no other work"
    return None
