"""Listings of `nvidia-smi -q` in both forms: cards, links, power limits, slices."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.catalog.inventories._nvidia_q import listed_as_text, listed_as_xml, mib

FILES = Path(__file__).parent / "files"
MIB = 2**20


def test_every_card_has_its_own_link_and_limit() -> None:
    """Two RTX 3090 behind slots of 16 and 4 lanes, both capped."""
    found = listed_as_xml((FILES / "nvidia_smi_2x3090_powercap.xml").read_text(encoding="utf-8"))
    assert [card.pcie for card in found.whole] == ["4.0 x16", "4.0 x4"]
    assert [card.power_limit_w for card in found.whole] == [280.0, 280.0]
    assert found.notes == ["2.5 GiB of NVIDIA GeForce RTX 3090 are in use by other programs"]


def test_slices_are_named_by_their_memory() -> None:
    """A card in MIG mode shows its parts and is none itself."""
    found = listed_as_xml((FILES / "nvidia_smi_a100_mig.xml").read_text(encoding="utf-8"))
    assert found.whole == []
    assert [card.name.partition(" MIG ")[2] for card, _ in found.slices] == ["3g.40gb", "2g.20gb", "1g.10gb"]


TEXT = """GPU 00000000:01:00.0
    Product Name                : NVIDIA A10
    MIG Mode
        Current                 : {mig}
    FB Memory Usage
        Total                   : 23028 MiB
        Free                    : 22515 MiB
    GPU Power Readings
        Current Power Limit     : 150.00 W
"""


def test_the_text_form_says_the_same() -> None:
    """Headings with what stands below them; a card in MIG mode is uncut, since no slice is shown."""
    (card,) = listed_as_text(TEXT.format(mig="Disabled")).whole
    assert (card.name, card.memory_bytes, card.free_bytes) == ("NVIDIA A10", 23028 * MIB, 22515 * MIB)
    assert card.power_limit_w == 150.0
    assert listed_as_text(TEXT.format(mig="Enabled")).uncut == ["NVIDIA A10"]


@pytest.mark.parametrize("text", ["<nvidia_smi_log><gpu>", '<!ENTITY a "b"><nvidia_smi_log/>'])
def test_broken_or_hostile_xml_is_refused(text: str) -> None:
    """An end that is missing, and entities, which may stand for gigabytes."""
    with pytest.raises(ValueError, match=r"XML|entities"):
        listed_as_xml(text)


def test_amounts_are_mebibytes() -> None:
    """With their unit or without; '[N/A]' is none."""
    assert [mib(text) for text in ("23028 MiB", "23028", "[N/A]", None)] == [23028 * MIB] * 2 + [None] * 2
