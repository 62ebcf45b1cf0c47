"""A machine in words -> a HardwareProfile made of catalogue rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache

from advisor.catalog.cpus import CpuRow, find_cpu
from advisor.catalog.gpus import GpuMatch, all_gpus, find_gpu, gpu_row, half_card
from advisor.catalog.hardware_text import MachineText, Part, read_machine
from advisor.catalog.machines import Machine, find_machine, usable_by_gpu
from advisor.catalog.names import GIB, compiled
from advisor.catalog.stand_ins import stand_in_cpu, stand_in_gpu
from advisor.documents.hardware import Cpu, Gpu, HardwareProfile, Memory
from advisor.errors import UnknownNameError, UsageError

_CPU_WORDS = (
    r"\b(?:core2?|xeon|pentium|celeron|atom|i[3579]|ryzen|epyc|threadripper|opteron|phenom|athlon|fx|zhaoxin|kaixian|"
    r"snapdragon|tensor|kirin|exynos|dimensity|helio|mediatek|unisoc|cortex|neoverse|graviton|altra|kunpeng|power\d+|"
    r"loongson|cpu)\b"
)
_MOBILE_WORDS = (
    r"\b(?:snapdragon|tensor|kirin|exynos|dimensity|helio|mediatek|unisoc|cortex|neoverse|"
    r"graviton|altra|kunpeng)\b"
)


@dataclass(slots=True)
class _Draft:
    """What has been found so far."""

    gpus: list[tuple[GpuMatch, int]] = field(default_factory=list)
    cpu: CpuRow | None = None
    cpu_name: str | None = None
    sockets: int = 1
    ram_bytes: int | None = None
    board: str | None = None
    os: str | None = None
    integrated: str | None = None
    """Name of a GPU inside the processor that has no row."""
    arm: bool = False
    notes: list[str] = field(default_factory=list)
    unknown: dict[str, str] = field(default_factory=dict)


@cache
def describe_machine(text: str) -> HardwareProfile:
    """The machine that *text* names, from the catalogue; see `resolve_hardware` for the grammar.

    Raises UnknownNameError with the nearest names.
    """
    spoken = read_machine(text)
    draft = _Draft(ram_bytes=spoken.ram_bytes)
    whole_name = find_machine(text) if len(spoken.parts) == 1 else None
    if whole_name:
        _use_machine(draft, whole_name, spoken.parts[0])
    else:
        for part in spoken.parts:
            _use_part(draft, part)
    if not spoken.parts and spoken.generic_gpu is None and spoken.generic_kind is None:
        raise UnknownNameError(
            "hardware",
            text,
            (),
            "name a GPU, a CPU, a computer or a saved probe, such as "
            "'RTX 4090', 'EPYC 9654 384GB' or 'M3 Max 64GB'",
        )
    return _finish(draft, spoken, text)


def _use_part(draft: _Draft, part: Part) -> None:
    """One device of the line: a machine, a GPU, a processor, or a processor with the GPU it contains."""
    cpu_only = re.search(r"\bcpu$", part.without_size, re.IGNORECASE)
    integrated = re.search(r"\b(?:igpu|apu)$|\bintegrated gpu$", part.without_size, re.IGNORECASE)
    outer, inner = _brackets(part.text)
    machine = find_machine(part.text) or (find_machine(outer) if inner else None)
    if machine and not (cpu_only and machine.kind not in ("phone", "board")):
        return _use_machine(draft, machine, part)
    if not cpu_only and not integrated:
        match = find_gpu(part.text) or (find_gpu(outer) if inner else None)
        named = match is not None and re.search(r"\b[am]\d|\bneo\b", part.text.lower())
        if match is not None and (match.vendor != "Apple" or named):
            return _use_gpu(draft, match, part)
    plain = re.sub(r"\s*\b(?:cpu|igpu|apu|integrated gpu)$", "", part.without_size, flags=re.IGNORECASE)
    row = find_cpu(plain) or (find_cpu(outer) if inner else None)
    if row is None and not compiled(_CPU_WORDS).search(part.text):
        from advisor.catalog.like_hardware import like_hardware  # deferred: only an error needs it

        raise UnknownNameError("hardware", part.text, *like_hardware(part.text))
    draft.cpu, draft.cpu_name, draft.sockets = row, compiled(_BRACKETS).sub("", plain).strip(), part.count
    draft.arm = bool(compiled(_MOBILE_WORDS).search(part.text))
    draft.ram_bytes = draft.ram_bytes or part.size_bytes
    if inner and (match := find_gpu(inner)):
        draft.gpus.append((match, 1))
    elif integrated:
        draft.integrated = f"{draft.cpu_name} integrated GPU"
    return None


_BRACKETS = r"\s*\(([^)]*)\)"


def _brackets(text: str) -> tuple[str, str]:
    """('Ryzen AI Max+ 395', 'Radeon 8060S') of 'Ryzen AI Max+ 395 (Radeon 8060S)'."""
    inner = compiled(_BRACKETS).search(text)
    return (compiled(_BRACKETS).sub("", text).strip(), inner.group(1).strip()) if inner else (text, "")


def _use_machine(draft: _Draft, machine: Machine, part: Part) -> None:
    draft.board, draft.os = machine.name, machine.os
    stated = None if machine.kind == "accelerator" else part.size_bytes
    draft.ram_bytes = draft.ram_bytes or stated or machine.ram_bytes
    draft.cpu = (
        find_cpu(machine.cpu or machine.name) if machine.kind not in ("cloud", "accelerator") else None
    )
    draft.cpu_name = machine.cpu or (machine.name if machine.kind == "phone" else None)
    draft.arm = machine.kind in ("phone", "board")
    if machine.note and not (stated and "where the name gives" in machine.note):
        draft.notes.append(f"{machine.name}: {machine.note}")
    if machine.gpu:
        match = gpu_row(machine.gpu)
        if machine.vram_bytes:
            sizes = (machine.vram_bytes,)
            match = replace(match, memory_total_bytes=machine.vram_bytes, memory_options_bytes=sizes)
        draft.gpus.append((match, machine.n_gpus * part.count))
    elif machine.kind in ("accelerator", "igpu"):
        draft.unknown["gpus.0.bandwidth_bytes_per_s"] = (
            f"no source at hand states the figures of {machine.name}; give --bandwidth and --vram"
        )
        blank = replace(
            all_gpus()[0],
            **{
                name: None
                for name in (
                    "memory_total_bytes",
                    "bandwidth_bytes_per_s",
                    "fp16_flops",
                    "int8_ops",
                    "fp8_flops",
                    "fp4_flops",
                    "fp32_flops",
                    "compute_capability",
                    "architecture",
                    "tdp_w",
                    "year",
                    "cores",
                    "memory_type",
                )
            },
            catalog_name=machine.name,
            vendor=machine.name.split()[0].replace("H20", "NVIDIA").replace("Radeon", "AMD"),
            memory_options_bytes=(),
            form="apu" if machine.kind == "igpu" else "datacenter",
            notes=(),
            unified_memory=machine.kind == "igpu",
        )
        draft.gpus.append((blank, part.count))


_BASEBOARD = 8
"""SXM modules come eight on a board (https://www.nvidia.com/en-us/data-center/hgx/)."""


_MOST_GPUS = 72
"""The largest number of GPUs one NVLink domain joins (https://www.nvidia.com/en-us/data-center/gb200-nvl72/)."""


def _check_count(draft: _Draft, part: Part) -> None:
    """More GPUs than a usual machine holds are noted, more than any holds refused with UsageError."""
    if part.count <= _BASEBOARD:
        return
    nodes = -(-part.count // _BASEBOARD)
    several = f'for several machines give a hardware document (JSON) of one of them with "nodes": {nodes}'
    if part.count > _MOST_GPUS:
        raise UsageError(
            f"{part.count}x {part.text}: no machine holds more than {_MOST_GPUS} GPUs; {several}"
        )
    draft.notes.append(
        f"{part.count} GPUs are taken as one machine, which seldom holds more than {_BASEBOARD}; {several}"
    )


def _use_gpu(draft: _Draft, match: GpuMatch, part: Part) -> None:
    if not match.unified_memory:
        _check_count(draft, part)
    draft.gpus.append((match, part.count))
    draft.notes += match.notes
    if part.count >= _BASEBOARD and "PCIe" in match.catalog_name and "SXM" in "".join(match.notes):
        draft.notes.append(
            f"servers with {part.count} of them mostly have SXM modules, which are faster: if yours has, "
            f"name '{part.count}x {part.text} SXM'"
        )
    if match.unified_memory:
        draft.ram_bytes = draft.ram_bytes or part.size_bytes
        if match.vendor == "Apple":
            draft.cpu_name = re.sub(r" \(.*", "", match.catalog_name)
            draft.cpu = find_cpu(draft.cpu_name)
        elif match.vendor == "NVIDIA":
            draft.cpu_name = match.catalog_name
            draft.cpu = find_cpu(match.catalog_name)
            draft.board = match.catalog_name


def _finish(draft: _Draft, spoken: MachineText, text: str) -> HardwareProfile:
    """The draft as a document, gaps filled with reasons."""
    if spoken.generic_gpu is not None and not draft.gpus:
        match, note = stand_in_gpu(spoken)
        draft.gpus.append((match, 1))
        draft.notes.append(note)
    elif spoken.vram_bytes and draft.gpus:
        draft.gpus = [
            (replace(match, memory_total_bytes=spoken.vram_bytes), count) for match, count in draft.gpus
        ]
    unified = [match for match, _ in draft.gpus if match.unified_memory]
    _name_no_cpu(draft, spoken, bool(unified))
    _assume_ram(draft, unified[0] if unified else None)
    gpus = tuple(gpu for match, count in draft.gpus for gpu in _documents(draft, match, count))
    if draft.integrated:
        gpus = (*gpus, _integrated(draft))
    memory = _memory(draft, unified[0] if unified else None)
    for index, gpu in enumerate(gpus):
        for name, asked in (("memory_total_bytes", "--vram"), ("bandwidth_bytes_per_s", "--bandwidth")):
            if getattr(gpu, name) is None:
                why = (
                    "it shares main memory, whose size is not stated; give --ram"
                    if gpu.unified_memory and name == "memory_total_bytes"
                    else f"the catalogue does not hold it; give {asked}"
                )
                draft.unknown.setdefault(f"gpus.{index}.{name}", why)
    return HardwareProfile(
        name=text.strip(),
        source="catalogue",
        cpu=_cpu(draft),
        memory=memory,
        gpus=gpus,
        board=draft.board,
        os=draft.os,
        unknown=draft.unknown,
        notes=tuple(dict.fromkeys(draft.notes)),
    )


def _assume_ram(draft: _Draft, unified: GpuMatch | None) -> None:
    """Main memory nobody stated: the smallest size its chip is sold with, where the catalogue says."""
    if draft.ram_bytes is not None:
        return
    name, sizes = draft.cpu_name or "", []
    if unified is not None:
        name, sizes = unified.catalog_name, list(unified.memory_options_bytes)
        if unified.memory_total_bytes:
            draft.ram_bytes = round(unified.memory_total_bytes)
    elif draft.cpu is not None and draft.cpu.vendor == "Apple":
        name = name if name.startswith("Apple ") else f"Apple {name}"
        alike = (match for match in all_gpus() if match.catalog_name.startswith(f"{name} ("))
        sizes = sorted({size for match in alike for size in match.memory_options_bytes})
    if sizes and draft.ram_bytes is None:
        draft.ram_bytes = sizes[0]
    if len(sizes) > 1 and not any("the smallest is assumed" in note for note in draft.notes):
        listed = "/".join(f"{size / GIB:.3g}" for size in sizes)
        draft.notes.append(f"{name} comes with {listed} GB; the smallest is assumed")


def _name_no_cpu(draft: _Draft, spoken: MachineText, unified: bool) -> None:
    """A processor for a computer without one: 'a 16 GB laptop', or a GPU in a host of which the RAM is
    stated."""
    if draft.cpu is not None or draft.cpu_name or unified or spoken.generic_kind in ("phone", "tablet"):
        draft.arm = draft.arm or spoken.generic_kind == "phone"
        return
    if spoken.generic_kind or (draft.ram_bytes and draft.board is None):
        draft.cpu, note = stand_in_cpu(spoken.generic_kind or "desktop")
        draft.notes.append(note)
        draft.unknown["cpu.brand"] = "the processor is not stated"


def _documents(draft: _Draft, match: GpuMatch, count: int) -> list[Gpu]:
    if match.devices_per_card == 2:
        draft.notes.append(
            f"one {match.catalog_name} card is two devices, each with half of its memory and bandwidth"
        )
        match, count = half_card(match), 2 * count
    gpu = match.gpu()
    if (match.unified_memory and match.memory_total_bytes is None) or (
        match.unified_memory and draft.ram_bytes
    ):
        usable, rule = usable_by_gpu(match.vendor, match.catalog_name, draft.ram_bytes or 0)
        gpu = replace(gpu, memory_total_bytes=usable or None)
        if usable:
            draft.notes.append(f"{match.catalog_name}: {rule}")
    return [gpu] * count


def _memory(draft: _Draft, unified: GpuMatch | None) -> Memory:
    """Main memory; a unified GPU's row knows its bandwidth better than the CPU row (bins of one chip
    differ)."""
    row = draft.cpu
    rate = row.bandwidth_bytes_per_s if row else None
    channels = row.memory_channels if row else None
    if row and draft.sockets > 1 and rate:
        rate, channels = rate * draft.sockets, (channels or 0) * draft.sockets
        draft.notes.append(
            f"{draft.sockets} sockets: the bandwidth is the sum; a program that ignores NUMA reaches "
            "little more than one socket's"
        )
    if unified is not None and unified.bandwidth_bytes_per_s:
        rate = unified.bandwidth_bytes_per_s
    if rate is None:
        draft.unknown.setdefault(
            "memory.bandwidth_bytes_per_s",
            (
                f"the catalogue has no row for {draft.cpu_name}; give --bandwidth"
                if draft.cpu_name
                else "the processor is not stated; name it, as in 'RTX 4090 + Ryzen 9 7950X 64GB'"
            ),
        )
    if draft.ram_bytes is None:
        draft.unknown.setdefault("memory.total_bytes", "the size of main memory is not stated; give --ram")
        if unified is not None or not draft.gpus:
            name = draft.board or draft.cpu_name or "this machine"
            draft.notes.append(
                f"{name}: the size of main memory is not stated, so nothing says what fits; give --ram"
            )
    kind = unified.memory_type if unified and unified.memory_type else row.memory_type if row else None
    return Memory(
        total_bytes=draft.ram_bytes,
        available_bytes=None,
        kind=kind,
        channels=channels or None,
        bandwidth_bytes_per_s=rate,
    )


def _cpu(draft: _Draft) -> Cpu:
    row = draft.cpu
    if row is None:
        draft.unknown.setdefault(
            "cpu.isa",
            f"the catalogue has no row for {draft.cpu_name}"
            if draft.cpu_name
            else "the processor is not stated",
        )
        return Cpu(
            brand=draft.cpu_name,
            architecture="aarch64" if draft.arm else "x86_64",
            sockets=draft.sockets if draft.cpu_name else None,
        )
    cores = row.cores_range[0] if row.cores_range and row.cores_range[0] == row.cores_range[1] else None
    return Cpu(
        brand=draft.cpu_name,
        vendor=row.vendor,
        microarchitecture=row.microarchitecture,
        architecture=row.architecture,
        sockets=draft.sockets,
        isa=row.isa,
        physical_cores=cores * draft.sockets if cores else None,
    )


def _integrated(draft: _Draft) -> Gpu:
    """The GPU inside a processor: it reads the same memory, so its bandwidth is that of the memory."""
    rate = draft.cpu.bandwidth_bytes_per_s if draft.cpu else None
    vendor = (
        draft.cpu.vendor if draft.cpu else "AMD" if "ryzen" in (draft.cpu_name or "").lower() else "Intel"
    )
    draft.notes.append(
        f"{draft.integrated}: not in the GPU table; it has main memory's bandwidth, its arithmetic rate "
        "is unknown"
    )
    usable = usable_by_gpu(vendor, "", draft.ram_bytes)[0] if draft.ram_bytes else None
    return Gpu(
        name=draft.integrated,
        vendor=vendor,
        unified_memory=True,
        form="apu",
        memory_total_bytes=usable,
        bandwidth_bytes_per_s=rate,
    )
