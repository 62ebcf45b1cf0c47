"""`nvidia-smi -q` with and without -x: every card with its memory, link, power limit and slices."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree import ElementTree

from advisor.catalog.inventories._cards import MIB, Card

_SLICE_GB = (5, 6, 10, 12, 16, 18, 20, 23, 24, 35, 40, 45, 47, 48, 71, 80, 90, 94, 96, 141)
"""Gigabytes in the names of MIG profiles: https://docs.nvidia.com/datacenter/tesla/mig-user-guide/."""
_SLICE_PARTS = {1: 8, 2: 4, 3: 2, 4: 2, 7: 1}
"""Compute parts of a profile -> which share of the memory it has."""
_IN_USE = 0.05
"""Share of a card that its driver keeps; what is in use beyond it belongs to other programs (a judgement)."""


@dataclass(slots=True)
class Listed:
    """What a listing shows."""

    whole: list[Card] = field(default_factory=list)
    slices: list[tuple[Card, str]] = field(default_factory=list)
    """Each with the name of its card."""
    uncut: list[str] = field(default_factory=list)
    """Cards in MIG mode of which no slice is shown."""
    notes: list[str] = field(default_factory=list)

    def cut(self, name: str, sizes: list[tuple[int, int | None]]) -> None:
        """A card in MIG mode, with bytes in all and free of each slice."""
        self.slices += [(_slice(name, total, free), name) for total, free in sizes]
        if not sizes:
            self.uncut.append(name)


def listed_as_xml(text: str) -> Listed:
    """`nvidia-smi -q -x`. Raises ValueError for XML that ends early or declares entities."""
    if "<!ENTITY" in text:
        raise ValueError("it declares entities, which nvidia-smi never does")
    try:
        root = ElementTree.fromstring(re.sub(r"^<\?xml[^>]*\?>", "", text.lstrip()))
    except ElementTree.ParseError as error:
        raise ValueError(f"the XML ends or breaks: {error}") from None
    found = Listed()
    for gpu in root.iter("gpu"):
        name = _text(gpu, "product_name") or "unnamed NVIDIA GPU"
        memory = "fb_memory_usage"
        if _text(gpu, "mig_mode/current_mig") == "Enabled":
            parts = [
                (mib(_text(part, f"{memory}/total")) or 0, mib(_text(part, f"{memory}/free")))
                for part in gpu.iterfind("mig_devices/mig_device")
            ]
            found.cut(name, parts)
        else:
            found.whole.append(_card(name, gpu, found.notes))
    return found


def _card(name: str, gpu: ElementTree.Element, notes: list[str]) -> Card:
    total, free = mib(_text(gpu, "fb_memory_usage/total")), mib(_text(gpu, "fb_memory_usage/free"))
    link = "pci/pci_gpu_link_info"
    generation = _text(gpu, f"{link}/pcie_gen/max_link_gen")  # the present one falls when the card rests
    width = _text(gpu, f"{link}/link_widths/current_link_width")
    limit = _text(gpu, "gpu_power_readings/current_power_limit") or _text(gpu, "power_readings/power_limit")
    watts = re.match(r"(\d+(?:\.\d+)?) W", limit or "")
    if total and free and total - free > total * _IN_USE:
        notes.append(f"{(total - free) / 2**30:.1f} GiB of {name} are in use by other programs")
    return Card(
        name=name,
        memory_bytes=total,
        free_bytes=free,
        pcie=f"{generation}.0 x{width.rstrip('x')}" if generation and width and width[0].isdigit() else None,
        power_limit_w=float(watts[1]) if watts else None,
        virtual=(_text(gpu, "gpu_virtualization_mode/virtualization_mode") or "") == "VGPU",
    )


def listed_as_text(text: str) -> Listed:
    """`nvidia-smi -q`: headings with what stands below them indented further."""
    found = Listed()
    for part in re.split(r"^GPU [0-9A-F]+:[0-9A-F:.]+\s*$", text, flags=re.MULTILINE | re.IGNORECASE)[1:]:
        name = _below(part, "", "Product Name") or "unnamed NVIDIA GPU"
        if _below(part, "MIG Mode", "Current") == "Enabled":
            found.uncut.append(name)
            continue
        total, free = (mib(_below(part, "FB Memory Usage", key)) for key in ("Total", "Free"))
        watts = re.match(r"\d+(?:\.\d+)?", _below(part, "GPU Power Readings", "Current Power Limit") or "")
        limit = float(watts[0]) if watts else None
        found.whole.append(Card(name=name, memory_bytes=total, free_bytes=free, power_limit_w=limit))
    return found


def _below(text: str, heading: str, key: str) -> str | None:
    """The value of *key* in the group *heading*, or anywhere."""
    if heading:
        match = re.search(rf"^( +){re.escape(heading)}\s*\n((?:\1 +.*\n?)*)", text, re.MULTILINE)
        text = match[2] if match else ""
    value = re.search(rf"^ *{re.escape(key)} *: (.*)$", text, re.MULTILINE)
    return value[1].strip() if value else None


def _slice(name: str, total_bytes: int, free_bytes: int | None) -> Card:
    """A MIG device; its profile's name follows from its memory."""
    gb = min(_SLICE_GB, key=lambda size: abs(size * 1e9 * 1.05 - total_bytes))
    card_gb = re.search(r"(\d+)\s?GB", name)
    share = float(card_gb[1]) / gb if card_gb else 8.0
    parts = next((part for part, eighths in _SLICE_PARTS.items() if abs(eighths - share) < 0.35 * eighths), 1)
    profile = f"{name} MIG {parts}g.{gb}gb"
    return Card(name=profile, memory_bytes=total_bytes or None, free_bytes=free_bytes, virtual=True)


def _text(node: ElementTree.Element, path: str) -> str | None:
    found = node.findtext(path)
    return found.strip() if found and found.strip() not in ("N/A", "[N/A]", "") else None


def mib(text: str | None) -> int | None:
    """'23028 MiB', or the number alone, in bytes; None for '[N/A]'."""
    match = re.match(r"(\d{1,9})(?: MiB)?$", text or "")
    return int(match[1]) * MIB if match else None
