"""Machines of an inventory."""

from __future__ import annotations

from typing import Any

from advisor.documents.hardware import HardwareProfile
from advisor.documents.inventory import Inventory, InventoryMachine
from advisor.documents.plain import parse, plain

NODE = InventoryMachine(node="a", hardware=HardwareProfile(name="box", source="inventory"))


def test_a_node_is_one_place_that_may_be_used_unless_said() -> None:
    """Slices are places of their own; a reason keeps work away."""
    assert (NODE.count, NODE.why_not, NODE.selector) == (1, None, {})


def test_an_inventory_is_read_back_in_its_order() -> None:
    """As the tool listed them."""
    found = Inventory(machines=(NODE, InventoryMachine(node="b", hardware=NODE.hardware, why_not="down")))
    assert parse(Inventory, plain(found), what="inventory") == found


def test_an_inventory_holds_machines(refusal: Any) -> None:
    """A list of names is none."""
    assert "machines.0 is 'a'" in refusal(Inventory, {"machines": ["a"]})
