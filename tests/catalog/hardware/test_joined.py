"""Devices written one after the other are told apart."""

from __future__ import annotations

import pytest

from advisor.catalog.hardware import describe_machine
from advisor.catalog.hardware.joined import apart


@pytest.mark.parametrize(
    ("text", "cpu", "gpu"),
    [
        ("Ryzen 5 5600X RTX 3060 32GB", "Ryzen 5 5600X", "GeForce RTX 3060 12 GB"),
        ("RTX 4090 Ryzen 9 7950X 64GB", "Ryzen 9 7950X", "GeForce RTX 4090"),
        ("i5-12400F 16GB RX 6700 XT", "i5-12400F", "Radeon RX 6700 XT"),
        ("Xeon E5-2690 v4 Tesla P40 128GB", "Xeon E5-2690 v4", "Tesla P40"),
        ("7950X3D 7900XTX 64GB", "Ryzen 9 7950X3D", "Radeon RX 7900 XTX"),
        ("Legion 5 4060 Ryzen 7 16GB", "Ryzen 7", "GeForce RTX 4060 Mobile"),
        ("Dell PowerEdge R750 dual Gold 6338 512GB A100 80GB", "Xeon Gold 6338", "A100 PCIe 80 GB"),
        ("RTX 4060 laptop 16GB RAM i7-13700H", "i7-13700H", "GeForce RTX 4060 Mobile"),
    ],
)
def test_a_card_is_never_lost_in_the_name_of_a_processor(text: str, cpu: str, gpu: str) -> None:
    """Whichever stands first, both are part of the machine."""
    machine = describe_machine(text)
    assert (machine.cpu.brand, [each.catalog_name for each in machine.gpus]) == (cpu, [gpu])


@pytest.mark.parametrize(
    "text",
    [
        "AMD Ryzen 7 7840HS w/ Radeon 780M Graphics",
        "RTX 3090 and Ryzen 5 5600",
        "2x RTX 4090 + EPYC 9654 384GB",
        "Ryzen AI 9 HX 370",
    ],
)
def test_a_line_that_is_apart_already_stays_as_it_is(text: str) -> None:
    """A GPU inside a processor belongs to its name, and a line with separators needs none."""
    assert apart(text) == text


def test_as_many_cards_as_are_written_are_behind_the_processor() -> None:
    """The count stays with the cards."""
    assert apart("EPYC 7532 8x MI50 32GB") == "EPYC 7532 + 8x MI50 32GB"
