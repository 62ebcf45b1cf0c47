"""SkyPilot's catalogue and its tasks."""

from __future__ import annotations

import pytest

from advisor.catalog.inventories import read_inventory
from advisor.errors import BadFileError

HEAD = "InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,GpuInfo,Price\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{HEAD}p5.48xlarge,H100,8.0,192.0,2048.0,,98.3\n", ["8x H100 SXM5 80 GB (80)"]),
        (f"{HEAD}a2-ultragpu-8g,A100-80GB,8,,,,40\n", ["8x A100 SXM4 80 GB (80)"]),
        (f"{HEAD}x,H100-MEGA,8,1,1,,\n", ["8x H100 PCIe 80 GB (80)"]),
        (f"{HEAD}x,TPU-V2,1,1,1,,\n", ["no GPU"]),
        ("resources:\n  accelerators: H100:8\n  cloud: aws\nrun: x\n", ["8x H100 PCIe 80 GB (80)"]),
        ("resources:\n  accelerators: {L4: 1}\n", ["1x L4 (24)"]),
        ("resources:\n  accelerators:\n    A100-80GB: 4\n", ["4x A100 PCIe 80 GB (80)"]),
        ("resources:\n  instance_type: g5.12xlarge\n", ["4x A10G (24)"]),
        ("resources:\n  instance_type: p4d.24xlarge\n  accelerators: A100:8\n", ["8x A100 SXM4 40 GB (40)"]),
        ("resources:\n  accelerators: [A10G:4, L4:1]\n", ["4x A10G (24)", "1x L4 (24)"]),
        (
            "resources:\n  any_of:\n    - accelerators: L40S:8\n    - accelerators: L4\n",
            ["8x L40S (45)", "1x L4 (24)"],
        ),
        ("resources:\n  accelerators: L4:0.5\n", ["1x L4 (24)"]),
        ("resources:\n  accelerators: tpu-v5e-8\n", ["no GPU"]),
    ],
)
def test_machines(text: str, expected: list[str], gpus):
    """Rows, and what a task asks for: one kind, or any of several."""
    assert expected == gpus(text)


def test_what_a_task_states():
    """Nodes, memory and cores, where 'at least' is taken as it is."""
    text = "num_nodes: 2\nresources:\n  accelerators: L40S:8\n  memory: 500+\n  cpus: 96+\n"
    hardware = read_inventory(text)[0].hardware
    assert (2, 500, 96) == (
        hardware.nodes,
        (hardware.memory.total_bytes or 0) >> 30,
        hardware.cpu.logical_cores,
    )


def test_a_yaml_that_refers_to_itself():
    """References are refused: a few lines of them can mean gigabytes."""
    with pytest.raises(BadFileError, match="refers to parts of itself"):
        read_inventory("resources:\n  accelerators: &a H100:8\n  image_id: *a\n")


def test_an_instance_type_tells_its_main_memory():
    """The catalogue's, where the task names no size."""
    (machine,) = read_inventory("resources:\n  instance_type: p4d.24xlarge\n")
    assert round((machine.hardware.memory.total_bytes or 0) / 2**30) == 1152
