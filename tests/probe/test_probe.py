"""The probe on recorded machines: one captured,
the others constructed from documented formats (see each `origin`).
"""

import json
from pathlib import Path
from typing import Any

import pytest

from advisor.documents.hardware import HardwareProfile
from advisor.documents.plain import dumps, parse
from advisor.probe import probe
from advisor.probe.system import Recorded, System

MACHINES = Path(__file__).parent / "machines"
GIB = 1 << 30


def machine(name: str) -> HardwareProfile:
    return probe(Recorded(json.loads((MACHINES / f"{name}.json").read_text())))


@pytest.mark.parametrize("path", sorted(MACHINES.glob("*.json")), ids=lambda path: path.stem)
def test_every_machine_is_a_valid_document(path: Any) -> None:
    """Whatever a machine looks like, the probe gives a document that reads back equal,
    and says what it does not know.
    """
    profile = machine(path.stem)
    text = dumps(profile)
    assert text == dumps(parse(HardwareProfile, json.loads(text), what="hardware"))
    assert profile.memory.total_bytes is not None or "memory.total_bytes" in profile.unknown


@pytest.mark.parametrize("instruction_set", ["x86_64", "aarch64"])
def test_windows(instruction_set: str) -> None:
    """No /proc, no sysctl: memory by psutil, the card by nvidia-smi, and the document reads back equal."""
    query = (
        "nvidia-smi --query-gpu=name,memory.total,memory.free,compute_cap,pci.device_id,pcie.link.gen.max,"
        "pcie.link.width.max,mig.mode.current --format=csv,noheader,nounits"
    )
    printed = "NVIDIA GeForce RTX 4090, 24564, 22800, 8.9, 0x268410DE, 4, 16, [N/A]\r\n"
    facts = {"platform": "win32", "machine": instruction_set, "commands": {query: printed}}
    found = probe(Recorded(facts))
    assert ("Windows", instruction_set, ["GeForce RTX 4090"]) == (
        found.os,
        found.cpu.architecture,
        [gpu.catalog_name for gpu in found.gpus],
    )
    text = dumps(found)
    assert text == dumps(parse(HardwareProfile, json.loads(text), what="hardware"))


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("vm-epyc-genoa", ("Zen 4 (Genoa, Genoa-X, Bergamo)", 2, None, 2, 460.8)),
        ("desktop-rtx4090", ("Raptor Lake-S", 24, 8, 24, 89.6)),
        ("server-2x-a100", ("Zen 2 (Rome)", 128, None, 16, 409.6)),
        ("cloud-hung-nvidia-smi", ("Sapphire Rapids", 8, None, 4, 307.2)),
        ("mac-m3-max-64gb", ("M3 Max CPU", 16, 12, 16, 409.6)),
        ("mac-m1-8gb", ("M1 CPU", 8, 4, 8, 68.3)),
        ("raspberry-pi-5", ("Cortex-A76 (BCM2712)", 4, None, 4, 17.1)),
        ("dgx-spark-gb10", (None, 20, None, 20, 273)),
        ("strix-halo-128gb", ("Zen 5 (Strix Halo)", 16, None, 32, 256)),
        ("laptop-meteor-lake", ("Meteor Lake", 16, None, 16, 119.5)),
        ("nothing-readable", (None, None, None, None, None)),
    ],
)
def test_processor(name: str, facts: Any) -> None:
    """Microarchitecture, physical, performance and usable cores,
    and the table's bandwidth of all sockets in GB/s.
    """
    found = machine(name)
    rate = found.memory.bandwidth_bytes_per_s
    cpu = found.cpu
    assert facts == (
        cpu.microarchitecture,
        cpu.physical_cores,
        cpu.performance_cores,
        cpu.usable_cores,
        rate and round(rate / 1e9, 1),
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("desktop-rtx4090", ("GeForce RTX 4090", "8.9", 24564 << 20, 23028 << 20, False, "4.0 x16")),
        (
            "wsl2-rtx3080-laptop",
            ("GeForce RTX 3080 Mobile", "8.6", 16384 << 20, 15200 << 20, False, "4.0 x8"),
        ),
        ("server-2x-a100", ("A100 SXM4 80 GB", "8.0", 81920 << 20, 81037 << 20, False, "4.0 x16")),
        (
            "desktop-rx7900xtx",
            ("Radeon RX 7900 XTX", "gfx1100", 25753026560, 25753026560 - 1207959552, False, "4.0 x16"),
        ),
        (
            "server-8x-mi300x",
            ("Radeon Instinct MI300X", "gfx942", 206141652992, 206141652992 - (300 << 20), False, "5.0 x16"),
        ),
        ("desktop-arc-a770", ("Arc A770", None, 17079205888, None, False, None)),
        ("strix-halo-128gb", ("Radeon 8060S", "gfx1151", 120 * GIB + (512 << 20), None, True, "4.0 x16")),
        ("mac-m3-max-64gb", ("Apple M3 Max (40-core GPU)", None, 48 * GIB, None, True, None)),
        ("mac-m2-ultra-hung-profiler", ("Apple M2 Ultra (60-core GPU)", None, 172 * GIB, None, True, None)),
        ("dgx-spark-gb10", ("GB10 (DGX Spark)", "12.1", round(119.7 * GIB / 1024) * 1024, None, True, None)),
        ("jetson-orin-nano", ("Jetson Orin Nano 8 GB", "8.7", None, None, True, None)),
    ],
)
def test_first_gpu(name: str, expected: Any) -> None:
    """Catalogue row, compute capability, total and free memory, whether it shares main memory,
    and the link.
    """
    gpu = machine(name).gpus[0]
    found = (
        gpu.catalog_name,
        gpu.compute_capability,
        gpu.memory_total_bytes,
        gpu.memory_free_bytes,
        gpu.unified_memory,
        gpu.pcie,
    )
    for wanted, actual in zip(expected, found, strict=True):
        if wanted is not None:
            assert (
                isinstance(actual, int) and abs(wanted - actual) <= 1024
                if isinstance(wanted, int) and wanted > 1 << 30
                else wanted == actual
            )


class TestLimits:
    def test_cgroup_v2(self) -> None:
        """Under a v2 limit, what is available is limit - current + inactive file cache,
        and the document says so.
        """
        found = machine("server-2x-a100")
        assert (256 * GIB, (256 - 40 + 10) * GIB) == (found.memory.limit_bytes, found.memory.available_bytes)
        assert any("256.0 GiB of 1007.5 GiB" in note for note in found.notes)

    def test_cgroup_v1(self) -> None:
        """A v1 limit binds the same way; a value near 2^63 is no limit; the CPU quota rounds up."""
        found = machine("cloud-hung-nvidia-smi")
        assert (16 * GIB, 14 * GIB, 4) == (
            found.memory.limit_bytes,
            found.memory.available_bytes,
            found.cpu.usable_cores,
        )

    def test_visible_devices(self) -> None:
        """CUDA_VISIBLE_DEVICES hides GPUs, and the document says how many."""
        found = machine("server-2x-a100")
        assert 2 == len(found.gpus)
        assert any("hides 2 of 4" in note for note in found.notes)

    def test_devices_named_by_uuid(self) -> None:
        """nvidia-smi is not asked for UUIDs: all GPUs are shown, and the note that says so reads back."""
        facts = json.loads((MACHINES / "server-2x-a100.json").read_text())
        facts["environment"]["CUDA_VISIBLE_DEVICES"] = "GPU-5f1b9c2e"
        found = probe(Recorded(facts))
        assert len(found.gpus) == 4
        assert [note for note in found.notes if "names GPUs by UUID" in note] != []
        assert parse(HardwareProfile, json.loads(dumps(found)), what="hardware") == found

    def test_swap(self) -> None:
        """Swap in use is a warning beside every answer."""
        assert any("swap is in use" in note for note in machine("laptop-meteor-lake").notes)

    def test_virtual_machine(self) -> None:
        """A virtual machine's share of its socket's bandwidth is said to be unknown."""
        assert any("advisor probe --measure" in note for note in machine("vm-epyc-genoa").notes)


class TestSilence:
    def test_hung_tool(self) -> None:
        """A hung nvidia-smi is an answer: no GPU, and why."""
        found = machine("cloud-hung-nvidia-smi")
        assert ((), True) == (found.gpus, "did not answer within 3 s" in found.unknown["gpus"])

    def test_no_permission(self) -> None:
        """A driver that refuses is an answer with the driver's own words."""
        assert "Insufficient Permissions" in machine("driver-without-permission").unknown["gpus"]

    def test_nothing_readable(self) -> None:
        """A sandbox without /proc gives a document of unknowns, each with its reason."""
        found = machine("nothing-readable")
        assert {"cpu.brand", "memory.total_bytes", "memory.bandwidth_bytes_per_s"} == set(found.unknown)

    def test_this_machine(self) -> None:
        """The live machine can be read here and now, within its own limits."""
        found = probe(System())
        assert 0 < (found.memory.available_bytes or 0) <= (found.memory.total_bytes or 0)
        assert 1 <= (found.cpu.usable_cores or 0) <= (found.cpu.logical_cores or 0)
