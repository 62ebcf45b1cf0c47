"""Saved probes and other documents of this project, read as any inventory is."""

from __future__ import annotations

import json

import pytest

from advisor.catalog.inventories import read_inventory, sole_machine
from advisor.catalog.resolve import resolve_hardware
from advisor.documents.inventory import NAMELESS, Inventory, InventoryMachine
from advisor.documents.plain import dumps
from advisor.errors import BadFileError

CARD, MAC = resolve_hardware("2x RTX 4090"), resolve_hardware("M3 Max 64GB")


def test_a_saved_probe_is_one_machine():
    """As it was saved, under no name of a node."""
    (machine,) = read_inventory(dumps(CARD))
    assert (NAMELESS, CARD) == (machine.node, machine.hardware)


@pytest.mark.parametrize("together", ["[{},{},{}]", "{}\n{}\n{}\n", "{}{}{}"])
def test_several_probes_are_several_machines(together):
    """A list, JSON lines or one after another; equal ones are told apart by a number."""
    texts = [dumps(part, indent=None) for part in (CARD, MAC, CARD)]
    machines = read_inventory(together.replace("{}", "%s") % tuple(texts))
    assert ["2x RTX 4090", "M3 Max 64GB", "2x RTX 4090 (2)"] == [machine.node for machine in machines]
    assert sole_machine(machines, "M3 Max 64GB") == MAC


def test_an_inventory_keeps_its_nodes():
    """What `advisor probe --from` wrote, slices and reasons included."""
    machines = (
        InventoryMachine(node="a", hardware=CARD, count=7),
        InventoryMachine(node="b", hardware=MAC, why_not="it is down"),
    )
    assert machines == read_inventory(dumps(Inventory(machines=machines)))


def test_an_answer_holds_the_machine_it_is_for():
    """A whole document is as good as the probe in it."""
    (machine,) = read_inventory(json.dumps({"schema_version": "1.0", "hardware": json.loads(dumps(CARD))}))
    assert machine.hardware == CARD


def test_one_written_by_hand_needs_no_version():
    """Names of fields alone."""
    (machine,) = read_inventory('{"gpus": [{"name": "X", "vendor": "NVIDIA", "memory_total_bytes": 8}]}')
    assert ("unnamed machine", 8) == (machine.hardware.name, machine.hardware.gpus[0].memory_total_bytes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[{"gpus": []}, {"gpus": [{"name": 1}]}]', "a.json, document 2 cannot be read: gpus.0.name is 1"),
        ('{"schema_version": "9.0", "gpus": []}', "a.json has schema_version '9.0'"),
        ('{"schema_version": "1.0", "machines": [{}]}', "a.json lacks the field 'machines.0.hardware'"),
        ('[{"gpus": []}, {"other": 1}]', "a.json is no machine description known here"),
    ],
)
def test_what_is_wrong_is_named(text, said):
    """The file, the document and the field."""
    with pytest.raises(BadFileError) as caught:
        read_inventory(text, "a.json")
    assert said in str(caught.value)
