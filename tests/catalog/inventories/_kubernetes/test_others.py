"""Intel's GPUs and Huawei's NPUs."""

from __future__ import annotations

from advisor.catalog.inventories._kubernetes.node import NONE_USABLE, Node
from advisor.catalog.inventories._kubernetes.others import ascend, intel


def test_intel_s_cards_are_known_by_their_device() -> None:
    """Two cards that the plugin offers twice each."""
    labels = {"gpu.intel.com/device-id.0300-56a0.count": "2"}
    (places,) = intel(Node(labels, {"gpu.intel.com/i915": 4}, {}))
    assert [(card.name, card.count) for card in places.cards] == [("Intel GPU 8086:56a0", 2)]
    assert places.notes == ("2 GPUs offered 4 times: programs take turns",)


def test_a_label_of_the_product_names_the_card() -> None:
    """Intel's discovery writes it with underscores."""
    labels = {"gpu.intel.com/product": "Max_1550"}
    (places,) = intel(Node(labels, {"gpu.intel.com/xe": 1}, {"gpu.intel.com/xe": 0}))
    assert [card.name for card in places.cards] == ["Max 1550"]
    assert places.why_not == NONE_USABLE


def test_whole_npus_are_joined_and_parts_are_not() -> None:
    """Eight chips are one place; three parts of four cores are three."""
    (whole,) = ascend(Node({}, {"huawei.com/Ascend910": 8}, {}))
    (parts,) = ascend(Node({}, {"huawei.com/Ascend910-4c": 3}, {}))
    assert [(p.count, p.cards[0].count) for p in (whole, parts)] == [(1, 8), (3, 1)]
    assert parts.cards[0].name == "Huawei Ascend910 (4 cores)"


def test_other_nodes_have_no_places() -> None:
    """Neither vendor offers anything."""
    node = Node({}, {"nvidia.com/gpu": 1}, {})
    assert [intel(node), ascend(node)] == [[], []]
