"""The GPU of an Apple silicon Mac: unified memory, of which the system lets the GPU wire a part."""

from __future__ import annotations

import json
from typing import Any

from advisor.catalog.gpus import find_gpu
from advisor.catalog.hardware.machines import usable_by_gpu
from advisor.documents.hardware import Gpu
from advisor.probe.system import System, whole


def apple(
    system: System,
    brand: str | None,
    total_bytes: int | None,
    available_bytes: int | None,
    unknown: dict[str, str],
    notes: list[str],
) -> tuple[Gpu, ...]:
    """One GPU on Apple silicon; none on an Intel Mac, whose GPUs engines no longer support well."""
    if system.platform != "darwin" or brand is None or not brand.startswith("Apple"):
        return ()
    cores = _cores(system)
    name = f"{brand} ({cores}-core GPU)" if cores else brand
    if not cores:
        unknown["gpus.cores"] = "system_profiler did not state the number of GPU cores"
    match = find_gpu(name, total_bytes) or find_gpu(brand, total_bytes)
    limit = wired_limit_bytes(system, brand, total_bytes)
    free = None if limit is None or available_bytes is None else min(limit, available_bytes)
    if match is None:
        notes.append(
            f"{brand} is in no catalogue: its bandwidth is unknown, so its speed cannot be predicted"
        )
        return (
            Gpu(
                name=name,
                vendor="Apple",
                memory_total_bytes=limit,
                memory_free_bytes=free,
                unified_memory=True,
            ),
        )
    notes.extend(match.notes)
    return (match.gpu(name, memory_total_bytes=limit, memory_free_bytes=free, unified_memory=True),)


def wired_limit_bytes(system: System, brand: str, total_bytes: int | None) -> int | None:
    """What the GPU may wire: `iogpu.wired_limit_mb` when set, else Metal's default working set."""
    for name in ("iogpu.wired_limit_mb", "debug.iogpu.wired_limit"):
        text = (system.run("sysctl", "-n", name)[0] or "").strip()
        if value := whole(text):
            return value << 20 if name.endswith("_mb") else value
    return None if total_bytes is None else usable_by_gpu("Apple", brand, total_bytes)[0]


def _cores(system: System) -> int | None:
    """GPU cores; system_profiler takes a quarter of a second,
    so the live answer is kept until the next boot.
    """
    if not system.live:
        return _ask(system)
    from advisor.probe.boot_cache import cached

    cores: int | None = cached("apple_gpu_cores", lambda: _ask(system))
    return cores


def _ask(system: System) -> int | None:
    text, _ = system.run("system_profiler", "SPDisplaysDataType", "-json")
    try:
        displays: Any = json.loads(text or "{}")["SPDisplaysDataType"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not isinstance(displays, list):
        return None
    cores = [entry.get("sppci_cores") for entry in displays if isinstance(entry, dict)]
    return next((found for count in cores if (found := whole(str(count))) is not None), None)
