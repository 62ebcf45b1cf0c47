"""Main memory, and what of it this process may use."""

from __future__ import annotations

import pytest

from advisor.documents.hardware import Memory
from advisor.probe.memory import cgroup_memory, meminfo, memory
from advisor.probe.system import Recorded

GIB = 1 << 30
MEMINFO = (
    "MemTotal: 16777216 kB\nMemAvailable: 8388608 kB\n"
    "SwapTotal: 2097152 kB\nSwapFree: 1048576 kB\nBad: x kB\n"
)


def linux(**files: str) -> Recorded:
    """A machine of 16 GiB with these files; `a__b` is /a/b."""
    return Recorded({"files": {"/proc/meminfo": MEMINFO} | files})


def test_lines_that_say_nothing_are_left_out() -> None:
    """Kibibytes become bytes."""
    assert {
        "MemTotal": 16 * GIB,
        "MemAvailable": 8 * GIB,
        "SwapTotal": 2 * GIB,
        "SwapFree": GIB,
    } == meminfo(linux())


def test_swap_in_use_is_noted() -> None:
    """Total, available, swap; a machine that swaps is slower than any prediction."""
    notes: list[str] = []
    found = memory(linux(), {}, notes)
    assert Memory(
        total_bytes=16 * GIB, available_bytes=8 * GIB, swap_total_bytes=2 * GIB, swap_used_bytes=GIB
    ) == (found)
    assert ["swap is in use (1.0 GiB)"] == [note.partition(":")[0] for note in notes]


GROUP = {
    "/proc/self/cgroup": "0::/a/b",
    "/sys/fs/cgroup/a/memory.max": str(4 * GIB),
    "/sys/fs/cgroup/a/memory.current": str(3 * GIB),
    "/sys/fs/cgroup/a/memory.stat": f"anon 1\ninactive_file {GIB}",
    "/sys/fs/cgroup/a/b/memory.max": "max",
}


def test_a_limit_above_this_group_binds_too() -> None:
    """What is left is the limit less what is used, the file cache given back."""
    assert (4 * GIB, 2 * GIB) == cgroup_memory(linux(**GROUP))
    found = memory(linux(**GROUP), {}, [])
    assert (4 * GIB, 2 * GIB) == (found.limit_bytes, found.available_bytes)


@pytest.mark.parametrize("limit", [str(1 << 62), str(64 * GIB)])
def test_a_limit_beyond_the_machine_is_none(limit: str) -> None:
    """Version 1 writes about 2^63 for no limit."""
    files = {"/proc/self/cgroup": "5:memory:/x", "/sys/fs/cgroup/memory/x/memory.limit_in_bytes": limit}
    assert memory(linux(**files), {}, []).limit_bytes is None


def test_macos_counts_what_can_be_had_back() -> None:
    """Free, inactive, speculative and purgeable pages."""
    pages = (
        "page size of 16384 bytes\nPages free: 10.\nPages inactive: 20.\n"
        "Pages purgeable: 5.\nPages wired down: 99.\n"
    )
    commands = {"sysctl -n hw.memsize": str(8 * GIB), "vm_stat": pages}
    found = memory(Recorded({"platform": "darwin", "commands": commands}), {}, [])
    assert Memory(total_bytes=8 * GIB, available_bytes=35 * 16384) == found


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_memory_nobody_shows_is_unknown(platform: str) -> None:
    """With the reason."""
    unknown: dict[str, str] = {}
    assert Memory() == memory(Recorded({"platform": platform}), unknown, [])
    assert ["memory.total_bytes"] == list(unknown)
