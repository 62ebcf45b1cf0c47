"""AMD GPUs of a Kubernetes node: https://github.com/ROCm/k8s-device-plugin."""

from __future__ import annotations

import re

from advisor.catalog.gpus import find_gpu
from advisor.catalog.inventories._cards import GIB, PARTITIONS, Card
from advisor.catalog.inventories._kubernetes.node import NONE_USABLE, Node, Places

_PARTITIONED = re.compile(r"^amd\.com/(?P<kind>[a-z]px)_nps\d$")
"""A resource of its own for each kind of partition, under the plugin's mixed strategy."""


def amd(node: Node) -> list[Places]:
    """The cards or their partitions; empty where nothing of AMD is offered or labelled."""
    resource = next(
        (key for key, count in node.capacity.items() if count and _PARTITIONED.match(key)), "amd.com/gpu"
    )
    offered, usable = node.capacity.get(resource, 0), node.usable(resource)
    plain = {key.removeprefix("beta."): value for key, value in node.labels.items() if "amd.com/" in key}
    name, device, vram = (
        _value(plain, f"amd.com/gpu.{key}") for key in ("product-name", "device-id", "vram")
    )
    sold = node.sold_as()
    if not offered and not name:
        return []
    kind = _PARTITIONED.match(resource) or re.match(
        r"([a-z]px)_", plain.get("amd.com/compute-memory-partition", "")
    )
    # The labeller writes '192G' for 192 GiB.
    memory = int(vram.rstrip("GiB")) * GIB if vram and vram.rstrip("GiB").isdecimal() else None
    spoken = (name or sold or (f"AMD GPU 1002:{device}" if device else "unnamed AMD GPU")).replace("_", " ")
    card = Card(
        name=spoken,
        count=max(usable, 1),
        memory_bytes=memory,
        vendor="AMD",
        pci_id=f"1002:{device}" if device else None,
        parts=PARTITIONS.get(kind[1], 1) if kind else 1,
    )
    notes = []
    if name is None and sold:
        notes.append(f"no label names the GPU; {node.instance} has {sold}")
    elif name is None and device is None:
        notes.append(
            "the node offers AMD GPUs, but no label says which; run AMD's node labeller, or name them"
        )
    if 0 < usable < offered:
        notes.append(f"{offered - usable} of {offered} GPUs cannot be used now; {usable} are planned for")
    if resource != "amd.com/gpu":
        notes.append(f"its devices are asked for as {resource}")
    match = find_gpu(card.name, memory, card.pci_id)
    carved = memory if match is not None and match.unified_memory and memory else 0
    return [
        Places(
            cards=(card,), carved_bytes=carved, notes=tuple(notes), why_not=None if usable else NONE_USABLE
        )
    ]


def _value(labels: dict[str, str], key: str) -> str | None:
    """A label's value; older ones carry it in the key: amd.com/gpu.vram.64G = 1."""
    older = next((found.removeprefix(f"{key}.") for found in labels if found.startswith(f"{key}.")), None)
    return labels.get(key) or older
