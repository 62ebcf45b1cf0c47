"""Every form in which nvidia-smi lists GPUs."""

from __future__ import annotations

import pytest

from advisor.catalog.inventories import read_inventory
from advisor.errors import BadFileError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "name, memory.total [MiB]\nNVIDIA A100-SXM4-80GB, 81920 MiB\nNVIDIA L4, 23034 MiB\n",
            "1x A100 SXM4 80 GB (80) + 1x L4 (22)",
        ),
        ("name, memory.total [MiB]\r\nNVIDIA A100-SXM4-80GB, 81920\r\n", "1x A100 SXM4 80 GB (80)"),
        ("\ufeff\n\nname, memory.total [MiB]\n\nNVIDIA L4, 23034 MiB\n", "1x L4 (22)"),
        ('"name","memory.total [MiB]"\n"NVIDIA L4","23034 MiB"\n', "1x L4 (22)"),
        (
            "gpu_uuid, gpu_name, fb_memory.total [MiB], compute_cap\nGPU-x, NVIDIA T4, 15360 MiB, 7.5\n",
            "1x Tesla T4 (15)",
        ),
        ("utilization.gpu [%], name, memory.total [MiB]\n0 %, NVIDIA L40S, 46068 MiB\n", "1x L40S (45)"),
        ("Thu Nov 26 10:00:00 2026\nname, memory.total [MiB]\nNVIDIA L4, 23034 MiB\n", "1x L4 (22)"),
        ("name, memory.total [MiB]\nNVIDIA GB10, [N/A]\n", "1x GB10 (DGX Spark) (128)"),
        ("name, memory.total [MiB]\n[Unknown Error], [Unknown Error]\nNVIDIA L4, 23034 MiB\n", "1x L4 (22)"),
        ("NVIDIA A100-SXM4-80GB, 81920 MiB\nNVIDIA A100-SXM4-80GB, 81920 MiB\n", "2x A100 SXM4 80 GB (80)"),
        ("0, NVIDIA GeForce RTX 4090, 24564, 00000000:01:00.0, 8.9\n", "1x GeForce RTX 4090 (24)"),
        ("NVIDIA GeForce RTX 4090\nNVIDIA GeForce RTX 4090\n", "2x GeForce RTX 4090 (24)"),
        ("GPU 0: NVIDIA H100 80GB HBM3\n", "1x H100 SXM5 80 GB (80)"),
    ],
)
def test_queries_and_lists(text: str, expected: str, gpus):
    """Columns in any order, with and without headings and units; a card that does not answer is left out."""
    assert [expected] == gpus(text)


TABLE = """+-----------------------------------------------------------------------------------------+
| NVIDIA-SMI 550.54.15              Driver Version: 550.54.15      CUDA Version: 12.4     |
|=========================================+========================+======================|
|   0  {name:30}Off |   00000000:01:00.0  On |                  Off |
| 30%   45C    P8             20W /  450W | {memory:^22} |      0%      Default |
|                                         |                        | {mig:>20} |
+-----------------------------------------+------------------------+----------------------+
|   1  NVIDIA GeForce GTX 1080 Ti     Off |   00000000:02:00.0 Off |                  N/A |
|  0%   35C    P8              9W /  250W |       4MiB /  11264MiB |      0%      Default |
|                                         |                        |                  N/A |
+-----------------------------------------+------------------------+----------------------+
"""
SLICES = """| MIG devices:                                                                            |
|  0    1   0   0  |              37MiB / 40192MiB    | 42      0 |  3   0    2    0    0 |
|                  |                 0MiB / 65535MiB  |           |                       |
"""
SECOND = "1x GeForce GTX 1080 Ti (11)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            TABLE.format(name="NVIDIA GeForce RTX 4090", memory="500MiB /  24564MiB", mig="N/A"),
            [f"1x GeForce RTX 4090 (24) + {SECOND}"],
        ),
        (
            TABLE.format(name="NVIDIA GB10", memory="Not Supported", mig="N/A"),
            [f"1x GB10 (DGX Spark) (128) + {SECOND}"],
        ),
        (
            TABLE.format(name="NVIDIA A100-SXM4-80GB", memory="87MiB / 81920MiB", mig="Enabled") + SLICES,
            [SECOND, "1x A100 SXM4 80 GB (39)"],
        ),
    ],
)
def test_the_table(text: str, expected: list[str], gpus):
    """Cards with and without memory of their own, and the slices of one in MIG mode."""
    assert expected == gpus(text)


def test_a_name_cut_off(notes):
    """The table of old drivers cuts names: what is left is said to be no name."""
    cut = TABLE.format(name="NVIDIA GeForce ...", memory="0MiB / 24268MiB", mig="N/A")
    assert "a name in the table is cut off; give what `nvidia-smi -L` prints" == notes(cut)


Q = """
==============NVSMI LOG==============

Attached GPUs                             : 2
GPU 00000000:01:00.0
    Product Name                          : NVIDIA RTX 6000 Ada Generation
    MIG Mode
        Current                           : N/A
    FB Memory Usage
        Total                             : 49140 MiB
        Free                              : 48600 MiB
    BAR1 Memory Usage
        Total                             : 65536 MiB

GPU 00000000:02:00.0
    Product Name                          : NVIDIA L4
    FB Memory Usage
        Total                             : 23034 MiB
        Free                              : 22500 MiB
"""


def test_q_as_text(gpus):
    """`nvidia-smi -q`: the frame buffer is the memory, not BAR1."""
    assert ["1x RTX 6000 Ada Generation (48) + 1x L4 (22)"] == gpus(Q)


HEAD = '<?xml version="1.0" encoding="UTF-16" ?>\n<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">\n'


def xml(*gpus: str) -> str:
    """`nvidia-smi -q -x`."""
    return f"{HEAD}<nvidia_smi_log >{''.join(gpus)}</nvidia_smi_log>"


def gpu(name: str, total: str, mig: str = "N/A", devices: str = "") -> str:
    """One card of it."""
    memory = f"<fb_memory_usage><total>{total}</total><free>{total}</free></fb_memory_usage>"
    mode = f"<mig_mode><current_mig>{mig}</current_mig></mig_mode><mig_devices>{devices}</mig_devices>"
    return f'<gpu id="0"><product_name>{name}</product_name>{mode}{memory}</gpu>'


SLICE = "<mig_device><fb_memory_usage><total>9984 MiB</total></fb_memory_usage></mig_device>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            xml(gpu("NVIDIA GeForce RTX 4090", "24564 MiB"), gpu("NVIDIA L4", "23034 MiB")),
            ["1x GeForce RTX 4090 (24) + 1x L4 (22)"],
        ),
        (xml(gpu("NVIDIA GB10", "N/A")), ["1x GB10 (DGX Spark) (128)"]),
        (xml(gpu("GRID T4-16Q", "16384 MiB")), ["1x Tesla T4 (16)"]),
        (
            xml(
                gpu("NVIDIA H100 80GB HBM3", "81559 MiB"),
                gpu("NVIDIA H100 80GB HBM3", "81559 MiB", "Enabled", SLICE),
            ),
            ["1x H100 SXM5 80 GB (80)", "1x H100 SXM5 80 GB (10)"],
        ),
    ],
)
def test_xml(text: str, expected: list[str], gpus):
    """Several kinds, no memory of its own, virtual GPUs, a cut card beside a whole one."""
    assert expected == gpus(text)


@pytest.mark.parametrize(
    "text",
    [
        xml(gpu("NVIDIA H100 80GB HBM3", "81559 MiB", "Enabled")),
        "name, memory.total [MiB], mig.mode.current\nNVIDIA H100 80GB HBM3, 81559 MiB, Enabled\n",
        Q.replace("Current                           : N/A", "Current                           : Enabled"),
    ],
)
def test_mig_mode_without_slices(text: str, why_not):
    """A card in MIG mode takes no program before it is cut."""
    name = "NVIDIA RTX 6000 Ada Generation" if "NVSMI" in text else "NVIDIA H100 80GB HBM3"
    expected = f"{name} is in MIG mode, and no slice is listed: make one, or give `nvidia-smi -L`"
    assert expected == why_not(text)[-1]


@pytest.mark.parametrize(
    "text", ["No devices were found\n", "NVIDIA-SMI has failed because it couldn't communicate\n", xml()]
)
def test_no_gpu_at_all(text: str):
    """A listing of nothing is refused by its name."""
    with pytest.raises(BadFileError, match=r"nvidia-smi \(.*\) without a single machine"):
        read_inventory(text)
