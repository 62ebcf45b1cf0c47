"""Machine descriptions that other tools made, told apart by content: one module per form, found by folder.

A module has `FORM`, the tool in words, and `read(source)`, which gives the machines or None when the text is
of another form. Reading never guesses: what a tool does not say is None with a reason, what was assumed is a
note.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol

from advisor.catalog.inventories._parsed import parsed, plain_text
from advisor.catalog.support import system_of
from advisor.documents.hardware import HardwareProfile
from advisor.documents.inventory import InventoryMachine
from advisor.errors import BadFileError, UsageError

MOST_MACHINES_NAMED = 8


@dataclass(frozen=True, slots=True)
class Source:
    """The text of an inventory, and what it holds where it is JSON or YAML."""

    text: str
    document: Any = None
    """Several JSON values one after another are a list."""
    what: str = "the inventory"
    """The file's name, for what is said of it."""


class Reader(Protocol):
    """What a module of this folder provides."""

    FORM: str

    def read(self, source: Source) -> tuple[InventoryMachine, ...] | None:
        """The machines, or None when *source* is of another form."""


@cache
def readers() -> tuple[Reader, ...]:
    """Every form, by the names of their modules."""
    names = sorted(found.name for found in iter_modules(__path__) if not found.name.startswith("_"))
    return tuple(import_module(f"{__name__}.{name}") for name in names)


def forms() -> tuple[str, ...]:
    """The tools whose output is read, in words."""
    return tuple(reader.FORM for reader in readers())


def read_inventory(text: str, what: str = "the inventory") -> tuple[InventoryMachine, ...]:
    """The machines that *text* describes, in its order. Raises BadFileError, naming *what*."""
    machines = find_inventory(text, what)
    if machines is None:
        raise BadFileError(f"{what} is no machine description known here; known are {', '.join(forms())}")
    return machines


_MISREAD = (
    *(AttributeError, KeyError, IndexError, TypeError, ValueError, OverflowError, ZeroDivisionError),
    *(RecursionError, SyntaxError, csv.Error),
)
"""What a reader raises where a part is not as its tool writes it."""


def find_inventory(text: str, what: str = "the inventory") -> tuple[InventoryMachine, ...] | None:
    """The same, or None when *text* is of no form known here. Raises BadFileError for a damaged one."""
    text = plain_text(text)
    try:
        source = Source(text, parsed(text), what)
    except ValueError as error:
        raise BadFileError(f"{what}: {error}") from None
    for reader in readers():
        try:
            machines = reader.read(source)
        except BadFileError:
            raise
        except _MISREAD as error:
            raise BadFileError(
                f"{what} looks like {reader.FORM}, but a part of it is not as that tool writes it "
                f"({type(error).__name__}: {str(error)[:80]}); export it again"
            ) from error
        if machines:
            return machines
        if machines is not None:
            raise BadFileError(f"{what} is {reader.FORM} without a single machine; export it again")
    return None


def sole_machine(
    machines: tuple[InventoryMachine, ...], wanted: str | None = None, what: str = "the inventory"
) -> HardwareProfile:
    """The one machine to plan for: the node called *wanted*, or the only shape there is.

    Of a node cut into unlike slices the largest is taken. Raises UsageError when several shapes remain, or
    none.
    """
    named = [machine for machine in machines if wanted is None or machine.node == wanted]
    if not named:
        raise UsageError(f"{what} has no node {wanted!r}; it has {_names(machines)}")
    usable = [machine for machine in named if machine.why_not is None]
    if not usable:
        raise UsageError(f"{what}: {named[0].node} cannot be used: {named[0].why_not}")
    if len({machine.node for machine in usable}) == 1:
        return max((machine.hardware for machine in usable), key=_gpu_bytes)
    shapes = {shape(machine.hardware): machine.hardware for machine in usable}
    if len(shapes) > 1:
        raise UsageError(
            f"{what} describes {len(shapes)} kinds of machine ({_names(tuple(usable))}); "
            "name one as FILE#NODE, or plan them all with `advisor fleet`"
        )
    return next(iter(shapes.values()))


def shape(hardware: HardwareProfile) -> tuple[object, ...]:
    """What makes two machines the same for a plan: everything but their names and what is in use now."""
    memory = hardware.memory.total_bytes
    gpus = tuple((gpu.catalog_name or gpu.name, gpu.memory_total_bytes) for gpu in hardware.gpus)
    # Nodes of one kind differ by a few MiB of what firmware keeps.
    system = system_of(hardware.os) if hardware.os else None
    own = (hardware.cpu.brand, hardware.cpu.logical_cores, memory and round(memory / 2**30), gpus)
    return (*own, system, hardware.nodes, hardware.network_bytes_per_s)


def _gpu_bytes(hardware: HardwareProfile) -> int:
    return sum(gpu.memory_total_bytes or 0 for gpu in hardware.gpus)


def _names(machines: tuple[InventoryMachine, ...]) -> str:
    names = list(dict.fromkeys(machine.node for machine in machines))
    more = len(names) - MOST_MACHINES_NAMED
    return ", ".join(names[:MOST_MACHINES_NAMED]) + (f" and {more} more" if more > 0 else "")
