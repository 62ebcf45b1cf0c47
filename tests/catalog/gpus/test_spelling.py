"""Taking a GPU's name apart."""

from __future__ import annotations

import pytest

from advisor.catalog.gpus.spelling import cost, row_spellings, spell

RTX_4090 = row_spellings("GeForce RTX 4090", "")


def test_memory_cores_and_laptops_are_no_part_of_the_name():
    """Brand words tell no two cards apart."""
    card, chip = spell("NVIDIA GeForce RTX 4090 Laptop GPU 16GB"), spell("Apple M3 Max (40-core GPU)")
    assert (card.core, card.memory_gib, card.laptop) == ({"4090"}, 16.0, True)
    assert (chip.cores, chip.laptop, spell("RTX 2080 Max-Q").max_q) == (40, False, True)


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("RTX 4090", (0, 0)),
        ("4090 Founders", (1, 0)),
        ("RX 4090", None),
        ("AMD 4090", None),
        ("RTX 4080", None),
    ],
)
def test_a_card_is_known_by_its_core_words(text, price):
    """Words of a spelling that no row needs cost a little; another series or number is another card."""
    assert cost(spell(text), RTX_4090, "NVIDIA") == price


def test_an_id_that_cards_share_is_no_alias():
    """gfx90a is three cards."""
    assert len(row_spellings("A100 PCIe 40 GB", "A100;gfx90a")) == 2
