"""A machine in rows of words."""

from __future__ import annotations

import pytest

from advisor.documents.hardware import Cpu, EngineInstall, Gpu, HardwareProfile, Memory
from advisor.report.machine import gib, machine_rows

GIB = 1 << 30


def rows_of(**facts: object) -> list[tuple[str, str, str]]:
    """Rows of a probed machine with these facts."""
    return machine_rows(HardwareProfile(name="box", source="probe", **facts))


def test_what_is_not_known_has_no_row() -> None:
    """An empty profile says what is missing on it, and nothing else."""
    assert [("GPU", "none", "read here"), ("Engines", "none found", "read here")] == rows_of()


def test_every_figure_has_its_unit_and_source() -> None:
    """Memory in GiB, files in GB, bandwidth by what states it."""
    found = rows_of(
        os="Ubuntu 24.04",
        container="docker",
        cpu=Cpu(brand="Ryzen 9", physical_cores=16, usable_cores=8, isa=("avx2", "fma")),
        memory=Memory(
            total_bytes=64 * GIB,
            available_bytes=60 * GIB,
            limit_bytes=32 * GIB,
            swap_total_bytes=8 * GIB,
            swap_used_bytes=GIB,
            kind="DDR5",
            channels=2,
            bandwidth_bytes_per_s=83.2e9,
            measured_bandwidth_bytes_per_s=61.25e9,
        ),
        disk_free_bytes=10**11,
        nodes=2,
        engines=(EngineInstall(name="ollama", version="0.9"), EngineInstall(name="vllm")),
    )
    assert [
        ("System", "Ubuntu 24.04, in docker", "read here"),
        ("Processor", "Ryzen 9", "read here"),
        ("Cores", "16 physical, 8 usable", "read here"),
        ("Instruction sets", "avx2 fma", "read here"),
        ("Memory", "64.0 GiB, 60.0 GiB available, limit 32.0 GiB", "read here"),
        ("Swap", "8.0 GiB, 1.0 GiB used", "read here"),
        ("RAM bandwidth", "61.2 GB/s", "measured here"),
        ("RAM bandwidth", "83.2 GB/s peak (DDR5, 2 channels)", "CPU table"),
        ("GPU", "none", "read here"),
        ("Engines", "ollama 0.9, vllm", "read here"),
        ("Free disk", "100.0 GB", "read here"),
        ("Nodes", "2", "read here"),
    ] == found


def test_a_card_of_the_table_says_so() -> None:
    """Bandwidth and arithmetic of a card that was matched come from the table of GPUs."""
    card = Gpu(
        name="RTX 4090",
        vendor="NVIDIA",
        catalog_name="GeForce RTX 4090",
        compute_capability="8.9",
        memory_total_bytes=24 * GIB,
        memory_free_bytes=20 * GIB,
        bandwidth_bytes_per_s=1008e9,
        fp16_flops=165.2e12,
    )
    assert [
        ("GPU 0", "RTX 4090, 8.9", "read here"),
        ("  memory", "24.0 GiB, 20.0 GiB free", "read here"),
        ("  bandwidth", "1008 GB/s", "GPU table"),
        ("  FP16", "165 TFLOPS", "GPU table"),
    ] == rows_of(gpus=(card,))[:4]


def test_notes_come_first_and_what_is_unknown_last() -> None:
    """A reader sees what to mind before the figures, and why one is missing after them."""
    found = rows_of(notes=("swap in use",), unknown={"memory.bandwidth_bytes_per_s": "no table"})
    assert (("Note", "swap in use", ""), ("memory bandwidth", "unknown", "no table")) == (found[0], found[-1])


@pytest.mark.parametrize(("value", "text"), [(None, ""), (0, "0.0 GiB"), (3 * GIB // 2, "1.5 GiB")])
def test_gib(value: int | None, text: str) -> None:
    """Unknown is empty, not zero."""
    assert text == gib(value)
