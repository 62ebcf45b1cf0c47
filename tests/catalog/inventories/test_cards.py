"""A GPU as a tool names it becomes the catalogue's, with what had to be assumed."""

from __future__ import annotations

import pytest

from advisor.catalog.inventories._cards import GIB, MIB, MOST_CARDS, Card, describe_card


def test_the_driver_s_memory_is_taken_where_it_fits_the_name() -> None:
    """24,564 MiB of a 24 GiB card are what its driver leaves."""
    found = describe_card(Card(name="NVIDIA GeForce RTX 4090", count=2, memory_bytes=24564 * MIB))
    assert [gpu.memory_total_bytes for gpu in found.gpus] == [24564 * MIB] * 2
    assert found.notes == ()


def test_a_memory_that_contradicts_the_name_is_the_smaller_of_the_two() -> None:
    """A card of 24 GiB said to have 48 is planned with 24."""
    found = describe_card(Card(name="NVIDIA RTX 4090", memory_bytes=48 * GIB))
    assert found.gpus[0].memory_total_bytes == 24 * GIB
    assert found.notes == (
        "NVIDIA RTX 4090 is sold with 24 GiB, but 48 GiB are stated: 24 GiB are assumed; give --vram",
    )


def test_a_slice_has_its_own_memory() -> None:
    """A MIG device of an 80 GB card contradicts nothing."""
    found = describe_card(Card(name="A100-SXM4-80GB MIG 1g.10gb", virtual=True, memory_bytes=9728 * MIB))
    assert (found.gpus[0].memory_total_bytes, found.notes) == (9728 * MIB, ())


def test_a_card_cut_into_parts_has_a_part_of_everything() -> None:
    """An eighth of an MI300X has an eighth of its bandwidth."""
    whole = describe_card(Card(name="AMD Instinct MI300X", vendor="AMD")).gpus[0]
    part = describe_card(Card(name="AMD Instinct MI300X", vendor="AMD", parts=8)).gpus[0]
    assert part.memory_total_bytes == (whole.memory_total_bytes or 0) // 8
    assert part.bandwidth_bytes_per_s == (whole.bandwidth_bytes_per_s or 0) / 8


def test_graphics_inside_a_processor_take_half_of_main_memory() -> None:
    """What a tool shows as its memory is a carve-out."""
    found = describe_card(Card(name="UHD 770", vendor="Intel"), 64 * GIB).gpus[0]
    assert (found.unified_memory, found.memory_total_bytes) == (True, 32 * GIB)


def test_of_a_card_without_a_row_nothing_is_guessed() -> None:
    """Its figures are None, each with what to give."""
    found = describe_card(Card(name="Zed X1"))
    assert found.gpus[0].bandwidth_bytes_per_s is None
    assert found.unknown == dict.fromkeys(
        ("gpus.0.bandwidth_bytes_per_s", "gpus.0.memory_total_bytes"),
        "the catalogue does not hold Zed X1; give --vram and --bandwidth",
    )


def test_a_power_limit_is_said() -> None:
    """Prompts are read more slowly."""
    found = describe_card(Card(name="NVIDIA GeForce RTX 4090", power_limit_w=300.0))
    assert found.notes[0].startswith("NVIDIA GeForce RTX 4090 is capped at 300 of 450 W")


def test_no_machine_has_thousands_of_cards() -> None:
    """A count beyond any machine is a broken inventory."""
    with pytest.raises(ValueError, match="is no card of a machine"):
        Card(name="A100", count=MOST_CARDS + 1)
