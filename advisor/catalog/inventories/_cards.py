"""A GPU as a tool names it -> documents, with what had to be assumed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from advisor.catalog.gpus import find_gpu
from advisor.catalog.hardware import describe_machine
from advisor.catalog.hardware.machines import find_machine, usable_by_gpu
from advisor.catalog.names import MOST_CHARACTERS
from advisor.documents.hardware import Cpu, Gpu, HardwareProfile
from advisor.errors import UnknownNameError, UsageError

GIB = 2**30
MIB = 2**20
_VGPU = re.compile(r"^(?P<card>.+?)[- ](?P<gib>\d{1,3})(?P<kind>[QCAB])$")
"""NVIDIA's names of virtual GPUs: the card, the frame buffer in GiB, the licence series
(https://docs.nvidia.com/vgpu/latest/grid-vgpu-user-guide/)."""
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
    """A label says that it is a vGPU or a slice: its memory is its own, whatever the card has."""

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
    name = re.sub(r"-SHARED$", "", card.name.replace("_", " ").strip())
    profile, notes, virtual = _profile(name, card)
    if profile is None or not profile.gpus:
        return _unknown(name, card, ram_bytes)
    notes += [note for note in profile.notes if "--ram" not in note]
    gpu = profile.gpus[0]
    stated = card.memory_bytes
    if gpu.unified_memory:
        gpu = _unified(gpu, stated, ram_bytes, notes)
    elif stated is not None:
        gpu = replace(gpu, memory_total_bytes=_memory(gpu, stated, virtual or card.virtual, name, notes))
    gpu = replace(gpu, name=name, memory_free_bytes=card.free_bytes, pcie=card.pcie)
    if card.power_limit_w and gpu.tdp_w and card.power_limit_w < 0.95 * gpu.tdp_w:
        notes.append(
            f"{name} is capped at {card.power_limit_w:.0f} of {gpu.tdp_w:.0f} W: prompts are "
            "read more slowly than predicted"
        )
    cpu = profile.cpu if gpu.unified_memory else None
    return Described((gpu,) * card.count, cpu, tuple(dict.fromkeys(notes)), {})


def _profile(name: str, card: Card) -> tuple[HardwareProfile | None, list[str], bool]:
    """The catalogue's machine of that name, notes, and whether it is a virtual GPU."""
    if found := _try(name):
        return found, [], False
    if (virtual := _VGPU.match(name)) and (found := _try(virtual["card"])):
        note = (
            f"{name} is a virtual GPU of {virtual['gib']} GiB: the card's bandwidth and arithmetic are "
            "shared with its other guests, so speeds are upper ends"
        )
        gib = int(virtual["gib"])
        gpu = replace(found.gpus[0], memory_total_bytes=gib * GIB)
        return replace(found, gpus=(gpu,)), [note], True
    bare = re.sub(r"^(nvidia|amd|intel|tesla)\b[ -]*", "", name, flags=re.IGNORECASE)
    for other in (bare, f"Data Center GPU {bare}"):
        if found := _try(other):
            return found, [], False
    if card.pci_id and (match := find_gpu(card.pci_id, card.memory_bytes, card.pci_id)):
        return _try(match.catalog_name), [], False
    return None, [], False


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
