"""This project's own documents: saved probes, one, a list or one a line; inventories; answers, which hold the
machine they were computed for."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from advisor.documents.hardware import HardwareProfile
from advisor.documents.inventory import NAMELESS, Inventory, InventoryMachine
from advisor.documents.plain import parse

if TYPE_CHECKING:
    from advisor.catalog.inventories import Source

FORM = "`advisor probe --json` (one, a list or JSON lines)"

_PARTS = {"cpu", "memory", "gpus"}
_FIELDS = {known.name for known in fields(HardwareProfile)}


def read(source: Source) -> tuple[InventoryMachine, ...] | None:
    """The machines, or None unless every part of the document is one of ours."""
    value = source.document
    parts = value if isinstance(value, list) else [value]
    if not parts or not all(_is_ours(part) for part in parts):
        return None
    if len(parts) == 1:
        return _machines(parts[0], source.what)
    found: list[InventoryMachine] = []
    for number, part in enumerate(parts, 1):
        found += _machines(part, f"{source.what}, document {number}")
    return _told_apart(found)


def hardware_document(value: dict[str, Any], what: str) -> HardwareProfile:
    """A machine as a document, or the one that a whole answer was computed for. Raises BadFileError."""
    if isinstance(value.get("hardware"), dict):
        value = value["hardware"]
    return parse(HardwareProfile, {"name": "unnamed machine", "source": "user", **value}, what=what)


def _is_ours(part: Any) -> bool:
    if not isinstance(part, dict):
        return False
    if "schema_version" in part:
        return "machines" in part or "hardware" in part or bool(_PARTS & part.keys())
    return part.keys() <= _FIELDS and bool(_PARTS & part.keys())


def _machines(part: dict[str, Any], what: str) -> tuple[InventoryMachine, ...]:
    if "machines" in part:
        return parse(Inventory, part, what=what).machines
    return (InventoryMachine(hardware=hardware_document(part, what)),)


def _told_apart(machines: list[InventoryMachine]) -> tuple[InventoryMachine, ...]:
    """Each nameless one under its machine's name, numbered where that is not the first of it."""
    seen: Counter[str] = Counter()
    found = []
    for machine in machines:
        if machine.node == NAMELESS:
            seen[name := machine.hardware.name] += 1
            machine = replace(machine, node=name if seen[name] == 1 else f"{name} ({seen[name]})")
        found.append(machine)
    return tuple(found)
