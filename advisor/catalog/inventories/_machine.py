"""What a tool says of a node -> a hardware profile."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

from advisor.catalog.cpus import find_cpu
from advisor.catalog.hardware import describe_machine
from advisor.catalog.hardware.cloud import find_instance
from advisor.catalog.hardware.machines import find_machine
from advisor.catalog.inventories._cards import Card, describe_card
from advisor.documents.hardware import Cpu, Gpu, HardwareProfile, Memory
from advisor.documents.inventory import NAMELESS
from advisor.errors import UnknownNameError, UsageError

ARCHITECTURES = {"amd64": "x86_64", "arm64": "aarch64"}
"""Go's names of architectures, as Kubernetes and Nomad use them, in the kernel's words."""


@dataclass(slots=True, kw_only=True)
class Facts:
    """What was read of one node; None = the tool is silent."""

    node: str = NAMELESS
    cards: list[Card] = field(default_factory=list)
    cpu_brand: str | None = None
    instance: str | None = None
    """A cloud instance type, which names processor and memory."""
    architecture: str | None = None
    os: str | None = None
    sockets: int | None = None
    physical_cores: int | None = None
    logical_cores: int | None = None
    usable_cores: int | None = None
    ram_bytes: int | None = None
    """All of main memory, a carve-out for graphics included."""
    available_bytes: int | None = None
    memory_kind: str | None = None
    channels: int | None = None
    bandwidth_bytes_per_s: float | None = None
    disk_free_bytes: int | None = None
    board: str | None = None
    notes: list[str] = field(default_factory=list)
    unknown: dict[str, str] = field(default_factory=dict)


_TEXTS = ("node", "cpu_brand", "instance", "architecture", "os", "memory_kind", "board")


def profile(facts: Facts, form: str) -> HardwareProfile:
    """The machine; what neither the tool nor the catalogue says is None with a reason.

    Raises TypeError where a tool's text is none: a reader hands over what stood in the file.
    """
    for name in _TEXTS:
        if not isinstance(getattr(facts, name), str | None):
            raise TypeError(f"{name} is {getattr(facts, name)!r}, no text")
    base, sold = _base(facts), instance_gpus(facts.instance)
    gpus: list[Gpu] = []
    notes, unknown, chip = list(facts.notes), dict(facts.unknown), None
    for card in facts.cards:
        if sold and card.sold_as is None:
            card = replace(card, sold_as=sold[0].catalog_name)
        described = describe_card(card, facts.ram_bytes)
        unknown |= {_moved(path, len(gpus)): why for path, why in described.unknown.items()}
        gpus += described.gpus
        notes += described.notes
        chip = chip or described.cpu
    cpu = _cpu(facts, base.cpu if base else chip)
    memory = base.memory if base else Memory()
    total = facts.ram_bytes or memory.total_bytes
    memory = replace(
        memory,
        total_bytes=total,
        available_bytes=facts.available_bytes,
        kind=facts.memory_kind or memory.kind,
        channels=facts.channels or memory.channels,
        bandwidth_bytes_per_s=facts.bandwidth_bytes_per_s or memory.bandwidth_bytes_per_s,
    )
    if total is None:
        unknown["memory.total_bytes"] = f"{form} does not say it; give --ram"
    if cpu.brand is None:
        unknown["cpu.brand"] = f"{form} does not say it"
    return HardwareProfile(
        name=_name(facts, gpus),
        source="inventory",
        cpu=cpu,
        memory=memory,
        gpus=tuple(gpus),
        os=facts.os,
        board=facts.board,
        disk_free_bytes=facts.disk_free_bytes,
        unknown=unknown,
        notes=tuple(dict.fromkeys(notes)),
    )


def instance_gpus(instance: str | None) -> tuple[Gpu, ...]:
    """The GPUs of the catalogue's instance of that name."""
    found = find_instance(instance) if instance else None
    return describe_machine(found.name).gpus if found and found.card and found.n_gpus else ()


def _moved(path: str, by: int) -> str:
    """'gpus.0.x' of a card as the path in the whole machine."""
    root, index, name = path.split(".", 2)
    return f"{root}.{int(index) + by}.{name}"


def _base(facts: Facts) -> HardwareProfile | None:
    """The catalogue's machine of the processor's brand, or of the instance type."""
    sockets = f"{facts.sockets}x " if facts.sockets and facts.sockets > 1 else ""
    names = (facts.cpu_brand and f"{sockets}{facts.cpu_brand}", facts.instance)
    return next((found for name in names if name and (found := _known(name))), None)


@lru_cache(maxsize=1024)
def _known(name: str) -> HardwareProfile | None:
    processor = find_cpu(re.sub(r"^\d+x ", "", name))
    if processor is None and find_machine(name) is None and find_instance(name) is None:
        return None
    try:
        return describe_machine(name)
    except (UnknownNameError, UsageError):
        return None


def _cpu(facts: Facts, known: Cpu | None) -> Cpu:
    cpu = known or Cpu()
    return replace(
        cpu,
        brand=facts.cpu_brand or cpu.brand,
        architecture=ARCHITECTURES.get(facts.architecture or "", facts.architecture) or cpu.architecture,
        sockets=facts.sockets or cpu.sockets,
        physical_cores=facts.physical_cores or cpu.physical_cores,
        logical_cores=facts.logical_cores,
        usable_cores=facts.usable_cores or facts.logical_cores,
    )


def _name(facts: Facts, gpus: list[Gpu]) -> str:
    """'2x GeForce RTX 4090 (w-4090)': what it is, then what the tool calls it."""
    counts: dict[str, int] = {}
    for gpu in gpus:
        counts[gpu.catalog_name or gpu.name] = counts.get(gpu.catalog_name or gpu.name, 0) + 1
    parts = [f"{count}x {name}" if count > 1 else name for name, count in counts.items()]
    what = " + ".join(parts) or facts.cpu_brand or facts.instance or "CPU"
    return what if facts.node == NAMELESS else f"{what} ({facts.node})"
