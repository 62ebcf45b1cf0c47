"""Slurm's nodes from scontrol, sinfo and slurm.conf, as text and as JSON."""

from __future__ import annotations

import json

import pytest

from advisor.catalog.inventories import read_inventory
from advisor.errors import BadFileError

NODE = """NodeName=gpu01 Arch=x86_64 CoresPerSocket=32
   CPUAlloc=0 CPUEfctv=128 CPUTot=128 CPULoad=0.05
   AvailableFeatures=(null)
   ActiveFeatures=(null)
   Gres={gres}
   OS=Linux 5.14.0-362.el9.x86_64 #1 SMP PREEMPT_DYNAMIC
   RealMemory=515000 AllocMem=0 FreeMem=500000 Sockets=2 Boards=1
   State={state} ThreadsPerCore=2 TmpDisk=0 Weight=1
   CfgTRES=cpu=128,mem=515000M,billing=128,gres/gpu=4
   Reason={reason}

"""


def node(gres: str, state: str = "IDLE", reason: str = "none") -> str:
    """`scontrol show node`."""
    return NODE.format(gres=gres, state=state, reason=reason)


@pytest.mark.parametrize(
    ("gres", "expected"),
    [
        ("gpu:a100:4(S:0-1)", ["4x A100 PCIe 40 GB (40)"]),
        ("gpu:tesla_v100-sxm2-32gb:4", ["4x Tesla V100 SXM2 32 GB (32)"]),
        ("gpu:nvidia_h100_80gb_hbm3:8(S:0-1)", ["8x H100 SXM5 80 GB (80)"]),
        ("gpu:a100-80:4", ["4x A100 PCIe 80 GB (80)"]),
        ("gpu:a100m40:4", ["4x A100 PCIe 40 GB (40)"]),
        ("gpu:4090:8", ["8x GeForce RTX 4090 (24)"]),
        ("gpu:2080ti:4", ["4x GeForce RTX 2080 Ti (11)"]),
        ("gpu:gtx1080ti:no_consume:4", ["4x GeForce GTX 1080 Ti (11)"]),
        ("gpu:rtx2080ti:4,gpu:gtx1080:2", ["4x GeForce RTX 2080 Ti (11) + 2x GeForce GTX 1080 (8)"]),
        ("craynetwork:4,gpu:mi250x:8", ["8x Radeon Instinct MI250X (64)"]),
        ("mps:400,gpu:l40s:4(S:0),shard:32", ["4x L40S (45)"]),
        ("gpu:nvidia_gh200_120gb:1", ["1x GH200 96 GB (96)"]),
        ("gpu:8", ["8x ?unnamed GPU (0)"]),
        ("gpu:4(S:0)", ["4x ?unnamed GPU (0)"]),
        ("gpu:0", ["no GPU"]),
        ("(null)", ["no GPU"]),
        ("gpu:nvidia_a100_3g.20gb:2(S:0,2-3)", ["2 places of 1x A100 PCIe 40 GB (20)"]),
        (
            "gpu:a100_7g.80gb:2,gpu:a100_3g.40gb:4",
            ["2 places of 1x A100 PCIe 80 GB (80)", "4 places of 1x A100 PCIe 80 GB (40)"],
        ),
        (
            "gpu:nvidia_a100_80gb_pcie_1g.10gb:7(S:0),gpu:nvidia_a100_80gb_pcie:1(S:1)",
            ["1x A100 PCIe 80 GB (80)", "7 places of 1x A100 PCIe 80 GB (10)"],
        ),
    ],
)
def test_gres(gres: str, expected: list[str], gpus):
    """Types with memory and form, counts without a type, several kinds, slices beside whole cards."""
    assert expected == gpus(node(gres))


@pytest.mark.parametrize(
    ("state", "usable"),
    [
        *(
            (state, True)
            for state in ("IDLE", "MIXED+PLANNED", "ALLOCATED+RESERVED", "IDLE+CLOUD+POWERED_DOWN")
        ),
        *(
            (state, False)
            for state in ("DOWN*", "IDLE+DRAIN", "FUTURE", "IDLE+INVALID_REG", "IDLE+MAINTENANCE")
        ),
        *((state, False) for state in ("IDLE+POWERING_DOWN", "UNKNOWN", "MIXED+DRAIN+DYNAMIC_NORM")),
    ],
)
def test_states(state: str, usable: bool, why_not):
    """A busy or sleeping node takes jobs later; one that is down or drained does not."""
    assert [None if usable else f"its state is {state.strip('*')}"] == why_not(node("gpu:l40s:4", state))


def test_a_reason_is_no_field(gpus):
    """What an administrator wrote as the reason is not read as Gres."""
    assert ["4x L40S (45)"] == gpus(
        node("gpu:l40s:4", "IDLE+DRAIN", "NodeName=x lost Gres=gpu:1 [root@2026]")
    )


def test_one_node_a_line(gpus):
    """`scontrol --oneliner show node`."""
    lines = "".join(" ".join(node(gres).split()) + "\n" for gres in ("gpu:l40s:4", "gpu:a30:2")).replace(
        "NodeName=gpu01", "NodeName=gpu02", 1
    )
    assert ["4x L40S (45)", "2x A30 PCIe (24)"] == gpus(lines)


CONF = """ClusterName=x
GresTypes=gpu
NodeName=DEFAULT RealMemory=515000 CPUs=64
NodeName=gpu[01-02] Gres=gpu:h100:8 \\
  CPUs=128 State=UNKNOWN
NodeName=cpu[1-3,5] RealMemory=256000
PartitionName=gpu Nodes=gpu[01-02] State=DOWN
"""


def test_slurm_conf():
    """The lines of slurm.conf: defaults, a line that goes on, lists of hosts; they state no present state."""
    found = read_inventory(CONF)
    assert ["gpu01", "gpu02", "cpu1", "cpu2", "cpu3", "cpu5"] == [machine.node for machine in found]
    assert [(128, 515000, 8)] * 2 + [(64, 256000, 0)] * 4 == [
        (cpu.logical_cores, (memory.total_bytes or 0) // 2**20, len(machine.hardware.gpus))
        for machine in found
        for cpu, memory in [(machine.hardware.cpu, machine.hardware.memory)]
    ]
    assert {None} == {machine.why_not for machine in found}


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            "NODELIST GRES MEMORY CPUS STATE\ngpu01 gpu:l40s:4(S:0-1) 515000+ 128 idle~\n",
            [("gpu01", 4, None)],
        ),
        ("NODELIST GRES STATE\ngpu01 gpu:l40s:4 drng\n", [("gpu01", 4, "its state is DRNG")]),
        ("NODELIST GRES STATE\ngpu01 gpu:l40s:4 down*\n", [("gpu01", 4, "its state is DOWN")]),
        ("GRES NODELIST STATE\ngpu:l40s:4 gpu[01-02] idle\n", [("gpu01", 4, None), ("gpu02", 4, None)]),
        (
            "PARTITION NODES STATE NODELIST GRES\na* 1 mix gpu01 gpu:l40s:4\nb 1 mix gpu01 gpu:l40s:4\n",
            [("gpu01", 4, None)],
        ),
        ("NODELIST|GRES|STATE\ngpu01|gpu:l40s:4|idle\n", [("gpu01", 4, None)]),
        ("Thu Nov 26 10:00:00 2026\nNODELIST STATE CPUS\ngpu01 idle 128\n", [("gpu01", 0, None)]),
    ],
)
def test_sinfo(table: str, expected: list[tuple[str, int, str | None]]):
    """Columns in any order, flags after states, lists of hosts, partitions that share a node."""
    found = read_inventory(table)
    assert expected == [(machine.node, len(machine.hardware.gpus), machine.why_not) for machine in found]


def test_a_listing_without_gpus(notes):
    """sinfo without %G says that it shows no GPUs."""
    assert "this listing shows no GPUs; give `scontrol show node`, or sinfo with %G in its format" == notes(
        "NODELIST STATE CPUS\ngpu01 idle 128\n"
    )


JSON = {"name": "g1", "state": "idle", "state_flags": ["DRAIN"], "gres": "gpu:a100:4", "real_memory": 512000}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"nodes": [JSON]}, (500, "its state is idle+DRAIN")),
        (
            {
                "nodes": [
                    JSON
                    | {"state": ["IDLE"], "state_flags": [], "real_memory": {"set": True, "number": 512000}}
                ]
            },
            (500, None),
        ),
        (
            {
                "nodes": [
                    JSON | {"state": ["IDLE"], "state_flags": [], "real_memory": {"set": False, "number": 0}}
                ]
            },
            (None, None),
        ),
        (
            {
                "sinfo": [
                    {
                        "node": {"state": ["IDLE"]},
                        "nodes": {"nodes": ["g1"]},
                        "memory": {"minimum": 512000},
                        "gres": {"total": "gpu:a100:4"},
                    }
                ]
            },
            (500, None),
        ),
    ],
)
def test_json_of_several_versions(document, expected):
    """Old and new JSON of scontrol, and sinfo's."""
    (machine,) = read_inventory(json.dumps(document))
    memory = machine.hardware.memory.total_bytes
    assert ("g1", 4, *expected) == (
        machine.node,
        len(machine.hardware.gpus),
        memory and memory // 2**30,
        machine.why_not,
    )


@pytest.mark.parametrize("given", ["g[1-999999999]", "g[1-60000]h[1-60000]"])
def test_a_list_without_end(given: str):
    """More nodes than a cluster can have are refused at once."""
    with pytest.raises(BadFileError, match="more nodes than a cluster can have"):
        read_inventory(f"NodeName={given} Gres=gpu:a100:4\n")


@pytest.mark.parametrize("feature", ["rtx6000ada", "gpu_rtx6000ada", "gpu:rtx_6000_ada"])
def test_a_feature_names_the_card_that_gres_counts(gpus, notes, feature):
    """As clusters whose gres has no type write it; what names no card is no name."""
    text = node("gpu:4").replace("ActiveFeatures=(null)", f"ActiveFeatures=zen4,ib,{feature}")
    assert gpus(text) == ["4x RTX 6000 Ada Generation (48)"]
    assert f"the feature {feature.removeprefix('gpu_').removeprefix('gpu:')} is taken for it" in notes(text)


def test_two_counts_that_differ_are_said(gpus, notes):
    """CfgTRES counts what jobs can be given."""
    assert gpus(node("gpu:l40s:8")) == ["8x L40S (45)"]
    assert "Gres lists 8 GPUs and CfgTRES 4: 8 are planned for" in notes(node("gpu:l40s:8"))
    assert "CfgTRES" not in notes(node("gpu:l40s:4"))
