"""Whose memory a size beside a card is: 'RTX 3060 32GB' is a card in a computer with 32 GB."""

from __future__ import annotations

from advisor.catalog.gpus import GpuMatch, find_gpu, gpu_row, meanings
from advisor.catalog.gpus.slices import slice_in
from advisor.catalog.gpus.table import MEMORY_ROOM
from advisor.catalog.hardware.text import Part
from advisor.catalog.names import GIB

_LARGEST_REFIT = 2
"""Cards are sold again with twice their memory at most: chips of the next size on the same board."""


def card_of_host(part: Part, hosted: bool) -> tuple[GpuMatch, str] | None:
    """(the card alone, note) where its bare size must be the host's main memory; None where it is its own.

    *hosted*: whether a processor is named beside it. No such card is then sold with that much; without
    a processor a card with up to twice its memory is thought of first.
    """
    size = part.size_bytes
    if not size or slice_in(part.text):
        return None
    card = find_gpu(part.without_size)
    names = meanings(part.without_size)
    sold = {option for name in names for option in gpu_row(name).memory_options_bytes}
    if card is None or card.unified_memory or not sold or size <= max(sold) * (1 + MEMORY_ROOM):
        return None
    if not hosted and size <= _LARGEST_REFIT * max(sold) * (1 + MEMORY_ROOM):
        return None
    return card, f"no {card.catalog_name} is sold with {size / GIB:.3g} GB: that is taken as main memory"
