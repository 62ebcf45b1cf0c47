"""GPUs are found by any usual spelling, and never mistaken for another card."""

from __future__ import annotations

import pytest

from advisor.catalog.gpus import all_gpus, find_gpu, gpu_row

GIB = 1 << 30

SPELLINGS = {
    "RTX 4090": "GeForce RTX 4090",
    "rtx4090": "GeForce RTX 4090",
    "NVIDIA GeForce RTX 4090": "GeForce RTX 4090",
    "4090": "GeForce RTX 4090",
    "NVIDIA A100-SXM4-80GB": "A100 SXM4 80 GB",
    "NVIDIA A100-PCIE-40GB": "A100 PCIe 40 GB",
    "H100": "H100 PCIe 80 GB",
    "NVIDIA H100 80HBM3": "H100 SXM5 80 GB",
    "NVIDIA H100 80GB HBM3": "H100 SXM5 80 GB",
    "H100 NVL": "H100 NVL 94 GB",
    "H200": "H200 SXM 141 GB",
    "NVIDIA B300 SXM6 AC": "B300",
    "RTX 4070 Ti SUPER": "GeForce RTX 4070 Ti SUPER",
    "4060 Ti 16GB": "GeForce RTX 4060 Ti 16 GB",
    "RTX 3080 Laptop GPU": "GeForce RTX 3080 Mobile",
    "RTX 3080": "GeForce RTX 3080",
    "7900 XTX": "Radeon RX 7900 XTX",
    "AMD Radeon RX 7900 XTX (RADV NAVI31)": "Radeon RX 7900 XTX",
    "MI300X": "Radeon Instinct MI300X",
    "Arc A770": "Arc A770",
    "Intel(R) Arc(TM) Pro B60 Graphics": "Arc Pro B60",
    "Intel(R) Graphics [0xe211]": "Arc Pro B60",
    "M3 Max 64GB": "Apple M3 Max (40-core GPU)",
    "M3 Max 36GB": "Apple M3 Max (30-core GPU)",
    "Apple M2 Ultra (76-core GPU)": "Apple M2 Ultra (76-core GPU)",
    "Radeon 8060S": "Radeon 8060S",
    "Strix Halo": "Radeon 8060S",
    "GB10": "GB10 (DGX Spark)",
    "DGX Spark": "GB10 (DGX Spark)",
    "Jetson Orin Nano 8GB": "Jetson Orin Nano 8 GB",
    "T4": "Tesla T4",
    "L4": "L4",
    "L40S": "L40S",
    "A10G": "A10G",
    "V100 32GB": "Tesla V100 PCIe 32 GB",
    "Tesla V100S-PCIE-32GB": "Tesla V100S PCIe 32 GB",
    "RTX A6000": "RTX A6000",
    "A6000": "RTX A6000",
    "RTX 6000 Ada": "RTX 6000 Ada Generation",
    "Quadro RTX 6000": "Quadro RTX 6000",
    "RTX PRO 6000 Blackwell": "RTX PRO 6000 Blackwell",
    "NVIDIA RTX PRO 6000 Blackwell Server Edition": "RTX PRO 6000 Blackwell Server",
    "B200": "B200",
    "W7900": "Radeon PRO W7900",
    "Adreno 750": "Adreno 750 (Snapdragon 8 Gen 3)",
}


@pytest.mark.parametrize(("text", "expected"), SPELLINGS.items())
def test_usual_spelling(text: str, expected: str) -> None:
    """Drivers, shops and people spell one card in many ways; all lead to its row."""
    match = find_gpu(text)
    assert match is not None
    assert expected == match.catalog_name


def test_own_name() -> None:
    """Every row is found by its own name (rows of one name are versions of one card)."""
    names = [match.catalog_name for match in all_gpus()]
    assert names == [find_gpu(name).catalog_name for name in names]


@pytest.mark.parametrize(
    "text",
    [
        "GTX 580",
        "RTX 9999",
        "Quadro M4000",
        "M6 Max",
        "GPU",
        "RTX",
        "",
        "Radeon",
        "Voodoo 2",
        "NVIDIA H20-3e",
    ],
)
def test_unknown_is_none(text: str) -> None:
    """A card the table lacks matches nothing; in particular not one whose name looks alike."""
    assert find_gpu(text) is None


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("M4", "Quadro"),
        ("3080", "3080 Ti"),
        ("RTX 4070", "Ti"),
        ("RTX 4070", "SUPER"),
        ("RX 7900 XT", "XTX"),
        ("A100", "A100X"),
        ("RTX 3060", "Mobile"),
        ("RTX 4090", "4090 D"),
    ],
)
def test_never_the_neighbour(text: str, wrong: str) -> None:
    """A longer name is another card."""
    assert wrong not in find_gpu(text).catalog_name


def test_shared_gfx_id_is_no_card() -> None:
    """gfx1100 is the RX 7900 XTX, XT, GRE and the PRO W7900: with the memory size it can be one, alone
    never."""
    assert find_gpu("gfx1100") is None
    assert find_gpu("gfx1100", memory_bytes=24 * GIB).catalog_name == "Radeon RX 7900 XTX"


def test_shared_pci_id_is_no_card() -> None:
    """10de:2803 is an RTX 4060 Ti with 8 or 16 GB; the memory decides."""
    assert find_gpu("", pci_id="10de:2803") is None
    assert find_gpu("", memory_bytes=8 * GIB, pci_id="10de:2803").catalog_name == "GeForce RTX 4060 Ti 8 GB"


def test_memory_the_driver_reports_tells_versions_apart() -> None:
    """nvidia-smi reports 46068 MiB on an L40S with ECC and 40960 MiB on a small A100."""
    assert find_gpu("NVIDIA L40S", memory_bytes=46068 << 20).notes == ()
    assert find_gpu("A100", memory_bytes=40960 << 20).catalog_name == "A100 PCIe 40 GB"
    assert find_gpu("A100", memory_bytes=81920 << 20).memory_total_bytes == 80 * GIB


@pytest.mark.parametrize(
    ("text", "expected", "other"),
    [
        ("A100 80GB", "A100 PCIe 80 GB", "A100 SXM4 80 GB"),
        ("H100", "H100 PCIe 80 GB", "H100 SXM5 80 GB"),
        ("M3 Max", "Apple M3 Max (30-core GPU)", "Apple M3 Max (40-core GPU)"),
    ],
)
def test_unclear_version_takes_the_slower_and_warns(text: str, expected: str, other: str) -> None:
    """Where SXM and PCIe, or two bins, cannot be told apart, the slower is taken and the note names the
    other."""
    match = find_gpu(text)
    assert expected == match.catalog_name
    assert other in match.notes[0]
    assert match.bandwidth_bytes_per_s < gpu_row(other).bandwidth_bytes_per_s


def test_unusual_memory_keeps_the_card_and_warns() -> None:
    """A card with replaced memory keeps its bandwidth; its memory is what was stated."""
    match = find_gpu("RTX 4090 48GB")
    assert match.memory_total_bytes == 48 * GIB
    assert match.bandwidth_bytes_per_s == 1010e9
    assert "catalogue has no" in match.notes[0]


def test_units_are_si() -> None:
    """TFLOPS become operations per second, GB/s bytes per second, GiB bytes."""
    match = find_gpu("H100 SXM")
    assert match.memory_total_bytes == 80 * GIB
    assert match.bandwidth_bytes_per_s == 3350e9
    assert 5e14 < match.fp16_flops < 2e15
    assert match.compute_capability == "9.0"


def test_document_carries_the_row() -> None:
    """The GPU of the hardware document has the row's figures, and changes asked for."""
    gpu = find_gpu("RX 7900 XTX").gpu(name="as reported", memory_free_bytes=5)
    assert (
        gpu.name,
        gpu.catalog_name,
        gpu.compute_capability,
        gpu.memory_total_bytes,
        gpu.memory_free_bytes,
    ) == ("as reported", "Radeon RX 7900 XTX", "gfx1100", 24 * GIB, 5)


def test_exact_row_is_required() -> None:
    """`gpu_row` takes catalogue names only."""
    with pytest.raises(KeyError):
        gpu_row("RTX 4090")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AMD Radeon RX 6700 XT (radeonsi, navi22, LLVM 15.0.7)", "Radeon RX 6700 XT"),
        ("Mesa Intel(R) UHD Graphics 630 (CFL GT2)", "UHD Graphics 630"),
        ("AMD Instinct MI300X OAM", "Radeon Instinct MI300X"),
        ("RTX4070TiSuper", "GeForce RTX 4070 Ti SUPER"),
        ("tesla-t4", "Tesla T4"),
    ],
)
def test_what_drivers_add_is_ignored(text: str, expected: str) -> None:
    """OpenGL, Vulkan and Kubernetes decorate names."""
    assert expected == find_gpu(text).catalog_name


def test_lspci_names_several_cards_at_once() -> None:
    """The PCI database has one name for a family; memory decides, else the slowest is taken with a note."""
    name = "Navi 31 [Radeon RX 7900 XT/7900 XTX/7900 GRE/7900M]"
    assert find_gpu(name, memory_bytes=24 * GIB).catalog_name == "Radeon RX 7900 XTX"
    assert find_gpu(name).bandwidth_bytes_per_s == 576e9
    assert "may be any of 4 cards" in find_gpu(name).notes[0]


def test_mig_slice_has_its_share() -> None:
    """Memory and bandwidth of a MIG slice come in eighths, its arithmetic in sevenths."""
    card, part = find_gpu("NVIDIA A100-SXM4-40GB"), find_gpu("NVIDIA A100-SXM4-40GB MIG 3g.20gb")
    assert part.memory_total_bytes == card.memory_total_bytes // 2
    assert part.bandwidth_bytes_per_s == card.bandwidth_bytes_per_s / 2
    assert part.fp16_flops == card.fp16_flops * 3 / 7


def test_mi250x_device_is_half_a_card() -> None:
    """A driver that reports 64 GB sees one of the two devices of an MI250X."""
    assert find_gpu("AMD Instinct MI250X", memory_bytes=64 * GIB).bandwidth_bytes_per_s == 3277e9 / 2
