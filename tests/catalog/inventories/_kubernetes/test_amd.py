"""AMD's device plugin and node labeller."""

from __future__ import annotations

from advisor.catalog.inventories._kubernetes.amd import amd
from advisor.catalog.inventories._kubernetes.node import NONE_USABLE, Node

GIB = 2**30
MI300X = {"amd.com/gpu.product-name": "AMD_Instinct_MI300X", "amd.com/gpu.vram": "192G"}


def test_whole_cards_are_counted() -> None:
    """Eight with 192 GiB each, as the labels say."""
    (places,) = amd(Node(MI300X, {"amd.com/gpu": 8}, {}))
    (card,) = places.cards
    assert (card.name, card.count, card.memory_bytes, card.parts) == ("AMD Instinct MI300X", 8, 192 * GIB, 1)
    assert (places.notes, places.why_not) == ((), None)


def test_partitions_are_parts_of_a_card() -> None:
    """CPX cuts a card into eight devices, of which six may be used here."""
    (places,) = amd(Node(MI300X, {"amd.com/cpx_nps1": 8}, {"amd.com/cpx_nps1": 6}))
    assert [(card.parts, card.count) for card in places.cards] == [(8, 6)]
    assert places.notes == (
        "2 of 8 GPUs cannot be used now; 6 are planned for",
        "its devices are asked for as amd.com/cpx_nps1",
    )


def test_older_labels_carry_the_value_in_their_name() -> None:
    """amd.com/gpu.vram.64G = 1."""
    (places,) = amd(
        Node({"amd.com/gpu.vram.64G": "1", "amd.com/gpu.device-id.740f": "1"}, {"amd.com/gpu": 1}, {})
    )
    assert [(card.memory_bytes, card.pci_id) for card in places.cards] == [(64 * GIB, "1002:740f")]


def test_a_node_that_offers_none_now_says_so() -> None:
    """The cards are there, nobody can use one."""
    assert [p.why_not for p in amd(Node(MI300X, {"amd.com/gpu": 8}, {"amd.com/gpu": 0}))] == [NONE_USABLE]


def test_nodes_without_amd_have_no_places() -> None:
    """Neither offered nor labelled."""
    assert amd(Node({}, {"nvidia.com/gpu": 1}, {})) == []
