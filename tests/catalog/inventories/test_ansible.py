"""Ansible's facts from a cache, a terminal, a callback and a dump of variables."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from advisor.catalog.inventories import read_inventory

FACTS: dict[str, Any] = {
    "ansible_processor": ["0", "AuthenticAMD", "AMD EPYC 9654 96-Core Processor"],
    "ansible_processor_count": 2,
    "ansible_processor_cores": 96,
    "ansible_processor_vcpus": 384,
    "ansible_memtotal_mb": 1547000,
    "ansible_architecture": "x86_64",
    "ansible_system": "Linux",
    "ansible_hostname": "h1",
    "ansible_product_name": "PowerEdge R7625",
}
PLAIN = {key.removeprefix("ansible_"): value for key, value in FACTS.items()}
SETUP = {"ansible_facts": FACTS, "changed": False}
GREEN, END = "\x1b[0;32m", "\x1b[0m"


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(FACTS),
        json.dumps({"__payload__": json.dumps(FACTS)}),
        json.dumps({"ansible_facts": PLAIN}),
        json.dumps({"h1": FACTS}),
        json.dumps({"plays": [{"tasks": [{"hosts": {"h1": SETUP}}]}]}),
        json.dumps({"_meta": {"hostvars": {"h1": FACTS}}}),
        yaml.safe_dump(SETUP),
        f"h1 | SUCCESS => {json.dumps(SETUP, indent=4)}\n",
        f"h1 | SUCCESS => {json.dumps(SETUP)}\n",
        f"[WARNING]: Platform linux on host h1 is old\nh1 | SUCCESS => {json.dumps(SETUP)}\n",
        "\n".join(
            f"{GREEN}{line}{END}" for line in f"h1 | SUCCESS => {json.dumps(SETUP, indent=4)}".splitlines()
        ),
    ],
)
def test_one_host(text: str):
    """Every form holds the same host: two sockets of 96 cores."""
    (machine,) = read_inventory(text)
    cpu = machine.hardware.cpu
    assert ("h1", 2, 192, "Linux") == (machine.node, cpu.sockets, cpu.physical_cores, machine.hardware.os)


def test_hosts_that_failed(why_not):
    """An unreachable host and a failed one are named with the reason, not forgotten."""
    lines = (
        f"h1 | SUCCESS => {json.dumps(SETUP)}",
        'h2 | UNREACHABLE! => {"changed": false, "msg": "Failed to connect", "unreachable": true}',
        'h3 | FAILED! => {"msg": "no sudo", "failed": true}',
    )
    assert [None, "it was not reachable: Failed to connect", "it was not read: no sudo"] == why_not(
        "\n".join(lines)
    )


@pytest.mark.parametrize(
    ("product", "expected"),
    [("g5.12xlarge", "4x A10G (24)"), ("PowerEdge R7625", "no GPU"), ("m7i.large", "no GPU")],
)
def test_gpus_of_an_instance(product: str, expected: str, gpus):
    """Facts hold no GPU; on a cloud the product's name is the kind of instance, which has one."""
    assert [expected] == gpus(json.dumps(FACTS | {"ansible_product_name": product}))


def test_windows():
    """Win32NT is Windows."""
    assert "Windows" == read_inventory(json.dumps(FACTS | {"ansible_system": "Win32NT"}))[0].hardware.os


def test_hosts_of_an_inventory_without_facts_are_named(why_not):
    """`ansible-inventory --list` with a fact cache holds facts of some hosts only."""
    text = json.dumps({"_meta": {"hostvars": {"a": FACTS, "b": {"ansible_host": "192.0.2.1"}}}})
    first, second = why_not(text)
    assert (None, True) == (first, "no facts of it are cached" in (second or ""))
