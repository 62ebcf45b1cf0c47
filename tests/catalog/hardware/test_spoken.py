"""Machines as people name them: computers by their maker's name, laptops, servers, racks and accelerators."""

from __future__ import annotations

import pytest

from advisor.catalog.resolve import Overrides, resolve_hardware
from advisor.errors import UsageError

GIB = 2**30
GPUS = {
    "HP Z2 Mini G1a 128GB": ("Radeon 8060S", 1, 128),
    "Beelink GTR9 Pro 128GB": ("Radeon 8060S", 1, 128),
    "ASUS GX10": ("GB10 (DGX Spark)", 1, 128),
    "Dell Pro Max with GB10": ("GB10 (DGX Spark)", 1, 128),
    "Gigabyte AI TOP ATOM": ("GB10 (DGX Spark)", 1, 128),
    "GTX 970": ("GeForce GTX 970", 1, 4),
    "GTX 980": ("GeForce GTX 980", 1, 4),
    "K80": ("Tesla K80", 1, 12),
    "Dell XPS 15 RTX 4060": ("GeForce RTX 4060 Mobile", 1, 8),
    "Razer Blade 16 RTX 5090": ("GeForce RTX 5090 Mobile", 1, 24),
    "Lenovo Legion Pro 7i RTX 4090 laptop 64GB": ("GeForce RTX 4090 Mobile", 1, 16),
    "ThinkPad P16 RTX 5000 Ada": ("RTX 5000 Mobile Ada Generation", 1, 16),
    "Framework Laptop 16 with RTX 5070": ("GeForce RTX 5070 Mobile", 1, 8),
    "laptop with RTX 4070 and 32GB RAM": ("GeForce RTX 4070 Mobile", 1, 8),
    "Supermicro 8x H200": ("H200 SXM 141 GB", 8, 140),
    "GB300 NVL72": ("GB300 (per GPU)", 72, 278),
    "DGX A100 640GB": ("A100 SXM4 80 GB", 8, 80),
    "DGX A100 320GB": ("A100 SXM4 40 GB", 8, 40),
    "DGX-1": ("Tesla V100 SXM2 32 GB", 8, 32),
    "M5 MacBook Pro 32GB": ("Apple M5 (10-core GPU)", 1, 21),
    "Galaxy S25 Ultra": ("Adreno 830 (Snapdragon 8 Elite)", 1, 6),
}


@pytest.mark.parametrize(("text", "expected"), GPUS.items())
def test_the_gpu_of_a_computer_is_found_by_its_name(text: str, expected: tuple[str, int, int]) -> None:
    """The card, how many, and the memory of each in GiB."""
    gpus = resolve_hardware(text).gpus
    first = gpus[0]
    assert expected == (first.catalog_name, len(gpus), round((first.memory_total_bytes or 0) / GIB))


@pytest.mark.parametrize(
    ("text", "brand", "sockets", "gib"),
    [
        ("Dell PowerEdge R760 2x Xeon 8480+ 512GB", "Xeon 8480+", 2, 512),
        ("Xeon E5-2690 v4 dual 256GB", "Xeon E5-2690 v4", 2, 256),
        ("old laptop i5-8250U 8GB", "i5-8250U", 1, 8),
        ("N100 mini PC 16GB", "N100", 1, 16),
    ],
)
def test_the_processor_of_a_computer_is_found(text: str, brand: str, sockets: int, gib: int) -> None:
    """Whatever stands around its name says what it is built into."""
    machine = resolve_hardware(text)
    total = (machine.memory.total_bytes or 0) // GIB
    assert (brand, sockets, gib) == (machine.cpu.brand, machine.cpu.sockets, total)


def test_computers_with_memory_of_their_own_are_machines_of_their_own() -> None:
    """Two DGX Sparks are two nodes, joined by the port they are sold with; four MI300A share one board, and
    each brings its memory."""
    sparks, apus = resolve_hardware("2x DGX Spark"), resolve_hardware("4x MI300A")
    assert (sparks.nodes, len(sparks.gpus), sparks.network_bytes_per_s) == (2, 1, 25e9)
    assert (apus.nodes, len(apus.gpus)) == (1, 4)
    assert (sparks.memory.total_bytes, apus.memory.total_bytes) == (128 * GIB, 512 * GIB)


@pytest.mark.parametrize("text", ["Gaudi 3", "8x Gaudi 2", "TPU v5e-8", "Trainium2", "Groq LPU"])
def test_an_accelerator_of_its_makers_software_is_refused_as_such(text: str) -> None:
    """No engine covered here runs there, whatever figures are stated."""
    with pytest.raises(UsageError, match="no engine covered here; name a GPU or a computer"):
        resolve_hardware(text, Overrides())
