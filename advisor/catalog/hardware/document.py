"""A draft of a machine as a HardwareProfile, every gap with its reason."""

from __future__ import annotations

from dataclasses import replace

from advisor.catalog.gpus import GpuMatch, all_gpus, half_card
from advisor.catalog.hardware.draft import Draft
from advisor.catalog.hardware.machines import Machine, usable_by_gpu
from advisor.catalog.hardware.stand_ins import stand_in_cpu, stand_in_gpu, stand_in_host, stand_in_series
from advisor.catalog.hardware.text import MachineText
from advisor.catalog.names import GIB
from advisor.documents.hardware import Cpu, Gpu, HardwareProfile, Memory
from advisor.errors import UsageError

_IOS = "iOS is taken to leave an app what macOS leaves the GPU, two thirds of memory; it may be less"
RAM_NOT_STATED = "the size of main memory is not stated, so nothing says what fits; give --ram"


def finish(draft: Draft, spoken: MachineText, text: str) -> HardwareProfile:
    """The draft as a document, gaps filled with reasons.

    Raises UsageError for a second chip or another maker's card beside an Apple chip
    (https://support.apple.com/en-us/102363: external GPUs need a Mac with an Intel processor).
    """
    if spoken.generic_gpu is not None and not draft.gpus:
        match, note = stand_in_gpu(spoken)
        draft.gpus.append((match, 1))
        draft.notes.append(note)
    elif spoken.vram_bytes and draft.gpus:
        draft.gpus = [
            (match._replace(memory_total_bytes=spoken.vram_bytes), count) for match, count in draft.gpus
        ]
    unified = [match for match, _ in draft.gpus if match.unified_memory]
    if {match.vendor for match, _ in draft.gpus} > {"Apple"}:
        raise UsageError(
            f"{text.strip()!r}: macOS has no driver for other GPUs beside Apple's chips; name one of them"
        )
    if len({match.catalog_name for match in unified if match.vendor == "Apple"}) > 1:
        raise UsageError(f"{text.strip()!r}: each Apple chip is a computer of its own; name one of them")
    _name_no_cpu(draft, spoken, bool(unified))
    _assume_ram(draft, unified[0] if unified else None)
    gpus = tuple(gpu for match, count in draft.gpus for gpu in _documents(draft, match, count))
    gpus += tuple(gpu for machine, count in draft.unlisted for gpu in _unlisted(draft, machine, count))
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
        nodes=draft.nodes,
        network_bytes_per_s=draft.network_bytes_per_s,
        board=draft.board,
        os=draft.os,
        unknown=draft.unknown,
        notes=tuple(dict.fromkeys((*spoken.said, *draft.notes))),
    )


def _assume_ram(draft: Draft, unified: GpuMatch | None) -> None:
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


def _name_no_cpu(draft: Draft, spoken: MachineText, unified: bool) -> None:
    """A processor for a computer without one: 'a 16 GB laptop', or a GPU in a host of which the RAM is
    stated."""
    if (
        draft.cpu is None
        and draft.cpu_name
        and (found := stand_in_series(draft.cpu_name, _kinds(draft, spoken)))
    ):
        draft.cpu, note = found
        draft.notes.append(note)
    if draft.cpu is not None or draft.cpu_name or unified or spoken.generic_kind in ("phone", "tablet"):
        draft.arm = draft.arm or spoken.generic_kind == "phone"
        return
    if spoken.generic_kind or (draft.ram_bytes and draft.board is None):
        gpus = [match.gpu() for match, count in draft.gpus for _ in range(count)]
        draft.cpu, note = (
            stand_in_host(gpus, draft.ram_bytes or 0)
            if gpus
            else stand_in_cpu(spoken.generic_kind or "desktop")
        )
        draft.notes.append(note)
        draft.unknown["cpu.brand"] = "the processor is not stated"


def _kinds(draft: Draft, spoken: MachineText) -> tuple[str, ...]:
    """The kinds of computer that it may be, as far as its words and its cards say."""
    said = draft.kind or spoken.generic_kind
    forms = {match.form for match, _ in draft.gpus}
    if draft.laptop or said in ("laptop", "notebook") or "laptop" in forms:
        return ("laptop",)
    return ("desktop",) if forms or said else ("laptop", "desktop")


def _documents(draft: Draft, match: GpuMatch, count: int) -> list[Gpu]:
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
            draft.notes.append(f"{match.catalog_name}: {_IOS if draft.os == 'iOS' else rule}")
    return [gpu] * count


def _memory(draft: Draft, unified: GpuMatch | None) -> Memory:
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
    rate = draft.bandwidth_bytes_per_s or rate
    if "memory.bandwidth_bytes_per_s" in draft.unknown:
        rate, channels = None, None
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
            name = draft.called or draft.board or draft.cpu_name or "this machine"
            draft.notes.append(f"{name}: {RAM_NOT_STATED}")
    kind = unified.memory_type if unified and unified.memory_type else row.memory_type if row else None
    apart = sum(count for match, count in draft.gpus if match.unified_memory)  # each brings its own
    ios = draft.os == "iOS"
    return Memory(
        total_bytes=draft.ram_bytes and draft.ram_bytes * max(apart, 1),
        available_bytes=usable_by_gpu("Apple", "", draft.ram_bytes)[0] if ios and draft.ram_bytes else None,
        kind=kind,
        channels=channels or None,
        bandwidth_bytes_per_s=rate,
    )


def _cpu(draft: Draft) -> Cpu:
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


def _integrated(draft: Draft) -> Gpu:
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
        name=draft.integrated or "integrated GPU",
        vendor=vendor,
        unified_memory=True,
        form="apu",
        memory_total_bytes=usable,
        bandwidth_bytes_per_s=rate,
    )


def _unlisted(draft: Draft, machine: Machine, count: int) -> list[Gpu]:
    """An accelerator that is known by name only."""
    draft.unknown["gpus.0.bandwidth_bytes_per_s"] = (
        f"no source at hand states the figures of {machine.name}; give --bandwidth and --vram"
    )
    inside = machine.kind == "igpu"
    gpu = Gpu(
        name=machine.name,
        vendor=machine.maker,
        catalog_name=machine.name,
        unified_memory=inside,
        form="apu" if inside else "datacenter",
    )
    return [gpu] * count
