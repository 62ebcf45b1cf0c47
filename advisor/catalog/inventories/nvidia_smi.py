"""NVIDIA's own listing: `nvidia-smi -q -x`, `--query-gpu … --format=csv`, `-L`, and its table."""

from __future__ import annotations

import csv
import re
from xml.etree import ElementTree

from advisor.catalog.inventories import Source
from advisor.catalog.inventories._cards import MIB, Card
from advisor.catalog.inventories._machine import Facts, profile
from advisor.documents.inventory import InventoryMachine

FORM = "nvidia-smi (XML, CSV, -L or its table)"
_SILENT = "nvidia-smi says nothing of processor and main memory; give --ram, or name them with +"
_LISTED = re.compile(r"^GPU (?P<index>\d+): (?P<name>.+?) \(UUID: ", re.MULTILINE)
_LISTED_SLICE = re.compile(r"^\s+MIG (\d+g\.\d+gb)", re.MULTILINE)
_TABLE_ROW = re.compile(
    r"^\|\s+\d+\s+(?P<name>\S.*?)\s+(?:On|Off|N/A|TCC|WDDM|MCDM)\s*\|.*\n\|[^\n]*?"
    r"(?P<used>\d+)MiB\s*/\s*(?P<total>\d+)MiB",
    re.MULTILINE,
)


def read(source: Source) -> tuple[InventoryMachine, ...] | None:
    """The one machine; each slice of a GPU in MIG mode is a place of its own."""
    text = source.text
    if "<nvidia_smi_log>" in text:
        return _from_xml(text)
    if re.match(r"\s*(?:index|name|gpu_name|uuid|count|timestamp|memory\.|driver_version)[^\n]*,", text):
        return (
            _machine(_from_csv(text)) if re.search(r"(?m)^[^\n]*\bname\b", text.split("\n", 1)[0]) else None
        )
    if _LISTED.search(text):
        return _from_list(text)
    if "NVIDIA-SMI" in text:
        return _machine(
            [
                Card(
                    name=row["name"].rstrip(".").strip(),
                    memory_bytes=int(row["total"]) * MIB,
                    free_bytes=(int(row["total"]) - int(row["used"])) * MIB,
                )
                for row in _TABLE_ROW.finditer(text)
            ]
        )
    return None


def _machine(cards: list[Card], notes: tuple[str, ...] = ()) -> tuple[InventoryMachine, ...]:
    if not cards:
        return ()
    facts = Facts(cards=cards, notes=list(notes), unknown={"memory": _SILENT})
    return (InventoryMachine(node=facts.node, hardware=profile(facts, "nvidia-smi")),)


def _from_xml(text: str) -> tuple[InventoryMachine, ...]:
    if "<!ENTITY" in text:
        raise ValueError("it declares entities, which nvidia-smi never does")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise ValueError(f"the XML ends or breaks: {error}") from None
    whole: list[Card] = []
    slices: list[tuple[InventoryMachine, ...]] = []
    notes: list[str] = []
    for gpu in root.iter("gpu"):
        name = _text(gpu, "product_name") or "unnamed NVIDIA GPU"
        cut = [_slice(name, device) for device in gpu.iterfind("mig_devices/mig_device")]
        if _text(gpu, "mig_mode/current_mig") == "Enabled":
            slices += [
                _machine([card], (f"a slice of {name}: none can be joined with another",)) for card in cut
            ]
        else:
            whole.append(_card(name, gpu, notes))
    machines = _machine(whole, tuple(notes))
    return machines + tuple(machine for found in slices for machine in found)


def _card(name: str, gpu: ElementTree.Element, notes: list[str]) -> Card:
    total, free = _mib(_text(gpu, "fb_memory_usage/total")), _mib(_text(gpu, "fb_memory_usage/free"))
    link = "pci/pci_gpu_link_info"
    generation = _text(gpu, f"{link}/pcie_gen/max_link_gen")  # the present one falls when the card rests
    width = _text(gpu, f"{link}/link_widths/current_link_width")
    limit = _text(gpu, "gpu_power_readings/current_power_limit") or _text(gpu, "power_readings/power_limit")
    watts = re.match(r"(\d+(?:\.\d+)?) W", limit or "")
    if total and free and total - free > total // 20:
        notes.append(f"{(total - free) / 2**30:.1f} GiB of {name} are in use by other programs")
    return Card(
        name=name,
        memory_bytes=total,
        free_bytes=free,
        pcie=f"{generation}.0 x{width.rstrip('x')}" if generation and width and width[0].isdigit() else None,
        power_limit_w=float(watts[1]) if watts else None,
        virtual=(_text(gpu, "gpu_virtualization_mode/virtualization_mode") or "") == "VGPU",
    )


_SLICE_GB = (5, 6, 10, 12, 16, 18, 20, 23, 24, 35, 40, 45, 47, 48, 71, 80, 90, 94, 96, 141)
"""Gigabytes in the names of MIG profiles: https://docs.nvidia.com/datacenter/tesla/mig-user-guide/."""
_SLICE_PARTS = {1: 8, 2: 4, 3: 2, 4: 2, 7: 1}
"""Compute parts of a profile -> which share of the memory it has."""


def _slice(name: str, device: ElementTree.Element) -> Card:
    """A MIG device; its profile's name follows from its memory."""
    total = _mib(_text(device, "fb_memory_usage/total")) or 0
    gb = min(_SLICE_GB, key=lambda size: abs(size * 1e9 * 1.05 - total))
    card_gb = re.search(r"(\d+)\s?GB", name)
    share = float(card_gb[1]) / gb if card_gb else 8.0
    parts = next((part for part, eighths in _SLICE_PARTS.items() if abs(eighths - share) < 0.35 * eighths), 1)
    return Card(
        name=f"{name} MIG {parts}g.{gb}gb",
        memory_bytes=total or None,
        free_bytes=_mib(_text(device, "fb_memory_usage/free")),
        virtual=True,
    )


def _from_csv(text: str) -> list[Card]:
    head, *rows = [[cell.strip() for cell in row] for row in csv.reader(text.splitlines()) if row]
    columns = {re.sub(r" \[.*", "", name): at for at, name in enumerate(head)}
    cards = []
    for row in rows:

        def cell(name: str, row: list[str] = row) -> str:
            at = columns.get(name)
            return row[at] if at is not None and at < len(row) else ""

        watts = re.match(r"\d+(?:\.\d+)?", cell("power.limit"))
        total, used = _mib(cell("memory.total")), _mib(cell("memory.used"))
        free = _mib(cell("memory.free")) or (total - used if total and used is not None else None)
        cards.append(
            Card(
                name=cell("name") or cell("gpu_name"),
                memory_bytes=total,
                free_bytes=free,
                power_limit_w=float(watts[0]) if watts else None,
            )
        )
    return cards


def _from_list(text: str) -> tuple[InventoryMachine, ...]:
    """`nvidia-smi -L`: names only; slices stand indented under their card."""
    found = list(_LISTED.finditer(text))
    whole: list[Card] = []
    machines: tuple[InventoryMachine, ...] = ()
    for at, match in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(text)
        cut = _LISTED_SLICE.findall(text[match.end() : end])
        for part in cut:
            note = f"a slice of {match['name']}: none can be joined with another"
            machines += _machine([Card(name=f"{match['name']} MIG {part}", virtual=True)], (note,))
        if not cut:
            whole.append(Card(name=match["name"]))
    return _machine(whole) + machines


def _text(node: ElementTree.Element, path: str) -> str | None:
    found = node.findtext(path)
    return found.strip() if found and found.strip() not in ("N/A", "[N/A]", "") else None


def _mib(text: str | None) -> int | None:
    """'23028 MiB', or the number alone, in bytes."""
    match = re.match(r"(\d{1,9})(?: MiB)?$", text or "")
    return int(match[1]) * MIB if match else None
