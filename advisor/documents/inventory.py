"""What an inventory of a provisioning tool describes: machines, and whether work may be placed on them."""

from __future__ import annotations

from dataclasses import dataclass, field

from advisor.documents.hardware import HardwareProfile

NAMELESS = "this machine"
"""The node where the tool gives it no name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryMachine:
    """One place where a model could run: a node, or one slice of a node whose GPUs are cut up."""

    node: str = NAMELESS
    """The name the tool gives the node."""
    hardware: HardwareProfile
    selector: dict[str, str] = field(default_factory=dict, hash=False)
    """Labels of the node that say what kind it is, where the tool has such labels."""
    count: int = 1
    """How many such places the node has: slices of a GPU cannot be joined, so each is a place of its own."""
    why_not: str | None = None
    """Why nothing may be placed there now (cordoned, not ready, down); None when it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """All machines of one inventory, in its order."""

    schema_version: str = "1.0"
    machines: tuple[InventoryMachine, ...]
