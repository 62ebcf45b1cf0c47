"""NVIDIA's device plugin: whole cards, slices, time slicing, cards passed through or lent by the gigabyte."""

from __future__ import annotations

from advisor.catalog.inventories._kubernetes.node import Node
from advisor.catalog.inventories._kubernetes.nvidia import nvidia

T4 = {"nvidia.com/gpu.product": "Tesla-T4"}
A100 = {"nvidia.com/gpu.product": "NVIDIA-A100-SXM4-40GB"}


def test_whole_cards_are_those_that_can_be_used() -> None:
    """Two of four are busy or broken."""
    (places,) = nvidia(Node(T4, {"nvidia.com/gpu": 4}, {"nvidia.com/gpu": 2}))
    assert [(card.name, card.count) for card in places.cards] == [("Tesla-T4", 2)]
    assert places.notes == ("2 of 4 GPUs cannot be used now; 2 are planned for",)


def test_time_slicing_multiplies_no_card() -> None:
    """One card offered four times is one card."""
    labels = T4 | {"nvidia.com/gpu.replicas": "4", "nvidia.com/gpu.count": "1"}
    (places,) = nvidia(Node(labels, {"nvidia.com/gpu": 4}, {}))
    assert [card.count for card in places.cards] == [1]
    assert places.notes[0].startswith("1 GPU offered 4 times (shared)")


def test_every_slice_is_a_place_of_its_own() -> None:
    """Seven slices are seven places of one device, since none can be joined with another."""
    (places,) = nvidia(Node(A100, {"nvidia.com/mig-1g.5gb": 7}, {}))
    assert (places.count, [card.name for card in places.cards]) == (7, ["NVIDIA-A100-SXM4-40GB MIG 1g.5gb"])
    (none,) = nvidia(Node(A100, {"nvidia.com/mig-1g.5gb": 7}, {"nvidia.com/mig-1g.5gb": 0}))
    assert none.why_not == "none of these slices can be used now"


def test_labels_without_a_plugin_offer_nothing() -> None:
    """The card is named, and planned without."""
    (places,) = nvidia(Node(T4, {}, {}))
    assert places.cards == ()
    assert places.notes == ("labels name 1 Tesla-T4, but no device plugin offers them: planned without",)


def test_labels_that_contradict_each_other_are_said() -> None:
    """The most exact one is taken."""
    labels = T4 | {"cloud.google.com/gke-accelerator": "nvidia-tesla-v100"}
    (places,) = nvidia(Node(labels, {"nvidia.com/gpu": 1}, {}))
    assert places.notes[0].startswith("labels contradict each other: nvidia.com/gpu.product is Tesla-T4")


def test_a_card_passed_through_is_for_a_virtual_machine() -> None:
    """KubeVirt names it by its chip and its name."""
    (places,) = nvidia(Node({}, {"nvidia.com/AD102_GEFORCE_RTX_4090": 1}, {}))
    assert [card.name for card in places.cards] == ["Geforce Rtx 4090"]
    assert places.notes == ("the GPU is passed through: only a virtual machine can use it",)


def test_nodes_without_nvidia_have_no_places() -> None:
    """Neither offered nor labelled."""
    assert nvidia(Node({}, {"amd.com/gpu": 1}, {})) == []
