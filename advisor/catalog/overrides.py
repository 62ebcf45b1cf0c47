"""What the user states about the machine beside its name, put over what the catalogue says."""

from dataclasses import replace
from typing import NamedTuple

from advisor.catalog.hardware import describe_machine
from advisor.catalog.hardware.document import RAM_NOT_STATED
from advisor.catalog.hardware.draft import gpu_inside
from advisor.catalog.hardware.machines import usable_by_gpu
from advisor.catalog.hardware.stand_ins import stand_in_host
from advisor.catalog.names import parse_bandwidth, parse_bytes
from advisor.documents.hardware import Gpu, HardwareProfile
from advisor.errors import UsageError


class Overrides(NamedTuple):
    """What the user states about the machine beside its name; strings as typed, None = not stated."""

    ram: str | None = None
    """'64GB'; GB means 2^30 here, as memory is sold."""
    vram: str | None = None
    """'24GB', of each GPU."""
    bandwidth: str | None = None
    """'1008GB/s' (10^9), of each GPU, or of main memory when there is none."""
    n_devices: int | None = None
    """How many of them: GPUs, sockets of a CPU-only machine, or machines with unified memory."""
    nodes: int | None = None
    """Equal machines joined by a network."""


def apply_overrides(profile: HardwareProfile, overrides: Overrides) -> HardwareProfile:
    """The profile with what the user states put over it; the reasons of filled gaps go.

    Raises UsageError for what cannot be: no device, video memory without a GPU, a size that is none.
    """
    if overrides.n_devices is not None:
        profile = _repeat(profile, overrides.n_devices)
    if overrides.nodes is not None:
        if overrides.nodes < 1:
            raise UsageError(f"{overrides.nodes} nodes are not a machine; give 1 or more")
        profile = replace(profile, nodes=overrides.nodes)
    if overrides.vram is not None and not profile.gpus:
        profile = _with_integrated_gpu(profile)
    if overrides.ram is not None:
        profile = _with_ram(profile, parse_bytes(overrides.ram, "RAM"))
    gpus, memory = profile.gpus, profile.memory
    if overrides.vram is not None:
        size = parse_bytes(overrides.vram, "VRAM")
        gpus = tuple(replace(gpu, memory_total_bytes=size, memory_free_bytes=None) for gpu in gpus)
    if overrides.bandwidth is not None:
        rate = parse_bandwidth(overrides.bandwidth)
        if not gpus or any(gpu.unified_memory for gpu in gpus):
            memory = replace(memory, bandwidth_bytes_per_s=rate, measured_bandwidth_bytes_per_s=None)
        gpus = tuple(replace(gpu, bandwidth_bytes_per_s=rate) for gpu in gpus)
    profile = replace(profile, gpus=gpus, memory=memory)
    return replace(
        profile,
        unknown={name: why for name, why in profile.unknown.items() if not _stated(profile, name)},
        source=profile.source if profile.source == "probe" else "user",
    )


def _stated(profile: HardwareProfile, field: str) -> bool:
    """Whether *field* ('memory.total_bytes', 'gpus.0.memory_total_bytes') has a value now."""
    part, _, name = field.rpartition(".")
    if part.startswith("gpus."):
        index = int(part[5:])
        return index < len(profile.gpus) and getattr(profile.gpus[index], name) is not None
    return part == "memory" and getattr(profile.memory, name) is not None


def _with_integrated_gpu(profile: HardwareProfile) -> HardwareProfile:
    """A machine given by its processor, with the GPU inside it: whoever states its memory means to use it.

    Raises UsageError when no GPU inside the processor is known.
    """
    if gpu_inside(profile.cpu.brand or "") is None:
        raise UsageError("--vram is given, but the hardware has no GPU; name the GPU or give --ram")
    twin = describe_machine(f"{profile.cpu.brand} iGPU")
    named = twin.gpus[0].name
    notes = [note for note in profile.notes if "inside is left out" not in note]
    return replace(
        profile,
        gpus=twin.gpus,
        memory=replace(
            profile.memory,
            bandwidth_bytes_per_s=twin.gpus[0].bandwidth_bytes_per_s or profile.memory.bandwidth_bytes_per_s,
        ),
        notes=(*notes, f"--vram is what the {named} inside the processor may use of main memory"),
    )


def _with_ram(profile: HardwareProfile, total_bytes: int) -> HardwareProfile:
    """The machine with this much main memory, and a stand-in for the processor of a host nobody named."""
    memory = replace(profile.memory, total_bytes=total_bytes, available_bytes=None, limit_bytes=None)
    gpus = tuple(_unified(gpu, total_bytes) for gpu in profile.gpus)
    notes = [note for note in profile.notes if not note.endswith(RAM_NOT_STATED)]
    cpu, unknown = profile.cpu, dict(profile.unknown)
    if memory.bandwidth_bytes_per_s is None and gpus and cpu.brand is None and profile.board is None:
        row, note = stand_in_host(gpus, total_bytes)
        memory = replace(
            memory,
            bandwidth_bytes_per_s=row.bandwidth_bytes_per_s,
            kind=row.memory_type,
            channels=row.memory_channels,
        )
        cpu = replace(cpu, vendor=row.vendor, microarchitecture=row.microarchitecture, isa=row.isa)
        notes.append(note)
        unknown.pop("cpu.isa", None)
    return replace(profile, memory=memory, gpus=gpus, cpu=cpu, unknown=unknown, notes=tuple(notes))


def _unified(gpu: Gpu, ram_bytes: int) -> Gpu:
    """A GPU that shares main memory, after the size of that memory changed; any other as it was."""
    if not gpu.unified_memory:
        return gpu
    return replace(
        gpu,
        memory_free_bytes=None,
        memory_total_bytes=usable_by_gpu(gpu.vendor, gpu.catalog_name or "", ram_bytes)[0],
    )


def _repeat(profile: HardwareProfile, n_devices: int) -> HardwareProfile:
    """*n_devices* of the machine's devices: GPUs, else machines with unified memory, else sockets."""
    if n_devices < 1:
        raise UsageError(f"{n_devices} devices are not a machine; give 1 or more")
    gpus, memory, cpu, nodes = profile.gpus, profile.memory, profile.cpu, profile.nodes
    if gpus and not gpus[0].unified_memory:
        if len(gpus) != n_devices:
            gpus = tuple(gpus[index % len(gpus)] for index in range(n_devices))
    elif gpus or not cpu.sockets:
        nodes = n_devices
    elif n_devices != cpu.sockets:
        factor = n_devices / cpu.sockets
        rate = memory.bandwidth_bytes_per_s
        memory = replace(
            memory,
            bandwidth_bytes_per_s=None if rate is None else rate * factor,
            channels=None if memory.channels is None else round(memory.channels * factor),
        )
        cores = cpu.physical_cores
        cpu = replace(cpu, sockets=n_devices, physical_cores=None if cores is None else round(cores * factor))
    return replace(profile, gpus=gpus, memory=memory, cpu=cpu, nodes=nodes)
