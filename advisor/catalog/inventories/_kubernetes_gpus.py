"""GPUs of a Kubernetes node: what the labels of each vendor's discovery and the resources of its plugin say.

Sources: https://github.com/NVIDIA/k8s-device-plugin (feature discovery, time slicing, MIG strategies),
https://github.com/ROCm/k8s-device-plugin, https://intel.github.io/intel-device-plugins-for-kubernetes/,
https://docs.cloud.google.com/kubernetes-engine/docs/concepts/gpus, https://karpenter.sh/docs/.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from advisor.catalog.gpus import find_gpu
from advisor.catalog.inventories._cards import GIB, MIB, Card

Amounts = dict[str, int]
Labels = dict[str, str]
_MIG_RESOURCE = re.compile(r"^nvidia\.com/mig-(?P<slice>\d+g\.\d+gb)")
_PASSED_THROUGH = re.compile(r"^nvidia\.com/[A-Z]{2}\d{3}\w?_(?P<name>[A-Z0-9_]+)$")
"""KubeVirt names a card by its chip and its name in the PCI ids: AD102_GEFORCE_RTX_4090."""
NAME_LABELS = (
    "nvidia.com/gpu.product",
    "cloud.google.com/gke-accelerator",
    "karpenter.k8s.aws/instance-gpu-name",
    "k8s.amazonaws.com/accelerator",
)
"""Where a node says which NVIDIA GPU it has, the most exact first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Equal places of one node: the GPUs that one program there can use."""

    cards: tuple[Card, ...] = ()
    count: int = 1
    carved_bytes: int = 0
    """Main memory that Kubernetes does not see because graphics took it."""
    notes: tuple[str, ...] = ()
    why_not: str | None = None


def gpu_places(labels: Labels, capacity: Amounts, free: Amounts) -> list[Places]:
    """The places of a node; one without cards where no plugin offers a GPU."""
    for vendor in (_nvidia, _amd, _intel, _ascend):
        if places := vendor(labels, capacity, free):
            return places
    return [Places()]


def _nvidia(labels: Labels, capacity: Amounts, free: Amounts) -> list[Places]:
    name = next((labels[key] for key in NAME_LABELS if key in labels), None)
    slices = {key: count for key, count in capacity.items() if _MIG_RESOURCE.match(key) and count}
    if slices:
        return [_mig(name or "", _MIG_RESOURCE.match(key)["slice"], count) for key, count in slices.items()]  # type: ignore[index]
    for key, count in capacity.items():
        if (passed := _PASSED_THROUGH.match(key)) and count:
            card = Card(name=passed["name"].replace("_", " ").title(), count=free.get(key, count))
            return [
                Places(cards=(card,), notes=("the GPU is passed through: only a virtual machine can use it",))
            ]
    offered = sum(
        count for key, count in capacity.items() if key in ("nvidia.com/gpu", "nvidia.com/gpu.shared")
    )
    if not offered:
        return []
    if name is None:
        why = "the node offers NVIDIA GPUs, but no label says which; run GPU feature discovery, or name them"
        return [Places(cards=(Card(name="unnamed NVIDIA GPU", count=offered),), notes=(why,))]
    memory = _number(labels, "nvidia.com/gpu.memory") or _number(
        labels, "karpenter.k8s.aws/instance-gpu-memory"
    )
    if "-MIG-" in name or "cloud.google.com/gke-gpu-partition-size" in labels:
        partition = labels.get("cloud.google.com/gke-gpu-partition-size", "")
        return [_mig(name, "" if "-MIG-" in name else partition, offered, memory)]
    return [_whole(labels, capacity, free, name, memory)]


def _whole(labels: Labels, capacity: Amounts, free: Amounts, name: str, memory_mib: int | None) -> Places:
    """Whole cards, or cards that several programs share in turn."""
    offered = capacity.get("nvidia.com/gpu") or capacity.get("nvidia.com/gpu.shared", 0)
    usable = free.get("nvidia.com/gpu") or free.get("nvidia.com/gpu.shared", offered)
    sharing = labels.get("nvidia.com/gpu.sharing-strategy", "none")
    clients = labels.get("cloud.google.com/gke-max-shared-clients-per-gpu", "1")
    replicas = max(_number(labels, "nvidia.com/gpu.replicas") or 1, int(clients))
    notes = []
    count = usable
    if replicas > 1 or sharing != "none" or name.endswith("-SHARED"):
        cards = _number(labels, "nvidia.com/gpu.count") or max(1, offered // max(replicas, 1))
        count = cards
        notes.append(
            f"{cards} GPU{'s' if cards > 1 else ''} offered {offered} times "
            f"({sharing if sharing != 'none' else 'shared'}): "
            "programs take turns on the same memory, so figures hold while nobody else runs"
        )
    elif usable < offered:
        notes.append(f"{offered - usable} of {offered} GPUs cannot be used now; {usable} are planned for")
    virtual = labels.get("nvidia.com/vgpu.present") == "true"
    card = Card(
        name=_spoken(name), count=max(count, 1), memory_bytes=memory_mib and memory_mib * MIB, virtual=virtual
    )
    why_not = None if count else "none of its GPUs can be used now"
    return Places(cards=(card,), notes=tuple(notes), why_not=why_not)


def _mig(name: str, slice_name: str, count: int, memory_mib: int | None = None) -> Places:
    """Slices of a GPU: each is a place of its own."""
    spoken = _spoken(name)
    full = spoken if "MIG" in spoken else f"{spoken} MIG {slice_name}"
    note = f"the node has {count} such slices; none can be joined with another" if count > 1 else ""
    card = Card(name=full, memory_bytes=memory_mib and memory_mib * MIB, virtual=True)
    return Places(cards=(card,), count=count, notes=(note,) if note else ())


def _spoken(name: str) -> str:
    """'NVIDIA-A100-PCIE-40GB-MIG-1g.5gb' and 'nvidia-tesla-t4' as people write them."""
    return name.replace("-MIG-", " MIG ").replace("nvidia-", "")


def _amd(labels: Labels, capacity: Amounts, free: Amounts) -> list[Places]:
    count = free.get("amd.com/gpu", capacity.get("amd.com/gpu", 0))
    plain = {key.removeprefix("beta."): value for key, value in labels.items() if "amd.com/gpu" in key}
    name = plain.get("amd.com/gpu.product-name") or _suffix(plain, "amd.com/gpu.product-name.")
    if not count and not name:
        return []
    device = plain.get("amd.com/gpu.device-id") or _suffix(plain, "amd.com/gpu.device-id.")
    vram = plain.get("amd.com/gpu.vram") or _suffix(plain, "amd.com/gpu.vram.")
    # The labeller writes '192G' for 192 GiB.
    memory = int(vram.rstrip("GiB")) * GIB if vram and vram.rstrip("GiB").isdecimal() else None
    card = Card(
        name=(name or f"AMD GPU 1002:{device}").replace("_", " "),
        count=max(count, 1),
        memory_bytes=memory,
        vendor="AMD",
        pci_id=f"1002:{device}" if device else None,
    )
    match = find_gpu(card.name, memory, card.pci_id)
    carved = memory if match is not None and match.unified_memory and memory else 0
    return [
        Places(
            cards=(card,), carved_bytes=carved, why_not=None if count else "none of its GPUs can be used now"
        )
    ]


def _intel(labels: Labels, capacity: Amounts, free: Amounts) -> list[Places]:
    offered = capacity.get("gpu.intel.com/i915", 0) + capacity.get("gpu.intel.com/xe", 0)
    if not offered:
        return []
    ids = {
        found[1]: _number(labels, key) or 1
        for key in labels
        if (found := re.match(r"gpu\.intel\.com/device-id\.03\d\d-([0-9a-f]{4})\.count$", key))
    }
    product = labels.get("gpu.intel.com/product", "").replace("_", " ")
    cards = tuple(
        Card(name=product or f"Intel GPU 8086:{device}", count=count, vendor="Intel", pci_id=f"8086:{device}")
        for device, count in ids.items()
    ) or (Card(name=product or "unnamed Intel GPU", vendor="Intel"),)
    real = sum(card.count for card in cards)
    shared = f"{real} GPU{'s' if real > 1 else ''} offered {offered} times: programs take turns"
    return [Places(cards=cards, notes=(shared,) if offered > real else ())]


def _ascend(labels: Labels, capacity: Amounts, free: Amounts) -> list[Places]:
    for key, count in capacity.items():
        if key.startswith("huawei.com/Ascend") and count:
            chip = labels.get("node.kubernetes.io/npu.chip.name") or key.removeprefix("huawei.com/")
            return [Places(cards=(Card(name=f"Huawei {chip}", count=free.get(key, count), vendor="Huawei"),))]
    return []


def _suffix(labels: Labels, prefix: str) -> str | None:
    """Older AMD labels carry the value in the key: amd.com/gpu.vram.64G = 1."""
    return next((key.removeprefix(prefix) for key in labels if key.startswith(prefix)), None)


def _number(labels: Labels, key: str) -> int | None:
    text = labels.get(key, "")
    return int(text) if text.isdecimal() and len(text) < 12 else None
