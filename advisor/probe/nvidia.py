"""NVIDIA GPUs: through NVML when its library is there, else through nvidia-smi;
Jetson through the device tree.
"""

from __future__ import annotations

import re
from typing import Any

from advisor.catalog.gpus import find_gpu
from advisor.documents.hardware import ARITHMETIC, Gpu
from advisor.probe.memory import meminfo
from advisor.probe.nvidia_smi import link, smi, smi_arguments
from advisor.probe.system import System, whole

_UNIFIED_NAMES = ("GB10", "Orin", "Xavier", "Thor", "Jetson", "TX2", "Tegra")
"""GPUs whose memory is main memory: NVML answers "not supported" for its size."""


def nvidia(system: System, unknown: dict[str, str], notes: list[str]) -> tuple[Gpu, ...]:
    """The NVIDIA GPUs that a process here could use, in driver order."""
    jetson = _jetson(system)
    if not jetson and not _driver_present(system):
        return ()
    rows, reason = _nvml(notes) if system.live else (None, "")
    if rows is None:
        rows, smi_reason = smi(system, notes)
        reason = "; ".join(part for part in (reason, smi_reason) if part)
    if rows is None:
        if jetson:
            return (_unified(system, jetson, None),)
        unknown["gpus"] = f"an NVIDIA driver is present but did not answer: {reason}"
        return ()
    return tuple(_gpu(system, row, notes) for row in _visible(system, rows, notes))


def _driver_present(system: System) -> bool:
    """Native driver, WSL2 (where the device nodes are absent) or a container with the toolkit."""
    marks = (
        "/proc/driver/nvidia/version",
        "/dev/nvidiactl",
        "/dev/nvidia0",
        "/usr/lib/wsl/lib/libnvidia-ml.so.1",
    )
    if any(system.exists(mark) for mark in marks):
        return True
    return system.platform == "win32" or (
        not system.live and system.run("nvidia-smi", *smi_arguments())[1] != "nvidia-smi is not installed"
    )


def _jetson(system: System) -> str | None:
    board = system.read("/proc/device-tree/model") or ""
    return board if re.search(r"jetson|orin|xavier|tegra", board, re.IGNORECASE) else None


def _nvml(notes: list[str]) -> tuple[list[dict[str, Any]] | None, str]:
    try:
        import pynvml
    except ImportError:
        return None, "nvidia-ml-py is not installed"
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as error:
        return None, f"NVML: {error}"
    try:
        rows = []
        for index in range(pynvml.nvmlDeviceGetCount()):
            handle = pynvml.nvmlDeviceGetHandleByIndex(index)
            rows += _slices(pynvml, handle) or [_row(pynvml, handle)]
            busy = _ask(pynvml, "nvmlDeviceGetComputeRunningProcesses", handle) or []
            if busy:
                held = sum(process.usedGpuMemory or 0 for process in busy)
                notes.append(
                    f"GPU {index}: {len(busy)} other process(es) hold {held / 2**30:.1f} GiB of its memory"
                )
        return rows, ""
    except pynvml.NVMLError as error:
        return None, f"NVML: {error}"
    finally:
        pynvml.nvmlShutdown()


def _ask(pynvml: Any, function: str, *arguments: Any) -> Any:
    """One NVML question; None where this device or driver does not answer it."""
    try:
        value = getattr(pynvml, function)(*arguments)
    except (pynvml.NVMLError, AttributeError):
        return None
    return value.decode() if isinstance(value, bytes) else value


def _row(pynvml: Any, handle: Any) -> dict[str, Any]:
    memory = _ask(pynvml, "nvmlDeviceGetMemoryInfo", handle)
    capability = _ask(pynvml, "nvmlDeviceGetCudaComputeCapability", handle)
    pci = _ask(pynvml, "nvmlDeviceGetPciInfo", handle)
    return {
        "name": _ask(pynvml, "nvmlDeviceGetName", handle) or "NVIDIA GPU",
        "uuid": _ask(pynvml, "nvmlDeviceGetUUID", handle),
        "total": memory.total if memory else None,
        "free": memory.free if memory else None,
        "capability": f"{capability[0]}.{capability[1]}" if capability else None,
        "pci": f"10de:{pci.pciDeviceId >> 16:04x}" if pci else None,
        "pcie": link(
            _ask(pynvml, "nvmlDeviceGetMaxPcieLinkGeneration", handle),
            _ask(pynvml, "nvmlDeviceGetMaxPcieLinkWidth", handle),
        ),
        "slices": None,
    }


def _slices(pynvml: Any, handle: Any) -> list[dict[str, Any]]:
    """The MIG devices of a GPU in MIG mode; empty otherwise."""
    mode = _ask(pynvml, "nvmlDeviceGetMigMode", handle)
    if not mode or mode[0] != 1:
        return []
    rows = []
    for index in range(_ask(pynvml, "nvmlDeviceGetMaxMigDeviceCount", handle) or 0):
        part = _ask(pynvml, "nvmlDeviceGetMigDeviceHandleByIndex", handle, index)
        if part is None:
            continue
        attributes = _ask(pynvml, "nvmlDeviceGetAttributes", part) or _ask(
            pynvml, "nvmlDeviceGetAttributes_v2", part
        )
        memory = _ask(pynvml, "nvmlDeviceGetMemoryInfo", part)
        row = _row(pynvml, handle)
        row.update(
            uuid=_ask(pynvml, "nvmlDeviceGetUUID", part),
            total=memory.total if memory else (attributes.memorySizeMB << 20 if attributes else None),
            free=memory.free if memory else None,
            slices=attributes.gpuInstanceSliceCount if attributes else None,
        )
        rows.append(row)
    return rows


def _visible(system: System, rows: list[dict[str, Any]], notes: list[str]) -> list[dict[str, Any]]:
    """The GPUs that CUDA_VISIBLE_DEVICES leaves, in its order;
    CUDA stops at the first entry it cannot find.
    """
    listed = system.environment.get("CUDA_VISIBLE_DEVICES")
    if listed is None:
        return rows
    chosen = []
    for entry in (part.strip() for part in listed.split(",") if part.strip()):
        index = whole(entry)
        if index is not None and index < len(rows):
            chosen.append(rows[index])
            continue
        if entry.startswith(("GPU-", "MIG-")) and not any(row["uuid"] for row in rows):
            notes.append(
                f"CUDA_VISIBLE_DEVICES={listed} names GPUs by UUID, which nvidia-smi was not asked for: "
                "all are shown"
            )
            return rows
        found = next((row for row in rows if row["uuid"] and row["uuid"].startswith(entry)), None)
        if found is None:
            break
        chosen.append(found)
    chosen = list({id(row): row for row in chosen}.values())
    if len(chosen) < len(rows):
        notes.append(f"CUDA_VISIBLE_DEVICES={listed} hides {len(rows) - len(chosen)} of {len(rows)} GPU(s)")
    return chosen


def _gpu(system: System, row: dict[str, Any], notes: list[str]) -> Gpu:
    if row["total"] is None and any(name in row["name"] for name in _UNIFIED_NAMES):
        return _unified(system, _jetson(system) or row["name"], row["capability"])
    sliced = row["slices"] is not None
    match = find_gpu(row["name"], None if sliced else row["total"], row["pci"])
    if match is None:
        notes.append(
            f"{row['name']} is in no catalogue: its bandwidth is unknown, so its speed cannot be predicted"
        )
        return Gpu(
            name=row["name"],
            vendor="NVIDIA",
            compute_capability=row["capability"],
            memory_total_bytes=row["total"],
            memory_free_bytes=row["free"],
            pcie=row["pcie"],
        )
    notes.extend(match.notes)
    changes: dict[str, Any] = {
        "memory_total_bytes": row["total"] or match.memory_total_bytes,
        "memory_free_bytes": row["free"],
        "pcie": row["pcie"],
        "compute_capability": row["capability"] or match.compute_capability,
    }
    if sliced and match.memory_total_bytes and row["total"]:
        changes.update(_share(match, row))
        notes.append(f"{row['name']} is a MIG slice: bandwidth and arithmetic are scaled to its share")
    return match.gpu(row["name"], **changes)


def _share(match: Any, row: dict[str, Any]) -> dict[str, float | None]:
    """A slice's share: memory slices of eight carry bandwidth,
    compute slices of seven carry arithmetic (MIG user guide).
    """
    memory = max(1, round(8 * row["total"] / match.memory_total_bytes)) / 8
    compute = row["slices"] / 7
    return {
        "bandwidth_bytes_per_s": match.bandwidth_bytes_per_s and match.bandwidth_bytes_per_s * memory,
        **{name: (value := getattr(match, name)) and value * compute for name in ARITHMETIC},
    }


def _unified(system: System, name: str, capability: str | None) -> Gpu:
    """GB10 and Jetson: the GPU uses main memory, so /proc/meminfo says what there is."""
    fields = meminfo(system)
    total, free = fields.get("MemTotal"), fields.get("MemAvailable")
    match = find_gpu(
        re.sub(r"\b(nvidia|developer kit|super)\b", "", name, flags=re.IGNORECASE).strip(), total
    )
    if match is None:
        return Gpu(
            name=name,
            vendor="NVIDIA",
            compute_capability=capability,
            memory_total_bytes=total,
            memory_free_bytes=free,
            unified_memory=True,
        )
    return match.gpu(
        name,
        memory_total_bytes=total,
        memory_free_bytes=free,
        unified_memory=True,
        compute_capability=capability or match.compute_capability,
    )
