"""A machine typed as one line is taken apart into devices, counts and sizes."""

from __future__ import annotations

import pytest

from advisor.catalog.hardware.text import Part, read_machine
from advisor.errors import UsageError

GIB = 2**30


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2x RTX 4090 + EPYC 9654", [("RTX 4090", 2), ("EPYC 9654", 1)]),
        ("H100 x8", [("H100", 8)]),
        ("H100-x8", [("H100", 8)]),
        ("2x-L40S", [("L40S", 2)]),
        ("L40S:2", [("L40S", 2)]),
        ("H100 SXM 8x", [("H100 SXM", 8)]),
        ("dual RTX 3090", [("RTX 3090", 2)]),
        ("two 3090s and a Ryzen 9 7950X", [("3090", 2), ("Ryzen 9 7950X", 1)]),
        ("7900 XTX", [("7900 XTX", 1)]),
        ("Vega 64X", [("Vega 64X", 1)]),
        ("M4 Max 16/40 128GB", [("M4 Max 40-core 128GB", 1)]),
        ("M3 Max 14c/30g 36GB", [("M3 Max 30-core 36GB", 1)]),
        ("M3 Max 64GB", [("M3 Max 64GB", 1)]),
        ("Scaleway H100-2-80G", [("H100 80GB", 2)]),
        ("RunPod 4090 community cloud", [("4090", 1)]),
        ("PC gamer RTX 3070", [("RTX 3070", 1)]),
        ("GPD Win 4 8840U 32GB", [("8840U 32GB", 1)]),
        ("ASUS ROG Zephyrus G14 2024 RTX 4070", [("RTX 4070", 1)]),
        ("Dell XPS 15 9530 RTX 4050", [("RTX 4050", 1)]),
    ],
)
def test_a_line_is_its_devices_and_how_many_of_each(text: str, expected: list[tuple[str, int]]) -> None:
    """A count is a number with x before or behind, a word, or a plural ('XTX' and 'Vega 64X' are names), or
    stands in a cloud's own form; 16/40 are cores of a processor and of its GPU; a year, a model number and a
    provider are the computer's."""
    assert [(part.text, part.count) for part in read_machine(text).parts] == expected


def test_a_size_belongs_to_its_device_or_to_main_memory() -> None:
    """'A100 80GB' keeps its size, since it names the version; '64GB RAM' is the machine's."""
    machine = read_machine("A100 80GB, 64GB RAM")
    assert machine.parts == [Part("A100 80GB", 1, 80 * GIB)]
    assert machine.parts[0].without_size == "A100"
    assert machine.ram_bytes == 64 * GIB


def test_video_memory_is_told_from_main_memory() -> None:
    """'24 GB VRAM' and 'a 24 GB GPU' are of a card nobody names."""
    assert [read_machine(text).vram_bytes for text in ("24 GB VRAM", "a 24 GB GPU")] == [24 * GIB] * 2
    assert read_machine("an 8 GB NVIDIA GPU").generic_gpu == "nvidia"


def test_a_kind_of_computer_is_no_device() -> None:
    """A laptop with so much memory has no processor that anybody named."""
    machine = read_machine("a 16 GB laptop")
    assert (machine.generic_kind, machine.ram_bytes, machine.parts) == ("laptop", 16 * GIB, [])


def test_who_rents_the_machine_out_is_said_and_left_off() -> None:
    """'RunPod' says where a machine runs, not what it is."""
    machine = read_machine("RunPod RTX 4090")
    assert [part.text for part in machine.parts] == ["RTX 4090"]
    assert machine.said == ["'RunPod' says where the machine runs: its figures are those of 'RTX 4090'"]


def test_none_of_a_device_is_refused() -> None:
    """A machine with no card is described without naming one."""
    with pytest.raises(UsageError, match="0 devices are not a machine; give 1 or more"):
        read_machine("0x RTX 4090")
