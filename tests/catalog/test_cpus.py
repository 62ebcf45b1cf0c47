"""CPUs are found by raw brand strings, short names, boards and CPUID numbers."""

from __future__ import annotations

import pytest

from advisor.catalog.cpus import all_cpus, cpu_family, find_cpu

BRANDS = {
    "AMD EPYC 9654 96-Core Processor": "Zen 4 (Genoa, Genoa-X, Bergamo)",
    "EPYC 9654": "Zen 4 (Genoa, Genoa-X, Bergamo)",
    "13th Gen Intel(R) Core(TM) i7-13700H": "Raptor Lake mobile",
    "Core i7-13700H": "Raptor Lake mobile",
    "i7-13700H": "Raptor Lake mobile",
    "i7-13700K": "Raptor Lake-S",
    "i5 12400": "Alder Lake-S",
    "Intel(R) Core(TM) i7-8700K CPU @ 3.70GHz": "Coffee Lake / Kaby Lake-R",
    "core ultra 9 285k": "Arrow Lake-S",
    "Intel Ultra 7 155H": "Meteor Lake",
    "Ryzen 9 7950X": "Zen 4 (Raphael)",
    "AMD Ryzen 9 7950X 16-Core Processor": "Zen 4 (Raphael)",
    "AMD Ryzen 7 7840U w/ Radeon 780M Graphics": "Zen 4 mobile (Phoenix)",
    "Threadripper PRO 5975WX": "Zen 3 (Chagall)",
    "AMD RYZEN AI MAX+ 395 w/ Radeon 8060S": "Zen 5 (Strix Halo)",
    "Xeon Gold 6430": "Sapphire Rapids",
    "Intel(R) Xeon(R) Platinum 8488C": "Sapphire Rapids",
    "Xeon Platinum 8280": "Cascade Lake-SP",
    "Xeon E5-2697 v2": "Ivy Bridge-EP",
    "Xeon w5-3425": "Sapphire Rapids-WS",
    "FX-8320": "Piledriver",
    "N100": "Alder Lake-N / Twin Lake",
    "Apple M2": "M2 CPU",
    "M3 Pro": "M3 Pro CPU",
    "Apple M4 Max CPU": "M4 Max CPU",
    "Snapdragon X Elite": "Oryon (X Elite/Plus)",
    "Graviton3": "Neoverse V1 (Graviton3)",
    "Raspberry Pi 5 Model B Rev 1.0": "Cortex-A76 (BCM2712)",
    "rockchip,rk3588": "4x Cortex-A76 + 4x A55 (RK3588)",
    "0x41:0xd0b": "Cortex-A76 (BCM2712)",
}


@pytest.mark.parametrize(("brand", "expected"), BRANDS.items())
def test_brand(brand: str, expected: str) -> None:
    """Raw strings of /proc/cpuinfo and sysctl and the names people type lead to one row."""
    row = find_cpu(brand)
    assert row is not None
    assert expected == row.microarchitecture


@pytest.mark.parametrize("brand", ["", "Some CPU", "Itanium 9300", "GeForce RTX 4090"])
def test_unknown_is_none(brand: str) -> None:
    """What the table lacks matches nothing."""
    assert find_cpu(brand) is None


@pytest.mark.parametrize(
    ("brand", "numbers", "expected"),
    [
        ("Intel(R) Xeon(R) Processor", (6, 143, 8), "Sapphire Rapids"),
        ("Intel(R) Xeon(R) Processor @ 2.60GHz", (6, 85, 4), "Skylake-SP"),
        ("Intel(R) Xeon(R) Processor @ 2.60GHz", (6, 85, 7), "Cascade Lake-SP"),
        ("Intel(R) Xeon(R) Processor @ 2.60GHz", (6, 85, 11), "Cooper Lake"),
        ("AMD EPYC Processor", (25, 17, 1), "Zen 4 (Genoa, Genoa-X, Bergamo)"),
    ],
)
def test_family_decides_when_the_brand_is_hidden(brand: str, numbers: tuple, expected: str) -> None:
    """Cloud machines hide the model; CPUID family, model and stepping name the generation."""
    assert expected == find_cpu(brand, *numbers).microarchitecture


def test_brand_beats_family() -> None:
    """A brand string that says what it is decides against contradicting numbers."""
    assert find_cpu("AMD Ryzen 9 7950X", 25, 33, 0).microarchitecture == "Zen 4 (Raphael)"


def test_units_are_si() -> None:
    """Bandwidth in bytes per second of one socket, transfers per second."""
    row = find_cpu("EPYC 9654")
    assert (row.bandwidth_bytes_per_s, row.memory_channels, row.max_transfers_per_s, row.architecture) == (
        460.8e9,
        12,
        4800e6,
        "x86_64",
    )


def test_every_row_has_an_architecture() -> None:
    """The instruction sets of each row name a machine architecture."""
    assert {"x86_64", "aarch64", "riscv64", "ppc64le", "loongarch64"} == {
        row.architecture for row in all_cpus()
    }


def test_a_family_is_found_by_its_own_name():
    """As a machine of which the processor is only assumed names it."""
    found = cpu_family("Zen 5 (Granite Ridge)")
    assert (found and found.vendor, cpu_family("Zen 99")) == ("AMD", None)
