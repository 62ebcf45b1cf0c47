"""Sizes and words of other languages are read as English."""

from __future__ import annotations

import pytest

from advisor.catalog.hardware import describe_machine
from advisor.catalog.hardware.languages import in_english

GIB = 2**30


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("M3 Pro 18 Go", "M3 Pro 18 GB"),
        ("RTX 3070 8 ГБ", "RTX 3070 8 GB"),
        ("1,5 To", "1.5 TB"),
        ("RTX A6000 64Gi", "RTX A6000 64 GB"),
        ("RTX 5060 Ti 16 GB", "RTX 5060 Ti 16 GB"),
        ("Ryzen Z2 Go", "Ryzen Z2 Go"),
        ("Legion Go S", "Legion Go S"),
    ],
)
def test_a_size_is_a_number_with_a_unit_of_any_language(text: str, expected: str) -> None:
    """Octets and Cyrillic letters are units behind a number that stands alone; 'Ti' and 'Go' are names."""
    assert in_english(text) == expected


@pytest.mark.parametrize(
    ("text", "ram_gib"),
    [
        ("RTX 4070 12 Go VRAM et 64 Go de mémoire vive", 64),
        ("RTX 3060 mit 12 GB und 32 GB Arbeitsspeicher", 32),
        ("RTX 3060 12 ГБ, 32 ГБ ОЗУ", 32),
        ("RTX 4090 24 GB 显存 64GB 内存", 64),
    ],
)
def test_main_memory_is_told_from_the_cards_in_any_language(text: str, ram_gib: int) -> None:
    """What stands before the word for main memory is the machine's, not the card's."""
    assert describe_machine(text).memory.total_bytes == ram_gib * GIB
