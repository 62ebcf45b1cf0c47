"""Cores of a Linux machine."""

from __future__ import annotations

import pytest

from advisor.probe.cores import cpu_list, performance_cores, physical_cores, usable_cores
from advisor.probe.system import Recorded

CPU = "/sys/devices/system/cpu"


def recorded(files: dict[str, str], usable_cpus: int | None = None) -> Recorded:
    """A machine whose kernel shows these files."""
    return Recorded({"files": files, "usable_cpus": usable_cpus})


@pytest.mark.parametrize(
    ("text", "cpus"), [("0-3,8", [0, 1, 2, 3, 8]), ("", []), ("5", [5]), ("x-3", []), ("0-99999999", [])]
)
def test_cpu_list(text: str, cpus: list[int]) -> None:
    """The kernel's lists, and what is no list."""
    assert cpus == cpu_list(text)


def test_threads_of_one_core_count_once() -> None:
    """Two sockets of two cores with two threads each; else the kernel's topology; else unknown."""
    blocks = [{"physical id": socket, "core id": core} for socket in "01" for core in "01" for _ in range(2)]
    topology = {
        f"{CPU}/cpu{n}/topology/{name}": str(value)
        for n in range(4)
        for name, value in (("core_id", n // 2), ("physical_package_id", 0))
    }
    assert (4, 2, None) == (
        physical_cores(recorded({}), blocks),
        physical_cores(recorded(topology), []),
        physical_cores(recorded({}), []),
    )


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"/sys/devices/cpu_core/cpus": "0-3"}, 4),
        ({f"{CPU}/cpu{n}/cpu_capacity": value for n, value in enumerate(("1024", "1024", "400"))}, 2),
        ({f"{CPU}/cpu{n}/cpu_capacity": "1024" for n in range(4)}, None),
        ({}, None),
    ],
)
def test_fast_cores_of_a_mixed_processor(files: dict[str, str], expected: int | None) -> None:
    """P-cores of Intel, the largest of Arm; none where all are alike."""
    assert expected == performance_cores(recorded(files))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, 8),
        ({"/proc/self/cgroup": "0::/a/b", "/sys/fs/cgroup/a/cpu.max": "250000 100000"}, 3),
        ({"/proc/self/cgroup": "0::/a", "/sys/fs/cgroup/a/cpu.max": "max 100000"}, 8),
        (
            {
                "/proc/self/cgroup": "3:cpu,cpuacct:/x",
                "/sys/fs/cgroup/cpu/x/cpu.cfs_quota_us": "100000",
                "/sys/fs/cgroup/cpu/x/cpu.cfs_period_us": "50000",
            },
            2,
        ),
    ],
)
def test_a_quota_binds_whoever_set_it(files: dict[str, str], expected: int) -> None:
    """The tightest group on the way to the root, rounded up; v1 and v2."""
    assert expected == usable_cores(recorded(files, usable_cpus=8), None)
