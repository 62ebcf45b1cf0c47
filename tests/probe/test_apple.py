"""The GPU of an Apple silicon Mac."""

from __future__ import annotations

import json

import pytest

from advisor.probe.apple import apple, wired_limit_bytes
from advisor.probe.system import Recorded

GIB = 1 << 30
CORES = json.dumps({"SPDisplaysDataType": [{"sppci_cores": "40"}]})


def mac(**commands: str) -> Recorded:
    """A Mac whose commands print this."""
    return Recorded({"platform": "darwin", "machine": "aarch64", "commands": commands})


def test_one_gpu_of_the_table() -> None:
    """Cores tell the M3 Max of 40 from that of 30; free is what the limit and main memory leave."""
    unknown: dict[str, str] = {}
    system = mac(**{"system_profiler SPDisplaysDataType -json": CORES})
    (gpu,) = apple(system, "Apple M3 Max", 64 * GIB, 20 * GIB, unknown, [])
    assert ("Apple M3 Max (40-core GPU)", True, 20 * GIB, {}) == (
        gpu.name,
        gpu.unified_memory,
        gpu.memory_free_bytes,
        unknown,
    )
    assert 409.6e9 == gpu.bandwidth_bytes_per_s


@pytest.mark.parametrize(
    ("platform", "brand"), [("linux", "Apple M3"), ("darwin", "Intel Core i7"), ("darwin", None)]
)
def test_no_gpu_elsewhere(platform: str, brand: str | None) -> None:
    """An Intel Mac and another system have none of this kind."""
    assert () == apple(Recorded({"platform": platform}), brand, 64 * GIB, None, {}, [])


def test_a_chip_of_no_catalogue_is_noted() -> None:
    """It is a GPU of which nothing but its memory is known."""
    unknown: dict[str, str] = {}
    notes: list[str] = []
    (gpu,) = apple(mac(), "Apple Z99", 64 * GIB, None, unknown, notes)
    assert (None, ["gpus.cores"], 1) == (gpu.bandwidth_bytes_per_s, list(unknown), len(notes))


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ({"sysctl -n iogpu.wired_limit_mb": "57344"}, 57344 << 20),
        ({"sysctl -n debug.iogpu.wired_limit": str(50 * GIB)}, 50 * GIB),
        ({"sysctl -n iogpu.wired_limit_mb": "0"}, 48 * GIB),
        ({}, 48 * GIB),
    ],
)
def test_the_limit_that_was_set_counts(printed: dict[str, str], expected: int) -> None:
    """Of 64 GB Metal lets three quarters be wired unless the user raised it."""
    assert expected == wired_limit_bytes(mac(**printed), "Apple M3 Max", 64 * GIB)


@pytest.mark.parametrize("printed", ["", "[]", "{}", '{"SPDisplaysDataType": 7}', "no json"])
def test_cores_that_are_not_stated(printed: str) -> None:
    """Whatever system_profiler prints, the GPU is there."""
    system = mac(**{"system_profiler SPDisplaysDataType -json": printed})
    (gpu,) = apple(system, "Apple M1", 8 * GIB, None, {}, [])
    assert gpu.name == "Apple M1"
