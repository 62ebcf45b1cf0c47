"""Whatever a machine's files and programs say, the probe answers and reads its own answer back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from advisor.documents.hardware import HardwareProfile, Memory
from advisor.documents.plain import dumps, parse
from advisor.probe import probe
from advisor.probe.nvidia_smi import smi_arguments
from advisor.probe.plausible import plausible
from advisor.probe.system import Recorded

DESKTOP = Path(__file__).parent / "machines" / "desktop-rtx4090.json"
SMI = " ".join(("nvidia-smi", *smi_arguments()))
A100 = "NVIDIA A100-SXM4-80GB, 81920, 81037, 8.0, 0x20B210DE, 4, 16, "
LISTED = "GPU 0: NVIDIA A100-SXM4-80GB (UUID: GPU-1)\n"
SLICES = (
    "  MIG 3g.40gb     Device  0: (UUID: MIG-a)\n"
    "  MIG 1g.10gb+me  Device  1: (UUID: MIG-b)\n"
)  # fmt: skip


def probed(
    files: dict[str, str] | None = None,
    commands: dict[str, str] | None = None,
    environment: dict[str, str] | None = None,
) -> HardwareProfile:
    """The recorded desktop with other facts, read back from its own document."""
    facts: dict[str, Any] = json.loads(DESKTOP.read_text(encoding="utf-8"))
    for key, changed in (("files", files), ("commands", commands), ("environment", environment)):
        facts[key] = {**facts.get(key, {}), **(changed or {})}
    return parse(HardwareProfile, json.loads(dumps(probe(Recorded(facts)))), what="probe")


def test_a_rate_that_no_memory_has_is_unknown() -> None:
    """A bandwidth of a few bytes a second was misread; what was read is the reason."""
    machine = HardwareProfile(name="x", source="probe", memory=Memory(bandwidth_bytes_per_s=936.0))
    found = plausible(machine)
    assert (None, "936.0 was read, which no machine has") == (
        found.memory.bandwidth_bytes_per_s,
        found.unknown["memory.bandwidth_bytes_per_s"],
    )


@pytest.mark.parametrize(
    ("meminfo", "unknown"),
    [
        ("MemTotal: 1000 kB\nMemAvailable: 2000 kB", "memory.available_bytes"),
        ("MemTotal: 1000 kB\nSwapTotal: 10 kB\nSwapFree: 20 kB", "memory.swap_used_bytes"),
        (f"MemTotal: {10**19} kB", "memory.total_bytes"),
        (f"MemTotal: {'9' * 5000} kB", "memory.total_bytes"),
        ("MemTotal: ² kB", "memory.total_bytes"),
    ],
)
def test_memory_that_no_machine_has(meminfo: str, unknown: str) -> None:
    """More available or free than there is, sizes beyond 64 bits and digits that are none are unknown."""
    assert unknown in probed({"/proc/meminfo": meminfo}).unknown


def test_gpu_memory_that_no_gpu_has() -> None:
    """More free than there is, and a size beyond 64 bits."""
    row = "NVIDIA GeForce RTX 4090, {}, {}, 8.9, 0x268410DE, 4, 16, [N/A]\n"
    assert "gpus.0.memory_free_bytes" in probed(commands={SMI: row.format(24564, 99999)}).unknown
    assert 1 == len(probed(commands={SMI: row.format(0, 0)}).gpus)
    assert "gpus.0.memory_total_bytes" in probed(commands={SMI: row.format(9 * 10**18, 1)}).unknown


@pytest.mark.parametrize("listed", ["GPU-11111111-2222", "MIG-1", "²", "9" * 5000, "\udc80", "-1", ",,"])
def test_visible_devices_of_any_kind(listed: str) -> None:
    """UUIDs, endless numbers and bytes that are no text leave a probe that reads back."""
    assert 1 >= len(probed(environment={"CUDA_VISIBLE_DEVICES": listed}).gpus)


def test_cpu_lists_without_end() -> None:
    """A list of more CPUs than any machine has is not counted out."""
    assert probed({"/sys/devices/cpu_core/cpus": "0-99999999999999"}).cpu.performance_cores is None


class TestMig:
    """A card in MIG mode, as nvidia-smi lists it."""

    def test_slices_stand_for_the_card(self) -> None:
        """Each slice is a GPU with the memory and the share that its name states."""
        found = probed(commands={SMI: A100 + "Enabled\n", "nvidia-smi -L": LISTED + SLICES})
        assert [(40, 3), (10, 1)] == [
            ((gpu.memory_total_bytes or 0) >> 30, round((gpu.fp16_flops or 0) / (312e12 / 7)))
            for gpu in found.gpus
        ]

    def test_one_slice_by_its_name(self) -> None:
        """CUDA_VISIBLE_DEVICES chooses a slice by UUID."""
        found = probed(
            commands={SMI: A100 + "Enabled\n", "nvidia-smi -L": LISTED + SLICES},
            environment={"CUDA_VISIBLE_DEVICES": "MIG-b"},
        )
        assert [10] == [(gpu.memory_total_bytes or 0) >> 30 for gpu in found.gpus]

    def test_no_slice(self) -> None:
        """A card in MIG mode without slices is no GPU that a process can use."""
        found = probed(commands={SMI: A100 + "Enabled\n", "nvidia-smi -L": LISTED})
        assert ((), True) == (found.gpus, any("without a slice" in note for note in found.notes))

    def test_slices_that_cannot_be_listed(self) -> None:
        """The card stands with its doubt."""
        found = probed(commands={SMI: A100 + "Enabled\n"})
        assert (1, True) == (len(found.gpus), any("did not list" in note for note in found.notes))
