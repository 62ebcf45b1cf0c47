"""Kubernetes nodes: `kubectl get nodes -o json`, a List or a single Node."""

from __future__ import annotations

import re
from typing import Any

from advisor.catalog.inventories import Source
from advisor.catalog.inventories._kubernetes import Node, Places, gpu_places
from advisor.catalog.inventories._kubernetes.node import INSTANCE_LABELS
from advisor.catalog.inventories._kubernetes.nvidia import NAME_LABELS
from advisor.catalog.inventories._machine import Facts, profile
from advisor.documents.inventory import InventoryMachine

FORM = "Kubernetes nodes (JSON or YAML)"
_DECIMAL = {
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "": 1,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
    "E": 1e18,
}
_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60}
"""Suffixes of quantities: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/."""
_QUANTITY = re.compile(r"(\d{1,24}(?:\.\d{1,9})?)(?:[eE](\d{1,2})|([numkMGTPE]?|[KMGTPE]i))")
_CONTROL_PLANE = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
_LEAVING = (
    *("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable", "node.kubernetes.io/out-of-service"),
    *("node.cloudprovider.kubernetes.io/uninitialized", "node.cloudprovider.kubernetes.io/shutdown"),
    *("ToBeDeletedByClusterAutoscaler", "DeletionCandidateOfClusterAutoscaler", "karpenter.sh/disrupted"),
)
"""Taints of nodes that go, or have not come
(https://kubernetes.io/docs/reference/labels-annotations-taints/)."""
_OF_A_PLUGIN = ("nvidia.com/gpu", "amd.com/gpu", "gpu.intel.com/i915", "gpu.intel.com/xe")
"""Taints that every pod with such a GPU tolerates in the manifests made here."""
_PRESSED = ("MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable")
"""Conditions under which no pod is placed (same page)."""


def read(source: Source) -> tuple[InventoryMachine, ...] | None:
    """Every node; a node cut into slices or that may not be used says so."""
    given = source.document if isinstance(source.document, list) else [source.document]
    kinds = ("Node", "NodeList", "List")
    if not given or not all(isinstance(part, dict) and part.get("kind") in kinds for part in given):
        return None
    nodes = [
        node for part in given for node in ([part] if part["kind"] == "Node" else part.get("items") or ())
    ]
    return tuple(machine for node in nodes if node.get("kind", "Node") == "Node" for machine in _node(node))


def quantity(text: str | int) -> int:
    """'131072000Ki' in bytes, '3920m' rounded down. Raises ValueError."""
    match = _QUANTITY.fullmatch(str(text))
    if not match:
        raise ValueError(f"{text!r} is no quantity")
    return int(
        float(match[1]) * (10.0 ** int(match[2]) if match[2] else (_DECIMAL | _BINARY)[match[3] or ""])
    )


def _node(node: dict[str, Any]) -> list[InventoryMachine]:
    metadata, status = node.get("metadata") or {}, node.get("status") or {}
    labels: dict[str, str] = metadata.get("labels") or {}
    free = {name: quantity(value) for name, value in (status.get("allocatable") or {}).items()}
    capacity = {name: quantity(value) for name, value in (status.get("capacity") or {}).items()} or free
    here = Node(labels, capacity, free)
    why_not, kept_out = _why_not(node, labels)
    machines = []
    for places in gpu_places(here):
        facts = Facts(
            node=str(metadata.get("name", "unnamed node")),
            cards=list(places.cards),
            instance=here.instance,
            architecture=labels.get("kubernetes.io/arch"),
            os=labels.get("kubernetes.io/os"),
            logical_cores=capacity.get("cpu"),
            usable_cores=free.get("cpu"),
            ram_bytes=_ram(places, capacity.get("memory")),
            available_bytes=free.get("memory"),
            disk_free_bytes=free.get("ephemeral-storage"),
            notes=[*places.notes, *kept_out],
        )
        machines.append(
            InventoryMachine(
                node=facts.node,
                hardware=profile(facts, "Kubernetes"),
                selector={
                    name: labels[name] for name in (*NAME_LABELS, INSTANCE_LABELS[0]) if name in labels
                },
                count=places.count,
                why_not=why_not or places.why_not,
            )
        )
    return machines


def _ram(places: Places, seen_bytes: int | None) -> int | None:
    """Main memory: what Kubernetes sees, and what graphics has carved out of it."""
    return seen_bytes + places.carved_bytes if seen_bytes is not None else None


def _why_not(node: dict[str, Any], labels: dict[str, str]) -> tuple[str | None, list[str]]:
    """Why nothing may be placed there, and which pods only."""
    conditions = {
        found["type"]: found["status"] for found in (node.get("status") or {}).get("conditions") or ()
    }
    spec = node.get("spec") or {}
    taints = [taint for taint in spec.get("taints") or () if taint.get("effect") != "PreferNoSchedule"]
    keys = {str(taint.get("key")) for taint in taints}
    if conditions.get("Ready", "True") != "True":
        return f"the node is not ready (Ready is {conditions['Ready']})", []
    if spec.get("unschedulable"):
        return "the node is cordoned", []
    if keys & set(_CONTROL_PLANE):
        return "it is a control plane that takes no other work", []
    if pressed := [kind for kind in _PRESSED if conditions.get(kind) == "True"]:
        return f"the node reports {', '.join(pressed)}", []
    if leaving := sorted(keys & set(_LEAVING)):
        return f"it is tainted {', '.join(leaving)}", []
    if labels.get("kubernetes.io/os") == "windows":
        return "it runs Windows, and the engines' images are for Linux", []
    return None, [
        f"only pods that tolerate {taint.get('key')}={taint.get('value', '')} are placed there; add that"
        for taint in taints
        if str(taint.get("key")) not in _OF_A_PLUGIN
    ]
