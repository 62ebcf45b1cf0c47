"""NVIDIA's own listing: `nvidia-smi -q` with or without -x, `--query-gpu`, `-L`, and its table."""

from __future__ import annotations

import csv
import re

from advisor.catalog.gpus import find_gpu
from advisor.catalog.inventories import Source
from advisor.catalog.inventories._cards import MIB, Card
from advisor.catalog.inventories._machine import Facts, profile
from advisor.catalog.inventories._nvidia_q import Listed, listed_as_text, listed_as_xml, mib
from advisor.documents.inventory import InventoryMachine

FORM = "nvidia-smi (XML, CSV, -q, -L or its table)"
_SILENT = "nvidia-smi says nothing of processor and main memory; give --ram, or name them with +"
_LISTED = re.compile(r"^GPU (?P<index>\d+): (?P<name>.+?)(?: \(UUID: .*)?$", re.MULTILINE)
_LISTED_SLICE = re.compile(r"^\s+MIG (\d+g\.\d+gb)", re.MULTILINE)
_ROW = re.compile(
    r"^\|\s+(?P<index>\d+)\s+(?P<name>\S.*?)\s+(?:On|Off|N/A|TCC|WDDM|MCDM)\s*\|.*\n\|[^\n|]*\|"
    r"\s*(?:(?P<used>\d+)MiB\s*/\s*(?P<total>\d+)MiB|Not Supported|N/A)[^\n]*"
    r"(?:\n\|[^\n]*?(?P<mig>Enabled))?",
    re.MULTILINE,
)
"""Two lines of a card in the table; a third says whether it is in MIG mode."""
_ROW_SLICE = re.compile(
    r"^\|\s+(?P<gpu>\d+)\s+\d+\s+\d+\s+\d+\s+\|\s*\d+MiB\s*/\s*(?P<total>\d+)MiB", re.MULTILINE
)
_PROPERTY = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*(?: \[[^\]]+\])?")
"""A heading of --query-gpu: 'memory.total [MiB]'."""
_GREETING = 4
"""Lines in which a heading is looked for: a date or a login's greeting may stand before it."""
_LONGEST_HEAD = 4_000
"""Characters of all properties there are."""
_CUT_OFF = "a name in the table is cut off; give what `nvidia-smi -L` prints"
_DEAD = "[Unknown Error]", "[GPU is lost]", "ERR!", "[GPU requires reset]"


def read(source: Source) -> tuple[InventoryMachine, ...] | None:
    """The one machine; each slice of a GPU in MIG mode is a place of its own."""
    text = source.text
    if "<nvidia_smi_log" in text:
        return _machines(listed_as_xml(text))
    if "NVSMI LOG" in text:
        return _machines(listed_as_text(text))
    if source.document is None and (rows := _rows(text.splitlines())) is not None:
        return _machines(_from_rows(*rows))
    if _LISTED.search(text):
        return _machines(_from_list(text))
    if "NVIDIA-SMI" in text:
        return _machines(_from_table(text))
    return () if text.strip() == "No devices were found" else None


def _machines(found: Listed) -> tuple[InventoryMachine, ...]:
    """Whole cards together, then each slice; a card in MIG mode without slices cannot be used."""
    machines = [_machine(found.whole, tuple(found.notes))] if found.whole else []
    for card, of in found.slices:
        machines.append(_machine([card], (f"a slice of {of}: none can be joined with another",)))
    for name in found.uncut:
        why = f"{name} is in MIG mode, and no slice is listed: make one, or give `nvidia-smi -L`"
        machines.append(_machine([Card(name=name)], (), why))
    return tuple(machines)


def _machine(cards: list[Card], notes: tuple[str, ...], why_not: str | None = None) -> InventoryMachine:
    facts = Facts(cards=cards, notes=list(notes), unknown={"memory": _SILENT})
    return InventoryMachine(node=facts.node, hardware=profile(facts, "nvidia-smi"), why_not=why_not)


def _rows(lines: list[str]) -> tuple[list[str], list[list[str]]] | None:
    """Headings and rows of --query-gpu; None for other text. Without headings a GPU's name tells."""
    lines = [line for line in lines if line.strip()]
    for at, row in enumerate(_cells([line[:_LONGEST_HEAD] for line in lines[:_GREETING]])):
        names = [re.sub(r" \[.*", "", cell) for cell in row]
        if {"name", "gpu_name"} & set(names) and all(map(_PROPERTY.fullmatch, row)):
            return names, [found for found in _cells(lines[at + 1 :]) if len(found) == len(row)]
    heads = _headings(_cells([lines[0][:_LONGEST_HEAD]])[0]) if lines else None
    if heads is None:
        return None
    rows = _cells(lines)
    return (heads, rows) if all(_headings(row) == heads for row in rows) else None


def _cells(lines: list[str]) -> list[list[str]]:
    return [[cell.strip() for cell in row] for row in csv.reader(lines, skipinitialspace=True)]


def _headings(row: list[str]) -> list[str] | None:
    """What the cells of a row without headings are: a GPU's name, and the first size after it."""
    makes = re.compile(r"NVIDIA|GeForce|Tesla|Quadro|GRID")
    name = next((at for at, cell in enumerate(row) if makes.match(cell) and find_gpu(cell)), None)
    if name is None:
        return None
    sizes = [at for at, cell in enumerate(row) if at > name and re.fullmatch(r"\d{4,6}(?: MiB)?", cell)]
    return ["name" if at == name else "memory.total" if at in sizes[:1] else "" for at in range(len(row))]


def _from_rows(names: list[str], rows: list[list[str]]) -> Listed:
    found = Listed()
    for row in rows:
        cell = dict(zip(names, row, strict=True))
        name = cell.get("name") or cell.get("gpu_name") or ""
        if name in _DEAD:
            found.notes.append("a GPU does not answer its driver: planned without it")
            continue
        if cell.get("mig.mode.current") == "Enabled":
            found.uncut.append(name)
            continue
        watts = re.match(r"\d+(?:\.\d+)?", cell.get("power.limit", ""))
        total = mib(cell.get("memory.total") or cell.get("fb_memory.total"))
        used = mib(cell.get("memory.used"))
        free = mib(cell.get("memory.free")) or (total - used if total and used is not None else None)
        found.whole.append(
            Card(
                name=name,
                memory_bytes=total,
                free_bytes=free,
                power_limit_w=float(watts[0]) if watts else None,
            )
        )
    return found


def _from_list(text: str) -> Listed:
    """`nvidia-smi -L`: names only; slices stand indented under their card."""
    cards = list(_LISTED.finditer(text))
    found = Listed()
    for at, match in enumerate(cards):
        end = cards[at + 1].start() if at + 1 < len(cards) else len(text)
        cut = _LISTED_SLICE.findall(text[match.end() : end])
        found.slices += [
            (Card(name=f"{match['name']} MIG {part}", virtual=True), match["name"]) for part in cut
        ]
        if not cut:
            found.whole.append(Card(name=match["name"]))
    return found


def _from_table(text: str) -> Listed:
    found = Listed()
    sizes: dict[str, list[int]] = {}
    for row in _ROW_SLICE.finditer(text.partition("MIG devices")[2]):
        sizes.setdefault(row["gpu"], []).append(int(row["total"]) * MIB)
    for row in _ROW.finditer(text):
        name = row["name"].rstrip(".").strip()
        if row["name"].endswith("...") and find_gpu(name) is None and _CUT_OFF not in found.notes:
            found.notes.append(_CUT_OFF)
        if row["mig"]:
            found.cut(name, [(size, None) for size in sizes.get(row["index"], ())])
            continue
        total = int(row["total"]) * MIB if row["total"] else None
        free = total - int(row["used"]) * MIB if total else None
        found.whole.append(Card(name=name, memory_bytes=total, free_bytes=free))
    return found
