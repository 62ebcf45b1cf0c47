"""Machines as people name them: computers by their maker's name, laptops, servers, racks and accelerators."""

from __future__ import annotations

import pytest

from advisor.catalog.resolve import Overrides, resolve_hardware
from advisor.errors import UnknownNameError, UsageError

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
    "gaming PC with RTX 3070 and 32GB DDR4": ("GeForce RTX 3070", 1, 8),
    "desktop with i7-12700K 64GB DDR5 and RTX 3080 10GB": ("GeForce RTX 3080", 1, 10),
    "my PC: RTX 4060 Ti 16GB, Ryzen 5 5600, 32GB RAM": ("GeForce RTX 4060 Ti 16 GB", 1, 16),
    "mining rig with 6x RTX 3070": ("GeForce RTX 3070", 6, 8),
    "RTX 4090 eGPU over Thunderbolt": ("GeForce RTX 4090", 1, 24),
    "RX 7900 XTX eGPU OCuLink": ("Radeon RX 7900 XTX", 1, 24),
    "HF Spaces L4": ("L4", 1, 24),
    "ND96asr_v4": ("A100 SXM4 40 GB", 8, 40),
    "NC24ads A100 v4": ("A100 PCIe 80 GB", 1, 80),
    "n1-standard-8 + T4": ("Tesla T4", 1, 16),
    "Hetzner GEX44": ("RTX 4000 SFF Ada Generation", 1, 20),
    "ROG NUC": ("GeForce RTX 4060 Mobile", 1, 8),
    "Legion Go 2": ("Ryzen Z2 Extreme GPU", 1, 8),
    "Ryzen AI Max+ 392 128GB": ("Radeon 8060S", 1, 128),
    "Mac Pro 2023": ("Apple M2 Ultra (60-core GPU)", 1, 48),
    "iPad Air M2": ("Apple M2 (8-core GPU)", 1, 5),
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
        ("Dell R740xd 2x Xeon Gold 6148 384GB", "Xeon Gold 6148", 2, 384),
        ("Unraid server with i5-12400 32GB", "i5-12400", 1, 32),
        ("my laptop with an Intel i7-1165G7 and 16 GB of RAM", "Intel i7-1165G7", 1, 16),
        ("NUC 13 Pro 32GB", "Core i5-1340P", 1, 32),
        ("MacBook Pro 2019 i9 64GB", "Core i7-9750H", 1, 64),
        ("Mac Pro 2019", "Xeon W-3223", 1, 32),
        ("Synology DS923+", "Ryzen R1600", 1, 2),
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


def test_another_makers_card_beside_an_apple_chip_is_refused() -> None:
    """macOS has no driver for it; an external card beside a PC is said to wait for its cable."""
    with pytest.raises(UsageError, match="macOS has no driver for other GPUs"):
        resolve_hardware("Mac mini M2 + RTX 3090")
    (note,) = [n for n in resolve_hardware("RTX 4090 eGPU").notes if n.startswith("an external card")]
    assert "waits for the cable" in note


@pytest.mark.parametrize(
    ("text", "gpu", "ram_gib"),
    [
        ("MacBook Pro M3 Max 64GB 1TB", "Apple M3 Max (40-core GPU)", 64),
        ("M3 Max 64GB/1TB", "Apple M3 Max (40-core GPU)", 64),
        ("M2 Ultra 192GB, 2TB", "Apple M2 Ultra (60-core GPU)", 192),
        ("Ryzen 7 5800X 32GB RAM 1TB SSD RTX 3060", "GeForce RTX 3060 12 GB", 32),
        ("RTX 4090, 64GB RAM, 2TB NVMe", "GeForce RTX 4090", 64),
        ("RTX 3060 12GB 32GB", "GeForce RTX 3060 12 GB", 32),
        ("2x RTX 3090 24GB 128GB", "GeForce RTX 3090", 128),
        ("A100 80GB 1TB", "A100 PCIe 80 GB", 1024),
        ("DGX Spark 128GB 4TB", "GB10 (DGX Spark)", 128),
        ("Ryzen 5 5600X 16GB RTX 3060 12GB 1TB", "GeForce RTX 3060 12 GB", 16),
    ],
)
def test_a_disk_is_no_memory_and_the_second_size_is_the_hosts(text: str, gpu: str, ram_gib: int) -> None:
    """What shops write after a Mac's memory is its disk; after a card's own memory stands its computer's."""
    machine = resolve_hardware(text)
    assert (machine.gpus[0].name, machine.memory.total_bytes) == (gpu, ram_gib * 2**30)


def test_two_apple_chips_are_two_computers() -> None:
    """No Mac holds two kinds, and the memory of one is not the other's; several of one kind are nodes."""
    with pytest.raises(UsageError, match="each Apple chip is a computer of its own; name one of them"):
        resolve_hardware("M3 Max 64GB and M2 Ultra 192GB")
    assert resolve_hardware("2x M3 Ultra 512GB").nodes == 2


def test_memory_slower_than_the_processor_takes_is_that_of_the_machine() -> None:
    """A NUC 13 Pro has DDR4-3200, of which the processor's LPDDR5 says nothing."""
    assert resolve_hardware("NUC 13 Pro 32GB").memory.bandwidth_bytes_per_s == 51.2e9


def test_a_computer_that_one_name_is_not_enough_for_asks_for_its_parts() -> None:
    """Makers of network storage sell many processors: none is guessed."""
    with pytest.raises(UnknownNameError, match="name the processor, the memory and the cards"):
        resolve_hardware("Synology NAS")


def test_an_app_of_ios_has_a_share_of_memory() -> None:
    """On its processor as on its GPU: two thirds, as macOS leaves the GPU."""
    phone = resolve_hardware("iPhone 16 Pro")
    assert phone.memory.available_bytes == phone.gpus[0].memory_total_bytes == 8 * GIB * 2 // 3
