"""Machines as people name them: rented, renamed, cut, boxed."""

from __future__ import annotations

import pytest

from advisor.catalog.gpus import all_gpus
from advisor.catalog.gpus.spelling import is_plain
from advisor.catalog.hardware import describe_machine
from advisor.catalog.hardware.text import LONGEST_LINE
from advisor.catalog.names import GIB
from advisor.errors import UnknownNameError, UsageError

GPUS = {
    "7900xtx": (1, 1, "Radeon RX 7900 XTX"),
    "9070xt": (1, 1, "Radeon RX 9070 XT"),
    "AWS g5.xlarge": (1, 1, "A10G"),
    "Azure Standard_NC24ads_A100_v4": (1, 1, "A100 PCIe 80 GB"),
    "GCP a3-highgpu-8g": (1, 8, "H100 SXM5 80 GB"),
    "Colab T4": (1, 1, "Tesla T4"),
    "RunPod RTX A5000": (1, 1, "RTX A5000"),
    "Kaggle 2x T4": (1, 2, "Tesla T4"),
    "vast.ai RTX 3090": (1, 1, "GeForce RTX 3090"),
    "Lambda gpu_1x_a10": (1, 1, "A10 PCIe"),
    "H100 SXM 8x": (1, 8, "H100 SXM5 80 GB"),
    "H100-80GB-HBM3 x 8": (1, 8, "H100 SXM5 80 GB"),
    "A100 40GB SXM4 (x4)": (1, 4, "A100 SXM4 40 GB"),
    "2x p5.48xlarge": (2, 8, "H100 SXM5 80 GB"),
    "DGX H100": (1, 8, "H100 SXM5 80 GB"),
    "RTX 5090 + GTX 1660": (1, 2, "GeForce RTX 5090"),
}


@pytest.mark.parametrize("text", GPUS)
def test_gpus_of_a_line(text: str) -> None:
    """(nodes, GPUs of each, the first GPU's row)."""
    machine = describe_machine(text)
    assert GPUS[text] == (machine.nodes, len(machine.gpus), machine.gpus[0].catalog_name)


@pytest.mark.parametrize(
    ("text", "cpu", "gbit_s"),
    [
        ("CIX P1 16GB", "8x Cortex-A720 + 4x A520 (CIX P1)", 88.0),
        ("Orange Pi 6 Plus 32GB", "8x Cortex-A720 + 4x A520 (CIX P1)", 88.0),
        ("Banana Pi BPI-F3 16GB", "X60 (RISC-V, RVV 1.0 256-bit)", 10.7),
        ("Milk-V Pioneer 128GB", "XuanTie C920 (RISC-V)", 102.4),
        ("Radxa Dragon Q6A 8GB", "4x Cortex-A78 + 4x A55 (QCS6490)", 25.6),
        ("QCS6490 8GB", "4x Cortex-A78 + 4x A55 (QCS6490)", 25.6),
        ("EPYC 9654 384GB DDR5-4800", "Zen 4 (Genoa, Genoa-X, Bergamo)", 460.8),
    ],
)
def test_boards_and_processors(text: str, cpu: str, gbit_s: float) -> None:
    """Boards name their processor's row; its bandwidth is that of the memory."""
    machine = describe_machine(text)
    assert (cpu, gbit_s) == (
        machine.cpu.microarchitecture,
        round((machine.memory.bandwidth_bytes_per_s or 0) / 1e9, 1),
    )


def test_memory_alone_is_a_machine_of_the_slowest_kind() -> None:
    """'16GB RAM' says one thing: the rest is assumed, and said to be."""
    machine = describe_machine("16GB RAM")
    assert machine.memory.total_bytes == 16 * GIB
    assert "the processor is not named" in machine.notes[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("AWS g5.xlarge", "'AWS' says where the machine runs"),
        ("4070 ti super 16gb laptop", "no laptop version of GeForce RTX 4070 Ti SUPER"),
        ("EPYC 9654 384GB DDR5-4800", "'DDR5-4800': memory is taken at the fastest rate"),
        ("Ryzen 7 7840U 32GB", "the Radeon 780M inside is left out"),
        ("Core Ultra 7 155H 32GB", "the integrated GPU inside is left out"),
        ("DGX H100", "8 modules on one board"),
    ],
)
def test_nothing_is_dropped_without_a_word(text: str, said: str) -> None:
    """A word that changes no figure, or cannot, is answered in a note."""
    assert said in " ".join(describe_machine(text).notes)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("inf2.xlarge", "no figures of that accelerator"),
        ("Standard_NV12ads_V710_v5", "how many Radeon Pro V710 it has"),
        ("100x RTX 4090", "no machine holds more than 72 GPUs"),
    ],
)
def test_what_cannot_be_answered_says_what_is_missing(text: str, missing: str) -> None:
    """One line that names the cause."""
    with pytest.raises(UsageError, match=missing):
        describe_machine(text)


@pytest.mark.parametrize(
    ("text", "gpu", "count", "gib"),
    [
        ("two RTX 3090s", "GeForce RTX 3090", 2, 24),
        ("eight H100 SXM5s", "H100 SXM5 80 GB", 8, 80),
        ("4x L40s", "L40S", 4, 45),
        ("M2 Ultra 192", "Apple M2 Ultra (60-core GPU)", 1, 144),
        ("MacBook Pro 14 M4 Pro 24GB", "Apple M4 Pro (16-core GPU)", 1, 16),
        ("MacBook Pro 16-inch M1 Max 64GB", "Apple M1 Max (24-core GPU)", 1, 48),
        ("MI300A", "Radeon Instinct MI300A", 1, 128),
        ("RTX A6000 Ada", "RTX 6000 Ada Generation", 1, 48),
        ("Ryzen AI 9 HX 370 64GB iGPU", "Radeon 890M", 1, 32),
    ],
)
def test_as_people_write_them(text: str, gpu: str, count: int, gib: int) -> None:
    """Plurals, memory without its unit, inches of a screen, a size between a processor and its GPU."""
    gpus = describe_machine(text).gpus
    assert [(gpu, gib)] * count == [
        (g.catalog_name or g.name, round((g.memory_total_bytes or 0) / GIB)) for g in gpus
    ]


def test_a_workstation_card_named_max_q_is_no_laptop() -> None:
    """The RTX PRO 6000 Max-Q is a desktop card of less power, and its own row."""
    notes = describe_machine("RTX PRO 6000 Blackwell Max-Q").notes
    assert [] == [note for note in notes if "laptop" in note]


@pytest.mark.parametrize("text", ["RTX 6090", "RTX 4090 banana", "x" * 100_000, "1" * 80_000, "+ " * 50_000])
def test_unknown_words_are_refused_at_once(text: str) -> None:
    """No word is skipped, and no length costs time."""
    with pytest.raises(UnknownNameError) as caught:
        describe_machine(text)
    assert len(str(caught.value)) < 2 * LONGEST_LINE


def test_a_plain_card_is_what_its_line_says() -> None:
    """A card's name alone, which needs no taking apart, is the machine that the same line means."""
    names = [name for row in all_gpus() for name in (row.catalog_name, row.catalog_name.split(" ", 1)[-1])]
    plain = [name for name in names if is_plain(name)]
    assert len(plain) > 100
    assert [describe_machine(f" {name}") for name in plain] == [describe_machine(name) for name in plain]
