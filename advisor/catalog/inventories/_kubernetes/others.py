"""Intel's GPUs and Huawei's NPUs of a Kubernetes node.

Sources: https://intel.github.io/intel-device-plugins-for-kubernetes/, https://gitee.com/ascend/mind-cluster.
"""

from __future__ import annotations

import re

from advisor.catalog.inventories._cards import Card
from advisor.catalog.inventories._kubernetes.node import NONE_USABLE, Node, Places, plural

_DEVICE_ID = re.compile(r"gpu\.intel\.com/device-id\.03\d\d-([0-9a-f]{4})\.count$")


def intel(node: Node) -> list[Places]:
    """The GPUs; the plugin may offer each of them several times."""
    resources = ("gpu.intel.com/i915", "gpu.intel.com/xe")
    offered = sum(node.capacity.get(key, 0) for key in resources)
    if not offered:
        return []
    ids = {found[1]: node.number(key) or 1 for key in node.labels if (found := _DEVICE_ID.match(key))}
    product = node.labels.get("gpu.intel.com/product", "").replace("_", " ")
    cards = tuple(
        Card(name=product or f"Intel GPU 8086:{device}", count=count, vendor="Intel", pci_id=f"8086:{device}")
        for device, count in ids.items()
    ) or (Card(name=product or "unnamed Intel GPU", vendor="Intel"),)
    real = sum(card.count for card in cards)
    shared = f"{plural(real)} offered {offered} times: programs take turns"
    if not ids:
        shared = f"{offered} are offered and no label counts the cards: one is planned for"
    return [
        Places(
            cards=cards,
            notes=(shared,) if offered > real else (),
            why_not=None if any(map(node.usable, resources)) else NONE_USABLE,
        )
    ]


def ascend(node: Node) -> list[Places]:
    """The NPUs; a part of one ('Ascend910-4c': four of its cores) is a place of its own."""
    for key, count in node.capacity.items():
        found = re.match(r"huawei\.com/(?P<chip>Ascend\d+\w*)(?:-(?P<cores>\d+)c)?", key)
        if found and count:
            chip = node.labels.get("node.kubernetes.io/npu.chip.name") or found["chip"]
            name = f"Huawei {chip}" + (f" ({found['cores']} cores)" if found["cores"] else "")
            usable = node.usable(key)
            each = 1 if found["cores"] else max(usable, 1)
            return [
                Places(
                    cards=(Card(name=name, count=each, vendor="Huawei"),),
                    count=max(usable, 1) if found["cores"] else 1,
                    why_not=None if usable else NONE_USABLE,
                )
            ]
    return []
