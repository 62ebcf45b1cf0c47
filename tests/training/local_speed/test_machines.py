"""Names and settings of a measured row become the devices that did the work."""

from __future__ import annotations

import math
from typing import Any

from advisor.prediction.local_speed.work import Device
from advisor.training.local_speed.machines import cpu_of, gpu_of, runs_on_cpu

NAN = math.nan
SILENT = {"threads": NAN, "ram_gb_s": NAN, "ram_measured_gb_s": NAN, "numa": ""}


def cpu(name: str, read_share: float = 0.8, **stated: Any) -> Device:
    """The processor of a row that states so much."""
    found = cpu_of({**SILENT, **stated}, name, read_share)
    assert isinstance(found, Device)
    return found


def test_the_backend_tells_a_processor_from_a_card() -> None:
    """Where a source names no backend, the kind of hardware does."""
    rows = [("cpu", "gpu"), ("", "sbc"), ("", "gpu"), ("vulkan", "sbc")]
    told = [runs_on_cpu({"backend": backend, "hardware_kind": kind}) for backend, kind in rows]
    assert told == [True, True, False, False]


def test_a_card_is_the_catalogue_s() -> None:
    """On the backend that the engine takes there, unless the row says another."""
    record = {"hardware": "4090", "device": "GeForce RTX 4090", "backend": ""}
    cuda, vulkan = (gpu_of(record | {"backend": name}, "llama.cpp") for name in ("", "vulkan"))
    assert isinstance(cuda, Device)
    assert isinstance(vulkan, Device)
    assert (cuda.key, cuda.backend, vulkan.backend) == ("GeForce RTX 4090", "cuda", "vulkan")


def test_names_without_a_row_say_why() -> None:
    """Neither card nor processor is guessed."""
    record = {"hardware": "Zed X1", "device": "", "backend": ""}
    assert gpu_of(record, "llama.cpp") == "GPU not in the catalogue"
    assert cpu_of(SILENT, "Zed 9000", 0.8) == "CPU not in the catalogue"


def test_a_measured_bandwidth_is_brought_to_the_peak() -> None:
    """80 GB/s by a sweep that reaches 0.8 of the peak are a peak of 100, as if the peak were stated."""
    measured, stated = (
        cpu("AMD Ryzen 9 7950X", ram_measured_gb_s=80.0),
        cpu("AMD Ryzen 9 7950X", ram_gb_s=100.0),
    )
    assert measured.bandwidth_bytes_per_s == stated.bandwidth_bytes_per_s == 100e9
    assert (measured.ram_stated, cpu("AMD Ryzen 9 7950X").ram_stated) == (True, False)


def test_two_sockets_are_two_processors() -> None:
    """Twice the cores and the bandwidth of one."""
    one, two = cpu("AMD EPYC 9654"), cpu("2x AMD EPYC 9654")
    assert (two.cores, two.bandwidth_bytes_per_s) == (2 * one.cores, 2 * one.bandwidth_bytes_per_s)


def test_interleaved_memory_is_kept() -> None:
    """It decides how fast a second socket reads."""
    assert [cpu("AMD EPYC 9654", numa=how).interleaved for how in ("interleaved", "")] == [True, False]
