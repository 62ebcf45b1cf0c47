"""What each device of a line adds to the draft of a machine."""

from __future__ import annotations

import pytest

from advisor.catalog.cpu_numbers import is_processor
from advisor.catalog.hardware.draft import Draft, gpu_inside, use_part
from advisor.catalog.hardware.text import Part
from advisor.errors import UnknownNameError, UsageError

GIB = 2**30


def drafted(text: str, count: int = 1, size_bytes: int | None = None) -> Draft:
    """The draft of one device."""
    draft = Draft()
    use_part(draft, Part(text, count, size_bytes))
    return draft


def cards(draft: Draft) -> list[tuple[str, int]]:
    """Name and count of the GPUs."""
    return [(match.catalog_name, count) for match, count in draft.gpus]


def test_a_card_is_counted_and_names_no_processor() -> None:
    """Two cards are one entry; the host stays open."""
    draft = drafted("RTX 4090", 2)
    assert cards(draft) == [("GeForce RTX 4090", 2)]
    assert draft.cpu is None


def test_a_mac_chip_brings_its_processor_and_memory() -> None:
    """One name is GPU, processor and the size of the shared memory."""
    draft = drafted("M3 Max 64GB", size_bytes=64 * GIB)
    assert (draft.cpu_name, draft.ram_bytes) == ("Apple M3 Max", 64 * GIB)
    assert len(draft.gpus) == 1


def test_a_processor_s_own_gpu_is_left_out_unless_it_is_named() -> None:
    """What is not planned for is said, with the words that ask for it."""
    draft = drafted("Ryzen AI 9 HX 370")
    assert draft.gpus == []
    assert {"name 'Ryzen AI 9 HX 370 iGPU' to use it"} == {note.split("; ")[1] for note in draft.notes}
    assert gpu_inside("Xeon E5-2680 v4") is None


def test_a_board_of_eight_is_eight_modules() -> None:
    """A DGX H100 is one machine with eight of them, sixteen modules are two."""
    assert (cards(drafted("DGX H100")), drafted("DGX H100").nodes) == ([("H100 SXM5 80 GB", 8)], 1)
    sixteen = drafted("H100 SXM", 16)
    assert (cards(sixteen), sixteen.nodes) == ([("H100 SXM5 80 GB", 8)], 2)


def test_more_cards_than_any_machine_holds_are_refused() -> None:
    """Several machines are said as nodes."""
    with pytest.raises(UsageError, match="no machine holds more than 72 GPUs"):
        drafted("RTX 4090", 100)


def test_words_of_no_device_are_refused_with_names_like_them() -> None:
    """A misspelt card is no processor."""
    with pytest.raises(UnknownNameError, match="RTX 4090"):
        drafted("RTX 409O")
    assert (is_processor("Xeon Gold 9999"), is_processor("RTX 409O")) == (True, False)
