"""A size that no such card is sold with is the host's main memory."""

from __future__ import annotations

import pytest

from advisor.catalog.hardware import describe_machine

GIB = 2**30


@pytest.mark.parametrize(
    ("text", "card_gib", "ram_gib"),
    [
        ("RTX 3060 32GB", 12, 32),
        ("RTX 4090 64GB", 24, 64),
        ("Ryzen 9 7950X + RTX 4090 48GB", 24, 48),
        ("RTX 4090 48GB", 48, None),
        ("RTX 4090 48GB + Ryzen 9 7950X 64GB", 48, 64),
        ("HP Victus RTX 3050 6GB Ryzen 5 5600H 16GB", 6, 16),
        ("Lenovo Legion 5 RTX 4060 16GB", 8, 16),
        ("RTX 4060 Ti 16GB", 16, None),
        ("A100 80GB", 80, None),
    ],
)
def test_whose_memory_a_bare_size_is(text: str, card_gib: int, ram_gib: int | None) -> None:
    """Twice a card's memory may be a card that was refitted, where no processor stands beside it; of several
    sizes each is its own part's."""
    machine = describe_machine(text)
    sizes = [gpu.memory_total_bytes for gpu in machine.gpus]
    assert (sizes, machine.memory.total_bytes) == ([card_gib * GIB], ram_gib and ram_gib * GIB)


def test_the_answer_says_so() -> None:
    """A note tells what was taken as main memory."""
    assert (
        "no GeForce RTX 4090 is sold with 64 GB: that is taken as main memory"
        in describe_machine("RTX 4090 64GB").notes
    )
