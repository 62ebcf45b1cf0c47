"""How the tests of inventories say what was read: 'node: 8x H100 SXM5 80 GB (80)'."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from advisor.catalog.inventories import read_inventory
from advisor.documents.inventory import InventoryMachine

GIB = 2**30


def said(machine: InventoryMachine) -> str:
    """Places, then each kind of GPU with its memory in GiB; '?' before what the catalogue does not hold."""
    kinds = Counter(
        f"{gpu.catalog_name or '?' + gpu.name} ({round((gpu.memory_total_bytes or 0) / GIB)})"
        for gpu in machine.hardware.gpus
    )
    gpus = " + ".join(f"{n}x {kind}" for kind, n in kinds.items()) or "no GPU"
    return gpus if machine.count == 1 else f"{machine.count} places of {gpus}"


@pytest.fixture
def gpus() -> Callable[[str], list[str]]:
    """Every place of an inventory in words."""
    return lambda text: [said(machine) for machine in read_inventory(text)]


@pytest.fixture
def notes() -> Callable[[str], str]:
    """All that was assumed, in one text."""
    return lambda text: " | ".join(note for found in read_inventory(text) for note in found.hardware.notes)


@pytest.fixture
def why_not() -> Callable[[str], list[str | None]]:
    """Why each place cannot be used."""
    return lambda text: [machine.why_not for machine in read_inventory(text)]


Read = Callable[[str], Any]
