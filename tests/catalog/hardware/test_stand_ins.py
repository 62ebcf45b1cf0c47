"""What stands in for a part of which only the kind is known."""

from __future__ import annotations

import pytest

from advisor.catalog.hardware.stand_ins import stand_in_cpu, stand_in_series
from advisor.catalog.resolve import Overrides, resolve_hardware


@pytest.mark.parametrize(
    ("kind", "segment"),
    [("laptop", "laptop"), ("tablet", "laptop"), ("server", "server"), ("box", "desktop")],
)
def test_a_processor_is_the_slowest_family_of_its_kind(kind, segment):
    """Since 2018, of Intel or AMD; the note asks for its name."""
    row, note = stand_in_cpu(kind)
    assert (segment in row.segment, row.year >= 2018, row.vendor in ("Intel", "AMD")) == (True, True, True)
    assert f"the slowest {segment} family since 2018" in note


def test_a_card_of_a_size_is_the_slowest_such_card():
    """With the memory that was said, and a note that names it."""
    (gpu,) = resolve_hardware("a PC with a 16GB GPU").gpus
    assert (gpu.memory_total_bytes, gpu.vendor) == (16 * 2**30, "NVIDIA")


HOSTS = {
    "RTX 5090 + 96GB": ("Zen 5 (Granite Ridge)", "DDR5"),
    "RTX 4090 + 64GB": ("Zen 4 (Raphael)", "DDR5"),
    "2x RTX 3090 + 128GB": ("Zen 3 (Vermeer)", "DDR4"),
    "RTX 3060 12GB + 32GB": ("Rocket Lake", "DDR4"),
    "RTX 4080 laptop + 64GB": ("Zen 4 (Dragon Range)", "DDR5"),
    "4x RTX 3090 + 256GB": ("Zen 2 (Castle Peak PRO)", "DDR4"),
    "A100 80GB + 512GB": ("Ice Lake-SP", "DDR4"),
    "H100 + 1TB": ("Ice Lake-SP", "DDR4"),
    "8x H200 + 2TB": ("Sapphire Rapids", "DDR5"),
    "MI300X + 1TB": ("Sapphire Rapids", "DDR5"),
    "GTX 1080 + 16GB": ("Broadwell", "DDR3L"),
    "GTX 1080 + 96GB": ("Coffee Lake Refresh", "DDR4"),
    "GTX 1080 Ti + 256GB": ("Skylake-W / Cascade Lake-W / Ice Lake-W", "DDR4"),
}


@pytest.mark.parametrize(("text", "host"), HOSTS.items())
def test_the_processor_beside_a_card_is_of_its_time_and_kind(text, host):
    """A desktop's, a laptop's, a workstation's or a server's; the answer says which, and what states it."""
    machine = resolve_hardware(text)
    (note,) = [note for note in machine.notes if note.startswith("the processor is not named")]
    assert host == (machine.cpu.microarchitecture, machine.memory.kind)
    assert f"{host[0]}, {host[1]}, " in note
    assert "name yours in --hardware" in note


def test_memory_stated_by_an_option_gets_the_same_processor():
    """`--ram 96GB` beside a card is the machine 'card + 96GB'."""
    stated = resolve_hardware("RTX 5090", Overrides(ram="96GB"))
    said = resolve_hardware("RTX 5090 + 96GB")
    assert (stated.cpu.microarchitecture, stated.memory) == (said.cpu.microarchitecture, said.memory)


@pytest.mark.parametrize(
    ("name", "kinds", "maker", "segment"),
    [
        ("i5", ("laptop",), "Intel", "laptop"),
        ("Intel Core i7", ("laptop", "desktop"), "Intel", "laptop"),
        ("Ryzen 7", ("desktop",), "AMD", "desktop"),
        ("Xeon", ("laptop", "desktop"), "Intel", "server"),
        ("EPYC", ("desktop",), "AMD", "server"),
    ],
)
def test_a_series_is_its_slowest_family(name, kinds, maker, segment):
    """Of its maker, in the computers it may be in; a server's series says so itself."""
    row, note = stand_in_series(name, kinds)
    assert (row.vendor, segment in row.segment) == (maker, True)
    assert note.startswith(f"{name!r} names a series")


def test_a_generation_narrows_a_series():
    """'8th gen' is Kaby Lake-R or Coffee Lake."""
    row, _ = stand_in_series("Intel i5 8th gen", ("laptop",))
    assert row.microarchitecture == "Coffee Lake / Kaby Lake-R"


def test_a_number_is_no_series():
    """A processor that is named whole has its own row or none."""
    assert [stand_in_series(name, ("laptop",)) for name in ("i5-8250U", "FX-8350")] == [None, None]
