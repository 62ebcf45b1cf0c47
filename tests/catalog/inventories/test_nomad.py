"""Nomad's nodes, whole and as stubs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from advisor.catalog.inventories import find_inventory
from advisor.errors import BadFileError


def node(devices: Any, **parts: Any) -> str:
    """`nomad node status -json ID`."""
    resources = {"Cpu": {"TotalCpuCores": 64}, "Memory": {"MemoryMB": 257000}, "Disk": {}, "Devices": devices}
    return json.dumps({"ID": "1", "Name": "n1", "Status": "ready", "NodeResources": resources, **parts})


def gpu(
    name: str, count: int, memory: int | None = None, vendor: str = "nvidia", healthy: bool = True
) -> dict[str, Any]:
    """A kind of device."""
    attributes = {"memory": {"Int": memory, "Unit": "MiB"}} if memory else None
    instances = [{"ID": str(index), "Healthy": healthy} for index in range(count)]
    return {"Vendor": vendor, "Type": "gpu", "Name": name, "Instances": instances, "Attributes": attributes}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (node([gpu("NVIDIA A10G", 1, 23028)], Attributes=None), "1x A10G (22)"),
        (
            node([gpu("NVIDIA A100", 8)], Attributes={"unique.platform.aws.instance-type": "p4d.24xlarge"}),
            "8x A100 SXM4 40 GB (40)",
        ),
        (node([gpu("NVIDIA A100-SXM4-40GB MIG 1g.5gb", 7, 4864)]), "7 places of 1x A100 SXM4 40 GB (5)"),
        (node([gpu("NVIDIA A10G", 2, healthy=False)]), "no GPU"),
        (node([gpu("Instinct MI210", 2, vendor="amd")]), "2x Radeon Instinct MI210 (64)"),
        (node(None), "no GPU"),
    ],
)
def test_devices(text: str, expected: str, gpus):
    """Healthy devices with and without attributes; each slice is a place of its own."""
    assert [expected] == gpus(text)


def test_a_list_of_stubs(notes):
    """A list without resources is Nomad's all the same, and says what is missing."""
    stub = {
        "ID": "1",
        "Name": "n1",
        "Status": "ready",
        "NodeClass": "gpu",
        "SchedulingEligibility": "eligible",
    }
    assert "a list of nodes without -resources says nothing of their hardware; give it" == notes(
        json.dumps([stub])
    )


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"Status": "down"}, "its status is down"),
        ({"Drain": True}, "it is being drained"),
        ({"SchedulingEligibility": "ineligible"}, "it takes no new work"),
    ],
)
def test_nodes_that_take_no_work(parts: dict[str, Any], expected: str, why_not):
    """Down, drained and ineligible nodes."""
    assert [expected] == why_not(node([], **parts))


@pytest.mark.parametrize("name", ["kernel.name", "cpu.modelname", "cpu.arch"])
def test_a_text_that_is_none_is_a_damaged_export(name: str):
    """A number for the system or the processor is refused by its name, here and in `fleet`."""
    text = node([gpu("NVIDIA A10G", 1, 23028)], Attributes={name: 1e9})
    with pytest.raises(BadFileError, match=r"is 1000000000\.0, no text"):
        find_inventory(text)
