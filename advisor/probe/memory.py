"""Main memory: what there is, and what this process may still use of it."""

from __future__ import annotations

from advisor.documents.hardware import Memory
from advisor.probe.system import System, whole

_NO_LIMIT_V1 = 1 << 60
"""cgroup v1 writes about 2^63, rounded to pages, for "no limit"."""


def memory(system: System, unknown: dict[str, str], notes: list[str]) -> Memory:
    """RAM, swap and cgroup limits; peak bandwidth is filled in by the caller from the CPU table."""
    if system.platform == "darwin":
        return _darwin(system, unknown)
    if system.platform == "win32":
        return _psutil(unknown)
    return _linux(system, unknown, notes)


def _linux(system: System, unknown: dict[str, str], notes: list[str]) -> Memory:
    fields = meminfo(system)
    total, available = fields.get("MemTotal"), fields.get("MemAvailable")
    if total is None:
        unknown["memory.total_bytes"] = "/proc/meminfo cannot be read"
    if available is None and "MemFree" in fields:  # kernels before 3.14
        available = fields["MemFree"] + fields.get("Buffers", 0) + fields.get("Cached", 0)
    limit, left = cgroup_memory(system)
    if limit is not None and total is not None and limit < total:
        known = [part for part in (available, left) if part is not None]
        available = min(known, default=None)
        notes.append(
            f"this process may use {limit / 2**30:.1f} GiB of {total / 2**30:.1f} GiB (cgroup limit)"
        )
    else:
        limit = None
    swap_total, swap_free = fields.get("SwapTotal"), fields.get("SwapFree")
    used = None if swap_total is None or swap_free is None else swap_total - swap_free
    if used is not None and used < 0:
        unknown["memory.swap_used_bytes"] = "/proc/meminfo says that more swap is free than there is"
        used = None
    if used and total and used > 0.01 * total:
        notes.append(
            f"swap is in use ({used / 2**30:.1f} GiB): figures hold for a machine that does not swap"
        )
    return Memory(
        total_bytes=total,
        available_bytes=available,
        limit_bytes=limit,
        swap_total_bytes=swap_total,
        swap_used_bytes=used,
    )


def meminfo(system: System) -> dict[str, int]:
    """/proc/meminfo in bytes; lines that cannot be understood are left out."""
    fields = {}
    for line in (system.read("/proc/meminfo") or "").splitlines():
        name, _, rest = line.partition(":")
        parts = rest.split()
        value = whole(parts[0]) if parts else None
        if value is not None:
            fields[name] = value * (1024 if len(parts) > 1 and parts[1] == "kB" else 1)
    return fields


def cgroup_memory(system: System) -> tuple[int | None, int | None]:
    """The tightest limit on the way from this process's group to the root, and what is left under it."""
    tightest: tuple[int | None, int | None] = (None, None)
    for limit, used, reclaimable in _groups(system):
        left = max(limit - used + reclaimable, 0)
        if tightest[1] is None or left < tightest[1]:
            tightest = (limit, left)
    return tightest


def _groups(system: System) -> list[tuple[int, int, int]]:
    """(limit, used, inactive file cache) of every group with a limit, v1 and v2 alike."""
    found = []
    bases: tuple[str, ...]
    for line in (system.read("/proc/self/cgroup") or "").splitlines():
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        if controllers == "":
            bases, names = (
                ("/sys/fs/cgroup", "/sys/fs/cgroup/unified"),
                ("memory.max", "memory.current", "inactive_file"),
            )
        elif "memory" in controllers.split(","):
            bases, names = (
                ("/sys/fs/cgroup/memory",),
                ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
            )
        else:
            continue
        for base in bases:
            found += _walk(system, base, path, names)
    return found


def _walk(system: System, base: str, path: str, names: tuple[str, str, str]) -> list[tuple[int, int, int]]:
    found = []
    parts = [part for part in path.split("/") if part and part != ".."]
    for depth in range(len(parts), -1, -1):
        folder = "/".join([base, *parts[:depth]])
        limit = whole(system.read(f"{folder}/{names[0]}"))
        if limit is None or limit >= _NO_LIMIT_V1:
            continue
        used = whole(system.read(f"{folder}/{names[1]}")) or 0
        found.append((limit, used, _stat(system.read(f"{folder}/memory.stat"), names[2])))
    return found


def _stat(text: str | None, name: str) -> int:
    for line in (text or "").splitlines():
        key, _, value = line.partition(" ")
        if key == name:
            return whole(value) or 0
    return 0


def _darwin(system: System, unknown: dict[str, str]) -> Memory:
    total = whole((system.run("sysctl", "-n", "hw.memsize")[0] or "").strip())
    if total is None:
        unknown["memory.total_bytes"] = "sysctl hw.memsize gave nothing"
    return Memory(total_bytes=total, available_bytes=_vm_stat(system.run("vm_stat")[0]))


def _vm_stat(text: str | None) -> int | None:
    """Free, inactive, speculative and purgeable pages in bytes."""
    import re

    page = re.search(r"page size of (\d{1,9}) bytes", text or "")
    if not page:
        return None
    pages = dict(re.findall(r"Pages ([a-z ]+):\s+(\d{1,18})", text or ""))
    wanted = ("free", "inactive", "speculative", "purgeable")
    return int(page[1]) * sum(int(pages.get(name, 0)) for name in wanted)


def _psutil(unknown: dict[str, str]) -> Memory:
    try:
        import psutil

        found, swap = psutil.virtual_memory(), psutil.swap_memory()
    except (ImportError, OSError) as error:
        unknown["memory.total_bytes"] = f"psutil cannot read it: {error}"
        return Memory()
    return Memory(
        total_bytes=found.total,
        available_bytes=found.available,
        swap_total_bytes=swap.total,
        swap_used_bytes=swap.used,
    )
