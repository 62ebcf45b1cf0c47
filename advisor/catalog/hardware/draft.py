"""What a line of words has said of a machine so far, device by device."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from advisor.catalog.cpu_numbers import MOBILE_WORDS, is_processor, series_of
from advisor.catalog.cpus import CpuRow, find_cpu
from advisor.catalog.gpus import GpuMatch, find_gpu, gpu_row
from advisor.catalog.hardware.cloud import Instance, find_instance
from advisor.catalog.hardware.hosted import card_of_host
from advisor.catalog.hardware.machines import Machine, find_machine
from advisor.catalog.hardware.text import GENERIC_MACHINE, Part
from advisor.catalog.names import GIB, compiled
from advisor.errors import UnknownNameError, UsageError

_WITH_GPU = r"\bultra x?[3579]\b|\bryzen (?:ai\b|[3579] (?:pro )?[4-9]\d{3}(?:u|h|hs|g|ge)\b)|\bsnapdragon x"
"""Processors sold with a GPU inside that engines reach (vendors' product pages)."""
_BRACKETS = r"\s*\(([^)]*)\)"
_BASEBOARD = 8
"""SXM modules come eight on a board (https://www.nvidia.com/en-us/data-center/hgx/)."""
_MODULE = r"\b[AH][12]00 SXM|\bH[12]0 SXM|\bB[23]00 SXM|\bInstinct MI3"
"""Modules that no server holds more than eight of (HGX and OAM boards); sixteen V100 are one DGX-2."""
_MOST_GPUS = 72
"""The largest number of GPUs one NVLink domain joins (https://www.nvidia.com/en-us/data-center/gb200-nvl72/)."""


@dataclass(slots=True)
class Draft:
    """What has been found so far."""

    gpus: list[tuple[GpuMatch, int]] = field(default_factory=list)
    cpu: CpuRow | None = None
    cpu_name: str | None = None
    sockets: int = 1
    nodes: int = 1
    network_bytes_per_s: float | None = None
    ram_bytes: int | None = None
    bandwidth_bytes_per_s: float | None = None
    """Of main memory, where the machine is known to have slower memory than its processor takes."""
    board: str | None = None
    called: str | None = None
    """The board as it was typed: a row of the table may have several names."""
    os: str | None = None
    integrated: str | None = None
    """Name of a GPU inside the processor that has no row."""
    unlisted: list[tuple[Machine, int]] = field(default_factory=list)
    """Accelerators known by name only, and how many."""
    laptop: bool = False
    """Whether a laptop is named around the devices: its GPU is a laptop's where there is such a row."""
    laptop_chip: str = ""
    """The processor that says so, where no laptop is named."""
    kind: str | None = None
    """laptop, desktop … where that is said beside the processor."""
    sizes: int = 0
    """Memory sizes in the line: with several each is its own part's."""
    hosted: bool = False
    """Whether a processor is named beside the cards."""
    arm: bool = False
    notes: list[str] = field(default_factory=list)
    unknown: dict[str, str] = field(default_factory=dict)


def use_part(draft: Draft, part: Part) -> None:
    """One device of the line: a machine, an instance, a GPU, a processor, or a processor with its GPU.

    Raises UnknownNameError with names like it.
    """
    instance = find_instance(part.text)
    if instance is not None:
        return use_instance(draft, instance, part.count)
    cpu_only = re.search(r"\bcpu$", part.without_size, re.IGNORECASE)
    integrated = re.search(r"\b(?:igpu|apu)$|\bintegrated gpu$", part.without_size, re.IGNORECASE)
    outer, inner = _brackets(part.text)
    machine = find_machine(part.text) or (find_machine(outer) if inner else None)
    if machine is None and integrated:
        machine = find_machine(part.without_size)
    if machine and not (cpu_only and machine.kind not in ("phone", "board")):
        return use_machine(draft, machine, part)
    if rack := compiled(_RACK).search(part.text):
        part = replace(part, text=part.text[: rack.start()].strip(), count=part.count * int(rack.group(1)))
    if not cpu_only and not integrated:
        match = _laptop_gpu(draft, part) or find_gpu(part.text) or (find_gpu(outer) if inner else None)
        named = match is not None and re.search(r"\b[am]\d|\bneo\b", part.text.lower())
        if match is not None and (match.vendor != "Apple" or named):
            if match.vendor == "Apple" and draft.ram_bytes and not part.size_bytes:
                # the memory said beside it tells a chip's versions apart
                match = find_gpu(part.text, draft.ram_bytes) or match
            return use_gpu(draft, match, part)
    plain = re.sub(r"\s*\b(?:cpu|igpu|apu|integrated gpu)$", "", part.without_size, flags=re.IGNORECASE)
    if kind := compiled(GENERIC_MACHINE).search(plain):
        draft.kind = kind.group(1).lower()
    plain = " ".join(compiled(GENERIC_MACHINE).sub(" ", plain).split())
    plain, draft.sockets = _sockets(series_of(plain))
    row = find_cpu(plain) or (find_cpu(outer) if inner else None)
    if row is None and not is_processor(part.text):
        from advisor.catalog.hardware.like import like_hardware  # deferred: only an error needs it

        raise UnknownNameError("hardware", part.text, *like_hardware(part.text))
    draft.cpu, draft.cpu_name = row, compiled(_BRACKETS).sub("", plain).strip()
    draft.sockets *= part.count
    draft.arm = compiled(MOBILE_WORDS).search(part.text) is not None
    draft.ram_bytes = draft.ram_bytes or part.size_bytes
    if inner and (match := find_gpu(inner)):
        draft.gpus.append((match, 1))
    elif integrated:
        draft.integrated = f"{draft.cpu_name} integrated GPU"
    elif (inside := gpu_inside(plain)) is not None:
        draft.notes.append(f"the {inside} inside is left out; name {plain + ' iGPU'!r} to use it")
    return None


def _laptop_gpu(draft: Draft, part: Part) -> GpuMatch | None:
    """The laptop's edition of a card, where a laptop is named around it; a size it is not sold with is main
    memory's."""
    name = re.sub(r"\blaptop\b", " ", part.without_size, flags=re.IGNORECASE)
    match = find_gpu(f"{name} laptop") if draft.laptop or draft.laptop_chip else None
    if match is None or match.form != "laptop":
        return None
    if draft.laptop_chip and "laptop" not in part.text.lower():
        draft.notes.append(f"{draft.laptop_chip!r} is a laptop's processor: {match.catalog_name} is assumed")
    if part.size_bytes and part.size_bytes not in match.memory_options_bytes:
        if draft.sizes > 1:
            return find_gpu(f"{part.text} laptop") or match
        draft.ram_bytes = draft.ram_bytes or part.size_bytes
    return match


def _sockets(cpu_name: str) -> tuple[str, int]:
    """(name, how many) of 'Xeon E5-2690 v4 dual' or 'EPYC 7763 2P'."""
    found = re.search(r"\s+(?:dual(?: socket)?|2p|2s|2 sockets|dual-socket)$", cpu_name, re.IGNORECASE)
    return (cpu_name[: found.start()], 2) if found else (cpu_name, 1)


def _join(draft: Draft, catalog_name: str) -> None:
    """What several machines with this GPU are joined by, where they are sold with it."""
    if draft.nodes > 1 and catalog_name.startswith("GB10"):
        draft.network_bytes_per_s = _JOINED_BYTES_PER_S


def gpu_inside(cpu_name: str) -> str | None:
    """The GPU inside a processor that engines reach: its row, or 'integrated GPU'; None without one."""
    twin = find_machine(f"{cpu_name} iGPU")
    if twin is not None and twin.gpu:
        return twin.gpu
    return "integrated GPU" if compiled(_WITH_GPU).search(cpu_name) else None


def _brackets(text: str) -> tuple[str, str]:
    """('Ryzen AI Max+ 395', 'Radeon 8060S') of 'Ryzen AI Max+ 395 (Radeon 8060S)'."""
    inner = compiled(_BRACKETS).search(text)
    return (compiled(_BRACKETS).sub("", text).strip(), inner.group(1).strip()) if inner else (text, "")


def use_machine(draft: Draft, machine: Machine, part: Part) -> None:
    """A machine with a name of its own, made of the CPU and GPU rows it names."""
    draft.board, draft.os = machine.name, machine.os
    draft.called, draft.bandwidth_bytes_per_s = part.without_size, machine.bandwidth_bytes_per_s
    stated = None if machine.kind == "accelerator" else part.size_bytes
    draft.ram_bytes = draft.ram_bytes or stated or machine.ram_bytes
    if machine.kind not in ("cloud", "accelerator"):
        draft.cpu = find_cpu(machine.cpu or machine.name)
    draft.cpu_name = machine.cpu or (machine.name if machine.kind == "phone" else None)
    draft.arm = machine.kind in ("phone", "board")
    apart = machine.kind not in ("accelerator", "igpu")
    if apart:
        draft.nodes = part.count
        _join(draft, machine.gpu)
    note = machine.note or machine.refusal
    if note and not (stated and "where the name gives" in note):
        draft.notes.append(f"{draft.called or machine.name}: {note}")
    if machine.gpu:
        match = gpu_row(machine.gpu)
        if machine.vram_bytes:
            sizes = (machine.vram_bytes,)
            match = match._replace(memory_total_bytes=machine.vram_bytes, memory_options_bytes=sizes)
        draft.gpus.append((match, machine.n_gpus * (1 if apart else part.count)))
    elif machine.kind in ("accelerator", "igpu"):
        draft.unlisted.append((machine, part.count))


def use_instance(draft: Draft, instance: Instance, count: int) -> None:
    """A cloud instance; several are several nodes.

    Raises UsageError for one whose accelerators no table holds, or of which nobody states how many it has.
    """
    if instance.gpu and not instance.card:
        raise UsageError(
            f"{instance.name} has {instance.gpu}: no figures of that accelerator are at hand, and its "
            "vendor's engine is not covered"
        )
    if instance.card and instance.n_gpus is None:
        raise UsageError(
            f"{instance.name}: no source at hand states how many {instance.gpu} it has; name them, as in "
            f"'4x {instance.gpu}'"
        )
    draft.board, draft.nodes = instance.name, count
    draft.ram_bytes = draft.ram_bytes or instance.ram_bytes
    if (row := find_cpu(instance.cpu)) if instance.cpu else None:
        draft.cpu, draft.cpu_name = row, instance.cpu
    if instance.card:
        match = gpu_row(instance.card)
        memory = instance.gpu_memory_bytes
        if instance.n_gpus == 0 and memory:
            match = match._replace(memory_total_bytes=memory, memory_options_bytes=(memory,))
            draft.notes.append(
                f"{instance.name} has a part of one {instance.card}: its speed is that of the whole card, "
                "when no other virtual machine uses it"
            )
        draft.gpus.append((match, instance.n_gpus or 1))
    draft.unknown["memory.bandwidth_bytes_per_s"] = (
        f"{instance.name} is a share of a machine, and its share of the memory bandwidth is not known; "
        "give --bandwidth"
    )


def _check_count(draft: Draft, part: Part) -> None:
    """More GPUs than a usual machine holds are noted, more than any holds refused with UsageError."""
    if part.count <= _BASEBOARD:
        return
    nodes = -(-part.count // _BASEBOARD)
    several = (
        f"for several machines say '{nodes} nodes of {_BASEBOARD}x {part.text}', or give a hardware document "
        f'(JSON) of one of them with "nodes": {nodes}'
    )
    if part.count > _MOST_GPUS:
        raise UsageError(
            f"{part.count}x {part.text}: no machine holds more than {_MOST_GPUS} GPUs; {several}"
        )
    draft.notes.append(
        f"{part.count} GPUs are taken as one machine, which seldom holds more than {_BASEBOARD}; {several}"
    )


def _a_module(part: Part) -> str:
    """'DGX A100 80GB' of 'DGX A100 640GB', which has eight of them."""
    if not part.size_bytes or part.size_bytes < _DGX_BYTES:
        return part.text
    return f"{part.without_size} {part.size_bytes // _BASEBOARD // GIB}GB"


_DGX_BYTES = 320 * GIB
"""Eight modules of 40 GB: what a DGX's memory is at least."""
_RACK = r"\bNVL(72|36|4)\b"
"""GPUs that one NVLink domain joins (https://www.nvidia.com/en-us/data-center/gb300-nvl72/)."""
_JOINED_BYTES_PER_S = 200e9 / 8
"""What joins machines with a GB10: one ConnectX-7 port of 200 Gb/s
(https://docs.nvidia.com/dgx/dgx-spark/hardware.html)."""


def use_gpu(draft: Draft, match: GpuMatch, part: Part) -> None:
    """One card of the catalogue, or several. Raises UsageError for more than a machine holds."""
    count = part.count
    if not (draft.ram_bytes or draft.sizes > 1) and (host := card_of_host(part, draft.hosted)):
        (match, note), draft.ram_bytes = host, part.size_bytes
        draft.notes.append(note)
    if re.match(r"(?:nvidia )?(?:dgx|hgx) (?!spark|station)", part.text.lower()):
        match = find_gpu(f"{_a_module(part)} SXM") or find_gpu(_a_module(part)) or match
        draft.nodes, count = (count if count > 1 else draft.nodes), _BASEBOARD
        draft.notes.append(f"{part.text}: {_BASEBOARD} modules on one board")
    if count > _BASEBOARD and count % _BASEBOARD == 0 and compiled(_MODULE).search(match.catalog_name):
        draft.nodes, count = count // _BASEBOARD, _BASEBOARD
        draft.notes.append(
            f"{part.count} modules are {draft.nodes} nodes of {_BASEBOARD}, as they are built; say "
            f"'{part.count}x' of the PCIe card for one machine"
        )
    if match.unified_memory and match.vendor in ("Apple", "NVIDIA") and count > 1:
        draft.nodes, count = count, 1  # a computer each
        _join(draft, match.catalog_name)
    if not match.unified_memory:
        _check_count(draft, replace(part, count=count))
    draft.gpus.append((match, count))
    draft.notes += [note for note in match.notes if not (draft.ram_bytes and "the smallest is" in note)]
    if count >= _BASEBOARD and "PCIe" in match.catalog_name and "SXM" in "".join(match.notes):
        draft.notes.append(
            f"servers with {count} of them mostly have SXM modules, which are faster: if yours has, "
            f"name '{count}x {part.text} SXM'"
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
