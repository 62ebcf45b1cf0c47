"""Cores of a Linux machine: all, the fast ones, and those this process may use."""

from __future__ import annotations

import re

from advisor.probe.system import System, whole

_MOST_CPUS = 100_000
"""No machine has more; a range in a list could otherwise be endless."""


def physical_cores(system: System, blocks: list[dict[str, str]]) -> int | None:
    """Cores by /proc/cpuinfo, else by the kernel's topology; None when neither says."""
    cores = {(b.get("physical id"), b["core id"]) for b in blocks if "core id" in b}
    if cores:
        return len(cores)
    base = "/sys/devices/system/cpu"
    found = set()
    for name in system.names(base):
        if (
            re.fullmatch(r"cpu\d+", name)
            and (core := system.read(f"{base}/{name}/topology/core_id")) is not None
        ):
            found.add((system.read(f"{base}/{name}/topology/physical_package_id"), core))
    return len(found) or None


def performance_cores(system: System) -> int | None:
    """P-cores of a hybrid Intel, or the cores of the highest capacity of an Arm big.LITTLE."""
    if listed := system.read("/sys/devices/cpu_core/cpus"):
        base, cores = "/sys/devices/system/cpu", set()
        for number in cpu_list(listed):
            cores.add(system.read(f"{base}/cpu{number}/topology/core_id") or number)
        return len(cores) or None
    base = "/sys/devices/system/cpu"
    capacities = [
        value
        for name in system.names(base)
        if re.fullmatch(r"cpu\d+", name)
        and (value := whole(system.read(f"{base}/{name}/cpu_capacity"))) is not None
    ]
    return capacities.count(max(capacities)) if len(set(capacities)) > 1 else None


def cpu_list(text: str) -> list[int]:
    """'0-3,8' as numbers."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        start, end = whole(first), whole(last or first)
        if start is not None and end is not None and end < _MOST_CPUS:
            found += range(start, end + 1)
    return found


def usable_cores(system: System, logical: int | None) -> int | None:
    """Affinity, bounded by the tightest CPU quota between this process's cgroup and the root, rounded up."""
    usable = system.usable_cpus() or logical
    quotas = [usable] if usable else []
    for line in (system.read("/proc/self/cgroup") or "").splitlines():
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        if controllers == "":
            bases: tuple[str, ...] = ("/sys/fs/cgroup", "/sys/fs/cgroup/unified")
        elif "cpu" in controllers.split(","):
            bases = ("/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct")
        else:
            continue
        parts = [part for part in path.split("/") if part and part != ".."]
        for base in bases:
            for depth in range(len(parts), -1, -1):
                quotas += _quota(system, "/".join([base, *parts[:depth]]))
    return min(quotas) if quotas else None


def _quota(system: System, folder: str) -> list[int]:
    """CPUs a group may use, rounded up; empty when it has no quota."""
    quota, _, period = (system.read(f"{folder}/cpu.max") or "").partition(" ")
    if not quota:
        quota = system.read(f"{folder}/cpu.cfs_quota_us") or ""
        period = system.read(f"{folder}/cpu.cfs_period_us") or ""
    share, of = whole(quota), whole(period)
    return [max(1, -(-share // of))] if share is not None and of else []
