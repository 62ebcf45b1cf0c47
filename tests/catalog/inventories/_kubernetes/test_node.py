"""A node's labels and amounts, and words for what follows from them."""

from __future__ import annotations

from advisor.catalog.inventories._kubernetes import gpu_places
from advisor.catalog.inventories._kubernetes.node import Node, plural, turns


def test_numbers_are_read_from_labels_that_hold_some() -> None:
    """'81920MiB' is one; words, and digits without end, are none."""
    node = Node({"a": "81920", "b": "81920MiB", "c": "many", "d": "9" * 20}, {}, {})
    assert [node.number(label) for label in "abcde"] == [81920, 81920, None, None, None]


def test_what_may_be_used_is_all_where_nothing_is_said() -> None:
    """Allocatable beats capacity; a resource nobody offers is none."""
    node = Node({}, {"a": 4, "b": 4}, {"a": 3})
    assert [node.usable(name) for name in "abc"] == [3, 4, 0]


def test_an_instance_type_names_its_gpu() -> None:
    """By the label's present name and its old one."""
    for label in ("node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"):
        assert Node({label: "p4d.24xlarge"}, {}, {}).sold_as() == "A100 SXM4 40 GB"
    assert Node({}, {}, {}).sold_as() is None


def test_words_agree_with_their_number() -> None:
    """'1 GPU', '4 GPUs', and what sharing them means."""
    assert (plural(1), plural(4, "slice")) == ("1 GPU", "4 slices")
    assert turns(1, 4, "shared").startswith("1 GPU offered 4 times (shared): programs take turns")


def test_accelerators_without_figures_are_named_and_left_out() -> None:
    """A node of AWS Neuron devices is planned without them."""
    (places,) = gpu_places(Node({}, {"aws.amazon.com/neuron": 2}, {}))
    assert places.cards == ()
    assert places.notes == (
        "it offers 2 aws.amazon.com/neuron, of which no figures are at hand: planned without",
    )
