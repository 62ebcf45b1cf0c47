"""What an inventory can hold that no tool writes: refused by name, at once."""

from __future__ import annotations

import json

import pytest

from advisor.catalog.resolve import machine_of
from advisor.errors import AdvisorError


def node(labels: dict[str, str], count: str) -> str:
    """A Kubernetes node with GPUs."""
    capacity = {"cpu": "8", "memory": "64Gi", "nvidia.com/gpu": count}
    status = {"capacity": capacity, "allocatable": capacity, "nodeInfo": {"architecture": "amd64"}}
    return json.dumps(
        {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n", "labels": labels}, "status": status}
    )


SKYPILOT = "InstanceType,vCPUs,MemoryGiB,AcceleratorName,AcceleratorCount,GpuInfo\nx,8,64,A100,{},{}\n"


@pytest.mark.parametrize(
    "text",
    [
        node({"nvidia.com/gpu.product": "NVIDIA-A10"}, str(10**15)),
        node({"nvidia.com/gpu.product": "a " * 100_000}, "1"),
        SKYPILOT.format(1, "'{bad'"),
        SKYPILOT.format("1e15", ""),
        SKYPILOT.format("1e999", ""),
        '{"Name": ' * 300 + "1" + "}" * 300,
        "[" * 5000,
    ],
)
def test_refused_by_name(text: str):
    """Counts and names of no machine, half a dictionary, and nesting without end."""
    with pytest.raises(AdvisorError):
        machine_of(text, "inventory")


def test_a_word_without_end():
    """A Slurm node beside a word of 300,000 letters is read in one pass."""
    assert () == machine_of("NodeName=x " + "a" * 300_000, "inventory").gpus
