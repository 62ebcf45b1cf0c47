"""This machine as a HardwareProfile. What cannot be read is None, with the reason in `unknown`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from advisor.catalog.cpus import find_cpu
from advisor.documents.hardware import Cpu, Gpu, HardwareProfile, Memory
from advisor.probe.apple import apple
from advisor.probe.cpu import cpu as read_cpu
from advisor.probe.drm import drm
from advisor.probe.engines import engines
from advisor.probe.memory import memory as read_memory
from advisor.probe.nvidia import nvidia
from advisor.probe.plausible import plausible
from advisor.probe.system import System

__all__ = ["measure", "probe"]

_LOAD_S = 0.5
"""How long others are watched before a measurement: fifty ticks of the usual kernel clock."""


def probe(system: System | None = None) -> HardwareProfile:
    """What this machine is; nothing here raises for hardware that is absent, forbidden or hung."""
    system = system or System()
    unknown: dict[str, str] = {}
    notes: list[str] = []
    cpu = read_cpu(system, unknown, notes)
    memory = read_memory(system, unknown, notes)
    cpu, memory = _from_table(system, cpu, memory, unknown, notes)
    gpus = (
        *nvidia(system, unknown, notes),
        *drm(system, cpu.brand, unknown, notes),
        *apple(system, cpu.brand, memory.total_bytes, memory.available_bytes, unknown, notes),
    )
    gpus, memory = _one_memory(gpus, memory, unknown)
    board = _board(system)
    found = HardwareProfile(
        name=_name(cpu, memory, gpus, board),
        source="probe",
        cpu=cpu,
        memory=memory,
        gpus=gpus,
        os=_os(system),
        container=_container(system),
        board=board,
        engines=engines(system),
        disk_free_bytes=system.disk_free_bytes(),
        unknown=unknown,
        notes=tuple(dict.fromkeys(notes)),
    )
    return plausible(found)


def measure(
    profile: HardwareProfile, progress: Callable[[float], None] = lambda done: None
) -> HardwareProfile:
    """*profile* with the memory bandwidth measured now, or the best since boot where that is higher; kept
    for later probes of this boot. What was measured on a busy machine is only noted, and so is a folder that
    cannot be written.
    """
    from advisor.probe.bandwidth import measure_read_bandwidth
    from advisor.probe.kept_bandwidth import busy_note, keep_bandwidth, kept_bandwidth
    from advisor.probe.load import cores_used, load_words

    threads = profile.cpu.usable_cores or 1
    load = load_words(cores_used(_LOAD_S), threads)
    rate = measure_read_bandwidth(min(threads, profile.cpu.physical_cores or threads), progress)
    kept = keep_bandwidth(rate, load)
    best = kept_bandwidth()
    notes = [note for note in profile.notes if "advisor probe --measure" not in note]
    if load and not kept:
        notes.append(busy_note(rate, load))
    elif not kept:
        notes.append("the measured memory bandwidth could not be kept: the cache folder cannot be written")
        best = rate
    memory = replace(profile.memory, measured_bandwidth_bytes_per_s=best)
    return replace(profile, memory=memory, notes=tuple(notes))


def _from_table(
    system: System, cpu: Cpu, memory: Memory, unknown: dict[str, str], notes: list[str]
) -> tuple[Cpu, Memory]:
    """Microarchitecture and memory bandwidth by the CPU table;
    a bandwidth measured since boot stands beside it.
    """
    row = find_cpu(cpu.brand or "", cpu.family, cpu.model, cpu.stepping)
    if row is None:
        unknown["memory.bandwidth_bytes_per_s"] = f"the processor {cpu.brand!r} is in no catalogue"
    elif row.bandwidth_bytes_per_s is None:
        unknown["memory.bandwidth_bytes_per_s"] = f"the catalogue states none for {row.microarchitecture}"
    measured = None
    if system.live:
        from advisor.probe.kept_bandwidth import kept_bandwidth

        measured = kept_bandwidth()
        if measured:
            notes[:] = [note for note in notes if "advisor probe --measure" not in note]
    if row is not None:
        cpu = replace(cpu, microarchitecture=row.microarchitecture, vendor=cpu.vendor or row.vendor)
        bandwidth = row.bandwidth_bytes_per_s and row.bandwidth_bytes_per_s * max(cpu.sockets or 1, 1)
        memory = replace(
            memory, kind=row.memory_type, channels=row.memory_channels, bandwidth_bytes_per_s=bandwidth
        )
    return cpu, replace(memory, measured_bandwidth_bytes_per_s=measured)


def _one_memory(
    gpus: tuple[Gpu, ...], memory: Memory, unknown: dict[str, str]
) -> tuple[tuple[Gpu, ...], Memory]:
    """An integrated GPU reads main memory: one memory has one bandwidth.

    The GPU table names the exact product, so it wins over the CPU table's family; a GPU in no catalogue
    takes what the CPU table says.
    """
    known = next(
        (gpu.bandwidth_bytes_per_s for gpu in gpus if gpu.unified_memory and gpu.bandwidth_bytes_per_s), None
    )
    if known is not None:
        unknown.pop("memory.bandwidth_bytes_per_s", None)
        memory = replace(memory, bandwidth_bytes_per_s=known)
    shared = memory.bandwidth_bytes_per_s
    gpus = tuple(
        replace(gpu, bandwidth_bytes_per_s=shared)
        if gpu.unified_memory and gpu.bandwidth_bytes_per_s is None
        else gpu
        for gpu in gpus
    )
    return gpus, memory


def _name(cpu: Cpu, memory: Memory, gpus: tuple[Gpu, ...], board: str | None) -> str:
    """'2x RTX 4090 + AMD EPYC 9654, 384 GiB'."""
    names = [gpu.name for gpu in gpus]
    parts = [
        f"{names.count(name)}x {name}" if names.count(name) > 1 else name for name in dict.fromkeys(names)
    ]
    parts.append(board or cpu.brand or "unknown CPU")
    text = " + ".join(parts)
    return f"{text}, {memory.total_bytes / 2**30:.0f} GiB" if memory.total_bytes else text


def _os(system: System) -> str:
    if system.platform == "darwin":
        version = (system.run("sysctl", "-n", "kern.osproductversion")[0] or "").strip()
        return f"macOS {version}".strip()
    if system.platform == "win32":
        return "Windows"
    fields = dict(
        line.split("=", 1) for line in (system.read("/etc/os-release") or "").splitlines() if "=" in line
    )
    name = fields.get("PRETTY_NAME", "Linux").strip('"')
    return f"{name} (WSL2)" if "microsoft" in (system.read("/proc/version") or "").lower() else name


def _container(system: System) -> str | None:
    """docker, podman, kubernetes, lxc …, or None on a host."""
    if system.environment.get("KUBERNETES_SERVICE_HOST"):
        return "kubernetes"
    if system.exists("/.dockerenv"):
        return "docker"
    if system.exists("/run/.containerenv"):
        return "podman"
    match = re.search(r"(docker|kubepods|lxc|containerd|libpod)", system.read("/proc/1/cgroup") or "")
    return match[1] if match else None


def _board(system: System) -> str | None:
    """The device tree's model on Arm boards; the product name elsewhere is a serial-number-like string."""
    return system.read("/proc/device-tree/model")
