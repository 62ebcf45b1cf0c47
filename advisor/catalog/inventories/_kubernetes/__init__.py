"""GPUs of a Kubernetes node: what labels of discovery and resources of device plugins say."""

from __future__ import annotations

import re
from dataclasses import replace

from advisor.catalog.inventories._kubernetes.amd import amd
from advisor.catalog.inventories._kubernetes.node import Node, Places, plural
from advisor.catalog.inventories._kubernetes.nvidia import nvidia
from advisor.catalog.inventories._kubernetes.others import ascend, intel

_ACCELERATOR = re.compile(
    r"gpu|npu|tpu|xpu|mlu|dcu|gaudi|neuron|accel|directx|vcuda|rebellions|furiosa|qaic|tenstorrent"
)
_NO_DEVICE = ("gpu.intel.com/i915_monitoring", "gpu.intel.com/xe_monitoring", "gpu.intel.com/memory.max")
"""Resources of the plugin beside its devices."""


def gpu_places(node: Node) -> list[Places]:
    """The places of a node; one without cards where no plugin offers a GPU that is known."""
    found = [places for vendor in (nvidia, amd, intel, ascend) if (places := vendor(node))]
    if not found:
        return [Places(notes=_unknown(node))]
    first, *others = found
    aside = tuple(
        f"it also has {plural(card.count)} ({card.name.replace('_', ' ')}), which no program uses together "
        "with the others: planned without"
        for places in others
        for place in places
        for card in place.cards
    )
    return [replace(place, notes=(*place.notes, *aside)) for place in first] if aside else first


def _unknown(node: Node) -> tuple[str, ...]:
    """Accelerators for which no figures are at hand: named, and planned without."""
    found = [name for name, count in node.capacity.items() if count and _is_accelerator(name)]
    return tuple(
        f"it offers {node.capacity[name]} {name}, of which no figures are at hand: planned without"
        for name in found
    )


def _is_accelerator(resource: str) -> bool:
    return "/" in resource and resource not in _NO_DEVICE and bool(_ACCELERATOR.search(resource.lower()))


__all__ = ["Node", "Places", "gpu_places"]
