"""NVIDIA GPUs of a Kubernetes node.

Sources: https://github.com/NVIDIA/k8s-device-plugin (feature discovery, time slicing, MIG strategies),
https://github.com/NVIDIA/kubevirt-gpu-device-plugin, https://docs.cloud.google.com/kubernetes-engine/docs/concepts/gpus,
https://karpenter.sh/docs/, https://github.com/Project-HAMi/HAMi, https://github.com/AliyunContainerService/gpushare-device-plugin.
"""

from __future__ import annotations

import re

from advisor.catalog.gpus import find_gpu, meanings
from advisor.catalog.inventories._cards import MIB, Card
from advisor.catalog.inventories._kubernetes.node import NONE_USABLE, Node, Places, plural, turns

_MIG = re.compile(r"^nvidia\.com/mig-(?P<slice>\d+g\.\d+gb)(?:\.me(?:\.all)?)?(?P<shared>\.shared)?$")
_DEVICE = re.compile(r"^nvidia\.com/(?:[A-Z]{2}\d{3}[A-Z]{0,2}_)?(?P<name>[A-Za-z][\w-]*\d[\w-]*)$")
"""KubeVirt names a card by its chip and its name in the PCI ids: AD102_GEFORCE_RTX_4090, GA102GL_A10."""
NAME_LABELS = (
    "nvidia.com/gpu.product",
    "cloud.google.com/gke-accelerator",
    "gpu.nvidia.com/class",
    "aliyun.accelerator/nvidia_name",
    "doks.digitalocean.com/gpu-model",
    "karpenter.k8s.aws/instance-gpu-name",
    "karpenter.azure.com/sku-gpu-name",
    "k8s.amazonaws.com/accelerator",
)
"""Where a node says which NVIDIA GPU it has, the most exact first."""
_MEMORY_LABELS = (
    "nvidia.com/gpu.memory",
    "aliyun.accelerator/nvidia_mem",
    "karpenter.k8s.aws/instance-gpu-memory",
)
"""MiB of each GPU."""
_COUNT_LABELS = (
    "nvidia.com/gpu.count",
    "aliyun.accelerator/nvidia_count",
    "cloud.google.com/gke-accelerator-count",
)
_ON_GKE = {
    "nvidia-tesla-a100": "A100 SXM4 40GB",
    "nvidia-a100-80gb": "A100 SXM4 80GB",
    "nvidia-h100-80gb": "H100 SXM5 80GB",
    "nvidia-h100-mega-80gb": "H100 SXM5 80GB",
    "nvidia-tesla-v100": "Tesla V100 SXM2 16GB",
    "nvidia-tesla-p100": "Tesla P100 PCIe 16GB",
    "nvidia-rtx-pro-6000": "RTX PRO 6000 Blackwell Server",
}
"""Accelerators of Google's machine types: https://docs.cloud.google.com/compute/docs/gpus."""


def nvidia(node: Node) -> list[Places]:
    """Whole cards and each kind of slice; empty where nothing of NVIDIA is offered or labelled."""
    name, said = _name(node)
    whole = sum(node.capacity.get(key, 0) for key in ("nvidia.com/gpu", "nvidia.com/gpu.shared"))
    places = [
        _mig(node, key, name or "unnamed NVIDIA GPU")
        for key, count in node.capacity.items()
        if count and _MIG.match(key)
    ]
    if whole and name is None:
        said = (
            "the node offers NVIDIA GPUs, but no label says which; run GPU feature discovery, or name them",
        )
    if whole:
        places.insert(0, _offered(node, name or "unnamed NVIDIA GPU", whole, said))
    places = places or _passed_through(node) or _by_memory(node, name)
    if not places and name is not None and "nvidia.com/gpu.product" in node.labels:
        count = _count(node) or 1
        why = f"labels name {count} {_spoken(name)}, but no device plugin offers them: planned without"
        return [Places(notes=(why,))]
    return places


def _name(node: Node) -> tuple[str | None, tuple[str, ...]]:
    """The GPU by the most exact label, else by the instance type; and labels that contradict it."""
    named = {key: node.labels[key] for key in NAME_LABELS if node.labels.get(key)}
    if not named:
        sold = node.sold_as()
        return sold, (f"no label names the GPU; {node.instance} has {sold}",) if sold else ()
    first, *others = named
    rows = set(meanings(_spoken(named[first])))
    said = tuple(
        f"labels contradict each other: {first} is {named[first]}, {key} is {named[key]}; the first is taken"
        for key in others
        if rows and not rows & set(meanings(_spoken(named[key])))
    )
    return named[first], said


def _count(node: Node) -> int | None:
    return next((count for key in _COUNT_LABELS if (count := node.number(key))), None)


def _memory_bytes(node: Node) -> int | None:
    found = next((size for key in _MEMORY_LABELS if (size := node.number(key))), None)
    return found and found * MIB


def _offered(node: Node, name: str, offered: int, said: tuple[str, ...]) -> Places:
    """What stands behind nvidia.com/gpu: whole or shared cards, or slices under the single strategy."""
    resource = "nvidia.com/gpu" if node.capacity.get("nvidia.com/gpu") else "nvidia.com/gpu.shared"
    usable, memory = node.usable(resource), _memory_bytes(node)
    partition = node.labels.get("cloud.google.com/gke-gpu-partition-size", "")
    if "-MIG-" in name or partition:
        replicas = node.number("nvidia.com/gpu.replicas") or 1
        return _slices(name, "" if "-MIG-" in name else partition, (offered, usable, replicas), memory)
    clients = node.number("cloud.google.com/gke-max-shared-clients-per-gpu") or 1
    replicas = max(node.number("nvidia.com/gpu.replicas") or 1, clients)
    strategy = node.labels.get("nvidia.com/gpu.sharing-strategy", "none")
    how = strategy if strategy != "none" else "shared"
    split = any(key.startswith(("nvidia.com/gpumem", "nvidia.com/gpucores")) for key in node.capacity)
    notes, count, labelled = list(said), usable, node.number("nvidia.com/gpu.count")
    if replicas > 1 or strategy != "none" or split or name.endswith("-SHARED") or resource.endswith("shared"):
        count = labelled or max(1, offered // replicas if replicas > 1 or not split else 1)
        notes.append(turns(count, offered, how))
        count = count if usable else 0
    elif usable < offered:
        notes.append(f"{offered - usable} of {plural(offered)} cannot be used now; {usable} are planned for")
    elif labelled and labelled != offered and not any(map(_MIG.match, node.capacity)):
        notes.append(
            f"nvidia.com/gpu.count is {labelled}, but the plugin offers {offered}: {offered} are planned for"
        )
    card = Card(
        name=_spoken(name),
        count=max(count, 1),
        memory_bytes=memory,
        virtual=node.labels.get("nvidia.com/vgpu.present") == "true",
    )
    return Places(cards=(card,), notes=tuple(notes), why_not=None if count else NONE_USABLE)


def _mig(node: Node, resource: str, name: str) -> Places:
    """One kind of slice under the mixed strategy."""
    kind = _MIG.match(resource)
    assert kind is not None
    label = resource.removesuffix(".shared")
    replicas = node.number(f"{label}.replicas") or 1
    memory = node.number(f"{label}.memory")
    counts = (node.capacity[resource], node.usable(resource), replicas)
    return _slices(name, kind["slice"], counts, memory and memory * MIB)


def _slices(name: str, kind: str, counts: tuple[int, int, int], memory_bytes: int | None) -> Places:
    """Slices of a GPU, each a place of its own; *counts*: offered, usable, programs on each."""
    offered, usable, replicas = counts
    notes = []
    count = usable // replicas if usable else 0
    if replicas > 1:
        notes.append(turns(count, offered, "shared").replace("GPU", "slice", 1))
    if count > 1:
        notes.append(f"the node has {count} such slices; none can be joined with another")
    spoken = re.sub(r"-SHARED$", "", _spoken(name))
    card = Card(
        name=spoken if " MIG " in spoken else f"{spoken} MIG {kind}", memory_bytes=memory_bytes, virtual=True
    )
    why_not = None if usable else "none of these slices can be used now"
    return Places(cards=(card,), count=max(count, 1), notes=tuple(notes), why_not=why_not)


def _passed_through(node: Node) -> list[Places]:
    """Cards and virtual GPUs for virtual machines, each kind under its name."""
    for key, count in node.capacity.items():
        found = _DEVICE.match(key)
        name = found["name"].replace("_", " ") if found and count else ""
        if name and find_gpu(name):
            card = Card(name=name.title() if name.isupper() else name, count=max(node.usable(key), 1))
            note = "the GPU is passed through: only a virtual machine can use it"
            return [Places(cards=(card,), notes=(note,), why_not=None if node.usable(key) else NONE_USABLE)]
    return []


def _by_memory(node: Node, name: str | None) -> list[Places]:
    """Cards that are lent by the gigabyte (Aliyun's gpushare)."""
    count = node.capacity.get("aliyun.com/gpu-count")
    if not count or not node.capacity.get("aliyun.com/gpu-mem"):
        return []
    card = Card(name=_spoken(name or "unnamed NVIDIA GPU"), count=count, memory_bytes=_memory_bytes(node))
    return [Places(cards=(card,), notes=(turns(count, node.capacity["aliyun.com/gpu-mem"], "by the GiB"),))]


def _spoken(name: str) -> str:
    """'NVIDIA-A100-PCIE-40GB-MIG-1g.5gb' and 'nvidia-tesla-t4' as people write them."""
    return _ON_GKE.get(name, name.replace("-MIG-", " MIG ").replace("nvidia-", ""))
