"""Whole machines by name, and unified memory."""

from __future__ import annotations

from typing import get_args

import pytest

from advisor.catalog.hardware.machines import (
    FOREIGN,
    Machine,
    Software,
    all_machines,
    find_machine,
    usable_by_gpu,
)
from advisor.catalog.resolve import Overrides, resolve_hardware
from advisor.catalog.rows import lines
from advisor.errors import UsageError

GIB = 2**30


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Raspberry Pi 5", "Raspberry Pi 5"),
        ("raspberry pi 5 model b rev 1.0 8GB", "Raspberry Pi 5"),
        ("Steam Deck", "Steam Deck"),
        ("RTX 4090", None),
        ("Raspberry Pi 5 and a friend", None),
        ("Legion Go 2", "Legion Go 2"),
        ("Steam Deck 2", None),
        ("Beelink GTR9 Pro 128GB", "Beelink GTR9 Pro"),
    ],
)
def test_a_machine_is_its_name_with_details(text: str, name: str | None) -> None:
    """A size or a revision beside it; any other word means something else."""
    found = find_machine(text)
    assert (found and found.name) == name


def test_every_machine_is_found_by_its_names() -> None:
    """Aliases included."""
    lost = [
        (m.name, text) for m in all_machines() for text in (m.name, *m.aliases) if find_machine(text) is None
    ]
    assert lost == []


def test_a_phone_or_tablet_has_the_system_it_always_has() -> None:
    """Others leave it to their user."""
    assert {m.os for m in all_machines() if m.kind == "phone"} <= {"iOS", "Android"}
    assert {m.os for m in all_machines() if m.kind not in ("phone", "tablet")} == {None}


@pytest.mark.parametrize(
    ("vendor", "name", "ram_gib", "share"),
    [
        ("Apple", "Apple M1", 16, 2 / 3),
        ("Apple", "Apple M3 Max", 64, 3 / 4),
        ("NVIDIA", "GB10", 128, 1.0),
        ("AMD", "Radeon Instinct MI300A", 128, 1.0),
        ("AMD", "Radeon 8060S", 128, 1.0),
        ("AMD", "Radeon 780M", 32, 0.5),
        ("Intel", "Arc 140V", 32, 0.5),
    ],
)
def test_a_gpu_may_use_a_part_of_what_it_shares(vendor: str, name: str, ram_gib: int, share: float) -> None:
    """By the rule of its system, which is said."""
    usable, rule = usable_by_gpu(vendor, name, ram_gib * GIB)
    assert usable == pytest.approx(ram_gib * GIB * share, abs=1)
    assert rule != ""


def test_names_and_aliases_hold_no_comma() -> None:
    """They are looked at before a line is taken apart."""
    for line, machine in zip(lines("machines.csv"), all_machines(), strict=True):
        assert line.startswith(f"{machine.name},{';'.join(machine.aliases)},")


def test_what_drives_an_accelerator_is_of_a_closed_list() -> None:
    """Accelerators alone have it; no note says it a second time."""
    driven = {(machine.software, machine.kind) for machine in all_machines() if machine.software}
    assert {("plug-in", "accelerator"), ("own", "accelerator")} == driven
    assert set(get_args(Software)) == set(FOREIGN)
    assert [] == [machine.name for machine in all_machines() if "engine covered" in machine.note]


@pytest.mark.parametrize("machine", [m for m in all_machines() if m.refusal], ids=lambda m: m.name)
def test_what_no_engine_drives_is_refused_by_name(machine: Machine) -> None:
    """In the words of the closed list, whatever figures are stated."""
    with pytest.raises(UsageError) as refused:
        resolve_hardware(machine.name, Overrides(vram="32GB", bandwidth="1000GB/s"))
    assert f"{machine.name}: {machine.refusal}; name a GPU or a computer" == str(refused.value)


def test_a_machine_of_another_year_is_another_machine() -> None:
    """'Mac Pro 2013' has not the processor of 2019's."""
    found = [
        find_machine(name) for name in ("Mac Pro 2019", "Mac Pro 2013", "Mac mini 2014", "iMac Pro 2017")
    ]
    assert [machine and machine.name for machine in found] == ["Mac Pro 2019", None, None, "iMac Pro"]
