"""Kubernetes nodes of every cloud and device plugin read as the machines they are."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from advisor.catalog.inventories import read_inventory
from advisor.catalog.inventories.kubernetes import quantity

TYPE = "node.kubernetes.io/instance-type"
PRODUCT = "nvidia.com/gpu.product"
ON_GKE = "cloud.google.com/gke-accelerator"
AMD = "amd.com/gpu."
BASE = {"cpu": "48", "memory": "196Gi", "pods": "110", "ephemeral-storage": "200Gi"}


def node(labels: dict[str, str], resources: dict[str, str], **parts: Any) -> dict[str, Any]:
    """A node; *parts*: `free` (allocatable), `spec`, `conditions`."""
    capacity = BASE | resources
    status = {"capacity": capacity, "allocatable": capacity | parts.get("free", {})}
    if "conditions" in parts:
        status["conditions"] = parts["conditions"]
    metadata = {"name": "n1", "labels": labels}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": metadata,
        "spec": parts.get("spec", {}),
        "status": status,
    }


def text(labels: dict[str, str], resources: dict[str, str], **parts: Any) -> str:
    """The same as `kubectl get node -o json` prints it."""
    return json.dumps(node(labels, resources, **parts))


def nvidia(product: str, count: str = "1", **labels: str) -> str:
    """A node with GPU feature discovery."""
    more = {f"nvidia.com/{key.replace('_', '.')}": value for key, value in labels.items()}
    return text({PRODUCT: product, **more}, {"nvidia.com/gpu": count})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # Clouds: the label of the accelerator, or the kind of instance where no label names the GPU.
        (
            text(
                {"k8s.amazonaws.com/accelerator": "nvidia-tesla-v100", TYPE: "p3.8xlarge"},
                {"nvidia.com/gpu": "4"},
            ),
            "4x Tesla V100 SXM2 16 GB (16)",
        ),
        (text({TYPE: "p4d.24xlarge"}, {"nvidia.com/gpu": "8"}), "8x A100 SXM4 40 GB (40)"),
        (
            text({TYPE: "Standard_NC24ads_A100_v4", "accelerator": "nvidia"}, {"nvidia.com/gpu": "1"}),
            "1x A100 PCIe 80 GB (80)",
        ),
        (text({TYPE: "BM.GPU.H100.8"}, {"nvidia.com/gpu": "8"}), "8x H100 SXM5 80 GB (80)"),
        (text({TYPE: "zz9.xlarge"}, {"nvidia.com/gpu": "4"}), "4x ?unnamed NVIDIA GPU (0)"),
        (text({ON_GKE: "nvidia-h100-mega-80gb"}, {"nvidia.com/gpu": "8"}), "8x H100 SXM5 80 GB (80)"),
        (text({ON_GKE: "nvidia-tesla-a100"}, {"nvidia.com/gpu": "4"}), "4x A100 SXM4 40 GB (40)"),
        (text({ON_GKE: "nvidia-h200-141gb"}, {"nvidia.com/gpu": "8"}), "8x H200 SXM 141 GB (140)"),
        (text({ON_GKE: "nvidia-tesla-p100"}, {"nvidia.com/gpu": "1"}), "1x Tesla P100 PCIe 16 GB (16)"),
        (
            text(
                {"karpenter.k8s.aws/instance-gpu-name": "h100", TYPE: "p5.48xlarge"}, {"nvidia.com/gpu": "8"}
            ),
            "8x H100 SXM5 80 GB (80)",
        ),
        (
            text(
                {"karpenter.azure.com/sku-gpu-name": "A100", TYPE: "Standard_NC24ads_A100_v4"},
                {"nvidia.com/gpu": "1"},
            ),
            "1x A100 PCIe 80 GB (80)",
        ),
        (
            text({"gpu.nvidia.com/class": "H100_NVLINK_80GB"}, {"nvidia.com/gpu": "8"}),
            "8x H100 SXM5 80 GB (80)",
        ),
        (
            text(
                {"aliyun.accelerator/nvidia_name": "NVIDIA-A10", "aliyun.accelerator/nvidia_mem": "22731MiB"},
                {"nvidia.com/gpu": "2"},
            ),
            "2x A10 PCIe (22)",
        ),
        (
            text(
                {"aliyun.accelerator/nvidia_name": "Tesla-T4"},
                {"aliyun.com/gpu-mem": "15", "aliyun.com/gpu-count": "1"},
            ),
            "1x Tesla T4 (16)",
        ),
        # MIG: single and mixed strategy, shared, partly taken.
        (
            text(
                {ON_GKE: "nvidia-tesla-a100", "cloud.google.com/gke-gpu-partition-size": "1g.5gb"},
                {"nvidia.com/gpu": "7"},
            ),
            "7 places of 1x A100 SXM4 40 GB (5)",
        ),
        (
            nvidia("NVIDIA-A100-SXM4-40GB-MIG-1g.5gb-SHARED", "28", gpu_replicas="4", gpu_memory="4864"),
            "7 places of 1x A100 SXM4 40 GB (5)",
        ),
        (
            text(
                {PRODUCT: "NVIDIA-H100-80GB-HBM3-MIG-1g.10gb"},
                {"nvidia.com/gpu": "7"},
                free={"nvidia.com/gpu": "5"},
            ),
            "5 places of 1x H100 SXM5 80 GB (10)",
        ),
        # Several programs on whole cards.
        (nvidia("NVIDIA-A10", "20", gpu_count="2", gpu_replicas="10"), "2x A10 PCIe (24)"),
        (
            text(
                {ON_GKE: "nvidia-l4", "cloud.google.com/gke-max-shared-clients-per-gpu": "4"},
                {"nvidia.com/gpu": "4"},
            ),
            "1x L4 (24)",
        ),
        (
            text(
                {PRODUCT: "NVIDIA-A100-SXM4-40GB", "nvidia.com/gpu.count": "1"},
                {"nvidia.com/gpu": "10", "nvidia.com/gpumem": "40960"},
            ),
            "1x A100 SXM4 40 GB (40)",
        ),
        # Virtual GPUs.
        (nvidia("GRID-T4-16Q", gpu_memory="16384"), "1x Tesla T4 (16)"),
        (nvidia("GRID-V100D-8Q", gpu_memory="8192"), "1x Tesla V100 PCIe 32 GB (8)"),
        (nvidia("NVIDIA-H100XM-80C"), "1x H100 SXM5 80 GB (80)"),
        (nvidia("GRID-A100D-2-20C", gpu_memory="20480"), "1x A100 PCIe 80 GB (20)"),
        (text({}, {"nvidia.com/NVIDIA_A10-24Q": "2"}), "2x A10 PCIe (24)"),
        (text({}, {"nvidia.com/GA102GL_A10": "2"}), "2x A10 PCIe (24)"),
        # Names whose number is not the GPU's memory, and chips that share main memory.
        (nvidia("NVIDIA-GH200-480GB", gpu_memory="97871"), "1x GH200 96 GB (96)"),
        (nvidia("Orin-(nvgpu)", gpu_memory="62841"), "1x Jetson AGX Orin 64 GB (196)"),
        (nvidia("Tesla-K80", gpu_memory="11441"), "1x Tesla K80 (11)"),
        # AMD.
        (
            text(
                {AMD + "product-name": "AMD_Instinct_MI300X_OAM", AMD + "vram": "192G"}, {"amd.com/gpu": "8"}
            ),
            "8x Radeon Instinct MI300X (192)",
        ),
        (
            text({f"beta.{AMD}vram.64G": "4", f"beta.{AMD}device-id.740f": "4"}, {"amd.com/gpu": "4"}),
            "4x Radeon Instinct MI210 (64)",
        ),
        (text({TYPE: "Standard_ND96isr_MI300X_v5"}, {"amd.com/gpu": "8"}), "8x Radeon Instinct MI300X (192)"),
        (
            text(
                {
                    AMD + "product-name": "AMD_Instinct_MI300X_OAM",
                    "amd.com/compute-memory-partition": "cpx_nps4",
                },
                {"amd.com/gpu": "64"},
            ),
            "64x Radeon Instinct MI300X (24)",
        ),
        (
            text({AMD + "product-name": "AMD_Instinct_MI300X_OAM"}, {"amd.com/cpx_nps4": "64"}),
            "64x Radeon Instinct MI300X (24)",
        ),
        (text({}, {"amd.com/gpu": "8"}), "8x ?unnamed AMD GPU (0)"),
        # Intel, and others.
        (
            text(
                {"gpu.intel.com/product": "Max_1550", "gpu.intel.com/device-id.0380-0bd5.count": "4"},
                {"gpu.intel.com/i915": "4", "gpu.intel.com/i915_monitoring": "1"},
            ),
            "4x Data Center GPU Max 1550 (128)",
        ),
        (
            text({"gpu.intel.com/product": "Flex_170"}, {"gpu.intel.com/i915": "10"}),
            "1x Data Center GPU Flex 170 (16)",
        ),
        (
            text({"node.kubernetes.io/npu.chip.name": "910B3"}, {"huawei.com/Ascend910-4c": "2"}),
            "2 places of 1x ?Huawei 910B3 (4 cores) (0)",
        ),
        (text({}, {"habana.ai/gaudi": "8"}), "no GPU"),
        (text({}, {"rdma/ib": "8", "vpc.amazonaws.com/efa": "32"}), "no GPU"),
    ],
)
def test_one_place(given: str, expected: str, gpus):
    """What a program on the node can use: not what is offered several times, nor what others took."""
    assert [expected] == gpus(given)


def test_whole_cards_beside_slices(gpus):
    """Under the mixed strategy whole cards and each kind of slice are places of their own."""
    offered = {"nvidia.com/gpu": "6", "nvidia.com/mig-1g.10gb": "4", "nvidia.com/mig-3g.40gb": "2"}
    assert [
        "6x H100 SXM5 80 GB (80)",
        "4 places of 1x H100 SXM5 80 GB (10)",
        "2 places of 1x H100 SXM5 80 GB (40)",
    ] == gpus(text({PRODUCT: "NVIDIA-H100-80GB-HBM3", "nvidia.com/gpu.count": "8"}, offered))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            nvidia("NVIDIA-A10", "4", gpu_count="8"),
            "nvidia.com/gpu.count is 8, but the plugin offers 4: 4 are planned for",
        ),
        (
            text({PRODUCT: "NVIDIA-H100-80GB-HBM3", ON_GKE: "nvidia-l4"}, {"nvidia.com/gpu": "1"}),
            f"labels contradict each other: {PRODUCT} is NVIDIA-H100-80GB-HBM3, {ON_GKE} is nvidia-l4; "
            "the first is taken",
        ),
        (
            text({PRODUCT: "NVIDIA-H100-80GB-HBM3", TYPE: "g5.xlarge"}, {"nvidia.com/gpu": "1"}),
            "it is said to have NVIDIA-H100-80GB-HBM3, but its instance type has A10G: "
            "NVIDIA-H100-80GB-HBM3 is assumed",
        ),
        (
            text({TYPE: "g6e.12xlarge"}, {"nvidia.com/gpu": "4"}),
            "no label names the GPU; g6e.12xlarge has L40S",
        ),
        (
            text({PRODUCT: "NVIDIA-A10", "nvidia.com/gpu.count": "4"}, {}),
            "labels name 4 NVIDIA-A10, but no device plugin offers them: planned without",
        ),
        (
            text({}, {"google.com/tpu": "4"}),
            "it offers 4 google.com/tpu, of which no figures are at hand: planned without",
        ),
        (
            text({}, {}, spec={"taints": [{"key": "dedicated", "value": "x", "effect": "NoSchedule"}]}),
            "only pods that tolerate dedicated=x are placed there; add that",
        ),
        (text({}, {}, spec={"taints": [{"key": "nvidia.com/gpu", "effect": "NoSchedule"}]}), ""),
    ],
)
def test_what_is_assumed_is_said(given: str, expected: str, notes):
    """A contradiction, a gap and a taint are one line each."""
    assert expected == notes(given)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            text({}, {}, conditions=[{"type": "Ready", "status": "Unknown"}]),
            "the node is not ready (Ready is Unknown)",
        ),
        (
            text(
                {},
                {},
                conditions=[{"type": "Ready", "status": "True"}, {"type": "DiskPressure", "status": "True"}],
            ),
            "the node reports DiskPressure",
        ),
        (text({}, {}, spec={"unschedulable": True}), "the node is cordoned"),
        (
            text(
                {}, {}, spec={"taints": [{"key": "ToBeDeletedByClusterAutoscaler", "effect": "NoSchedule"}]}
            ),
            "it is tainted ToBeDeletedByClusterAutoscaler",
        ),
        (
            text(
                {},
                {},
                spec={"taints": [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]},
            ),
            "it is a control plane that takes no other work",
        ),
        (
            text(
                {},
                {},
                spec={
                    "taints": [{"key": "node-role.kubernetes.io/control-plane", "effect": "PreferNoSchedule"}]
                },
            ),
            None,
        ),
        (text({"kubernetes.io/os": "windows"}, {}), "it runs Windows, and the engines' images are for Linux"),
        (
            text({PRODUCT: "NVIDIA-A10"}, {"nvidia.com/gpu": "2"}, free={"nvidia.com/gpu": "0"}),
            "none of its GPUs can be used now",
        ),
    ],
)
def test_nodes_that_take_no_work(given: str, expected: str | None, why_not):
    """Cordoned, going, pressed or Windows: the reason is one line."""
    assert [expected] == why_not(given)


def test_lists_in_every_form(gpus):
    """A List, several lists, `jq` with one node a line, and YAML are the same nodes."""
    one = node({PRODUCT: "NVIDIA-A10"}, {"nvidia.com/gpu": "2"})
    listed = {"apiVersion": "v1", "kind": "List", "items": [one, one]}
    forms = (
        json.dumps(listed),
        f"{json.dumps(one)}\n{json.dumps(one)}\n",
        json.dumps([one, one]),
        yaml.safe_dump(json.loads(json.dumps(listed))),
    )
    assert [["2x A10 PCIe (24)"] * 2] * 4 == [gpus(form) for form in forms]


def test_what_a_node_leaves_out():
    """Without labels, status or name it is still a node, and its memory is unknown with the reason."""
    (machine,) = read_inventory(json.dumps({"kind": "Node", "metadata": {"labels": None}}))
    hardware = machine.hardware
    assert ("unnamed node", None) == (machine.node, hardware.memory.total_bytes)
    assert "Kubernetes does not say it; give --ram" == hardware.unknown["memory.total_bytes"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("131072000Ki", 131072000 * 1024),
        ("7910m", 7),
        ("129e6", 129_000_000),
        ("1Ei", 2**60),
        ("0.5Ti", 2**39),
        (4, 4),
    ],
)
def test_quantities(given: str | int, expected: int):
    """Every form of https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/."""
    assert expected == quantity(given)


def test_cards_of_two_makers_are_planned_apart(gpus, notes):
    """The first maker's are planned for, the other's named."""
    text = json.dumps(
        node(
            {PRODUCT: "NVIDIA-L40S", "nvidia.com/gpu.count": "1", f"{AMD}product-name": "AMD_Instinct_MI210"},
            {"nvidia.com/gpu": "1", "amd.com/gpu": "2"},
        )
    )
    assert gpus(text) == ["1x L40S (45)"]
    assert "it also has 2 GPUs (AMD Instinct MI210)" in notes(text)


def test_what_is_offered_and_not_counted_may_be_one_card(gpus, notes):
    """Intel's plugin offers a card several times where it is told to."""
    text = json.dumps(node({"gpu.intel.com/product": "Max_1550"}, {"gpu.intel.com/xe": "4"}))
    assert gpus(text) == ["1x Data Center GPU Max 1550 (128)"]
    assert "4 are offered and no label counts the cards: one is planned for" in notes(text)


def test_a_modules_gpu_is_told_by_its_memory(gpus):
    """All Jetsons of a generation have one name."""
    labels = {PRODUCT: "Orin-(nvgpu)-INTEGRATED", "nvidia.com/gpu.memory": "62841"}
    text = json.dumps(node(labels, {"nvidia.com/gpu": "1", "memory": "62Gi"}))
    assert gpus(text) == ["1x Jetson AGX Orin 64 GB (62)"]


def test_an_instance_type_names_the_processor():
    """And memory where the node tells none."""
    found = node({TYPE: "g5.xlarge", PRODUCT: "NVIDIA-A10G"}, {"nvidia.com/gpu": "1"})
    for amounts in ("capacity", "allocatable"):
        del found["status"][amounts]["memory"]
    (machine,) = read_inventory(json.dumps(found))
    assert (16, True) == (
        round((machine.hardware.memory.total_bytes or 0) / 2**30),
        machine.hardware.cpu.brand is not None,
    )
