"""A GPU as a tool names it -> documents, with what had to be assumed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from advisor.catalog.gpus import find_gpu, meanings
from advisor.catalog.gpus.slices import slice_in
from advisor.catalog.gpus.spelling import spell
from advisor.catalog.hardware import describe_machine
from advisor.catalog.hardware.machines import find_machine, usable_by_gpu
from advisor.catalog.names import MOST_CHARACTERS
from advisor.documents.hardware import ARITHMETIC, Cpu, Gpu, HardwareProfile
from advisor.errors import UnknownNameError, UsageError

GIB = 2**30
MIB = 2**20
PARTITIONS = {"spx": 1, "dpx": 2, "tpx": 3, "qpx": 4, "cpx": 8}
"""AMD's compute partitions -> devices of one card; six on an MI300A
(https://instinct.docs.amd.com/projects/amdgpu-docs/en/latest/gpu-partitioning/)."""
_CONTRADICTION = 0.2
"""Drivers show up to a tenth less than the card's name says (ECC, reserved); a fifth is another card."""
MOST_CARDS = 1024
"""In one machine; time slicing shows a card as at most some dozens."""
INTEGRATED_BYTES = 2 * GIB
"""A Radeon with less is a processor's own graphics: no card with less than 2 GiB runs a model engine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Equal GPUs of one machine."""

    name: str
    count: int = 1
    memory_bytes: int | None = None
    """Of each, as the driver or a label states."""
    free_bytes: int | None = None
    vendor: str = "NVIDIA"
    pci_id: str | None = None
    """'8086:4680'."""
    pcie: str | None = None
    power_limit_w: float | None = None
    virtual: bool = False
    """It is a vGPU or a slice: its memory is its own, whatever the card has."""
    parts: int = 1
    """Into how many equal devices the card is cut, in all its resources (AMD's partitions)."""
    sold_as: str | None = None
    """The row of the GPU that machines of this instance type have, where one is stated."""

    def __post_init__(self) -> None:
        if self.count > MOST_CARDS or len(self.name) > MOST_CHARACTERS:
            raise ValueError(f"{self.count} times {self.name[:40]!r} is no card of a machine")


@dataclass(frozen=True, slots=True)
class Described:
    """The documents of a card and what goes with them."""

    gpus: tuple[Gpu, ...]
    cpu: Cpu | None
    """Of a GPU that shares a chip with its processor."""
    notes: tuple[str, ...]
    unknown: dict[str, str]


@lru_cache(maxsize=1024)
def describe_card(card: Card, ram_bytes: int | None = None) -> Described:
    """The GPUs of *card*; one that the catalogue does not hold has None for what nobody stated."""
    name = re.sub(r"-(?:SHARED|INTEGRATED)$", "", card.name.replace("_", " ").strip())
    notes: list[str] = []
    profile = _profile(name, card, notes)
    if profile is None or not profile.gpus:
        return _unknown(name, card, ram_bytes)
    notes += [note for note in profile.notes if "--ram" not in note]
    gpu = profile.gpus[0]
    stated = card.memory_bytes
    if gpu.unified_memory:
        gpu = _unified(gpu, stated, ram_bytes, notes)
    elif stated is not None:
        virtual = card.virtual or slice_in(name) is not None
        gpu = replace(gpu, memory_total_bytes=_memory(gpu, stated, virtual or card.parts > 1, name, notes))
    gpu = replace(gpu, name=name, memory_free_bytes=card.free_bytes, pcie=card.pcie)
    if card.parts > 1:
        gpu = _part(gpu, card.parts, notes)
    if card.power_limit_w and gpu.tdp_w and card.power_limit_w < 0.95 * gpu.tdp_w:
        notes.append(
            f"{name} is capped at {card.power_limit_w:.0f} of {gpu.tdp_w:.0f} W: prompts are "
            "read more slowly than predicted"
        )
    cpu = profile.cpu if gpu.unified_memory else None
    return Described((gpu,) * card.count, cpu, tuple(dict.fromkeys(notes)), {})


def _profile(name: str, card: Card, notes: list[str]) -> HardwareProfile | None:
    """The catalogue's machine of that name: the version with this memory, or of this instance type."""
    own = card.virtual or card.parts > 1 or spell(name).memory_gib is not None
    size = None if own else card.memory_bytes  # a size in the name decides, and a contradiction is said
    if card.sold_as:
        if card.sold_as in meanings(name):
            part = slice_in(name)
            return _try(
                f"{card.sold_as} {part.compute}g.{part.memory_gb}gb"
                if part and part.compute
                else card.sold_as
            )
        notes.append(
            f"it is said to have {name}, but its instance type has {card.sold_as}: {name} is assumed"
        )
    for spelled in _spellings(name):
        match = find_gpu(spelled, size, card.pci_id)
        found = _try(spelled)
        if match is not None and (found is None or found.gpus[0].catalog_name != match.catalog_name):
            notes += match.notes
            return _try(match.catalog_name) or found
        if found is not None and match is not None:
            keep = set(match.notes) if size else set(found.notes)
            told = tuple(note for note in found.notes if "which version" not in note or note in keep)
            return replace(found, notes=told)
    return None


def _spellings(name: str) -> tuple[str, ...]:
    """The name, what stands in brackets as lspci prints it, and the name with or without its maker."""
    inner = re.search(r"\[([^\]]+)\]", name)
    bare = re.sub(r"^(nvidia|amd|intel|tesla)\b[ -]*", "", name, flags=re.IGNORECASE)
    return (name, *([inner[1]] if inner else []), bare, f"Data Center GPU {bare}")


def _part(gpu: Gpu, parts: int, notes: list[str]) -> Gpu:
    """One of the equal devices that a card is cut into."""
    memory = gpu.memory_total_bytes
    whole = next((found.memory_total_bytes for found in _rows(gpu)), memory)
    rates = {
        name: value / parts
        for name in ("bandwidth_bytes_per_s", *ARITHMETIC)
        if (value := getattr(gpu, name)) is not None
    }
    notes.append(f"{gpu.name} is cut into {parts} devices: each is taken to have 1/{parts} of it")
    size = min(filter(None, (memory, whole and whole // parts)), default=None)
    return replace(gpu, memory_total_bytes=size, **rates)


def _rows(gpu: Gpu) -> tuple[Gpu, ...]:
    found = _try(gpu.catalog_name or "")
    return found.gpus if found else ()


def _try(name: str) -> HardwareProfile | None:
    if find_gpu(name) is None and find_machine(name) is None:
        return None  # describing it would look for the nearest names, which nobody reads here
    try:
        found = describe_machine(name)
    except (UnknownNameError, UsageError):
        return None
    return found if found.gpus else None


def _memory(gpu: Gpu, stated: int, virtual: bool, name: str, notes: list[str]) -> int:
    """What the driver states; where it contradicts the card's name, the smaller of the two."""
    table = gpu.memory_total_bytes
    if table is None or virtual or abs(stated / table - 1) <= _CONTRADICTION:
        return min(stated, table) if virtual and table else stated
    smaller = min(stated, table)
    notes.append(
        f"{name} is sold with {table / GIB:.0f} GiB, but {stated / GIB:.0f} GiB are stated: "
        f"{smaller / GIB:.0f} GiB are assumed; give --vram"
    )
    return smaller


def _unified(gpu: Gpu, stated: int | None, ram_bytes: int | None, notes: list[str]) -> Gpu:
    """One pool: the carve-out a tool shows is a part of main memory, never a card's own."""
    if ram_bytes is None:
        if stated is not None and stated >= INTEGRATED_BYTES:
            return replace(gpu, memory_total_bytes=stated)
        return gpu
    usable, rule = usable_by_gpu(gpu.vendor, gpu.catalog_name or "", ram_bytes)
    notes.append(f"{gpu.catalog_name or gpu.name}: {rule}")
    return replace(gpu, memory_total_bytes=usable)


def _unknown(name: str, card: Card, ram_bytes: int | None) -> Described:
    """A GPU without a row: its name and what the tool said, nothing guessed.

    An Intel GPU for which no memory is stated is the processor's own: it uses main memory.
    """
    why = f"the catalogue does not hold {name}; give --vram and --bandwidth"
    missing = ["bandwidth_bytes_per_s", *([] if card.memory_bytes else ["memory_total_bytes"])]
    integrated = card.vendor == "Intel" and card.memory_bytes is None
    if integrated and ram_bytes:
        missing = ["bandwidth_bytes_per_s"]
    usable = usable_by_gpu(card.vendor, "", ram_bytes)[0] if integrated and ram_bytes else None
    gpu = Gpu(
        name=name,
        vendor=card.vendor,
        unified_memory=integrated,
        memory_total_bytes=card.memory_bytes or usable,
        memory_free_bytes=card.free_bytes,
        pcie=card.pcie,
    )
    unknown = {f"gpus.{index}.{field}": why for index in range(card.count) for field in missing}
    return Described((gpu,) * card.count, None, (), unknown)
