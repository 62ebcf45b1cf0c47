"""Several equal machines in one line of words."""

from __future__ import annotations

import pytest

from advisor.catalog.hardware import describe_machine
from advisor.catalog.hardware.several_nodes import several_nodes
from advisor.errors import UsageError


@pytest.mark.parametrize(
    ("text", "nodes", "gpus", "network"),
    [
        ("2 nodes of 8x H100 SXM, 400 Gb/s", 2, 8, 50e9),
        ("2x 8x H100 SXM", 2, 8, None),
        ("2 x (8x H100 SXM)", 2, 8, None),
        ("16x H100 SXM", 2, 8, None),
        ("2x p5.48xlarge", 2, 8, None),
        ("4 nodes of p5.48xlarge", 4, 8, None),
        ("two nodes with 4x RTX 4090 over 100G ethernet", 2, 4, 12.5e9),
        ("3 machines: 2x A100 SXM 80GB, 200 Gbps InfiniBand", 3, 2, 25e9),
        ("8x H100 SXM", 1, 8, None),
        ("16x V100", 1, 16, None),
    ],
)
def test_nodes_and_their_cards(text, nodes, gpus, network):
    """Nodes are counted apart from the cards in each; a network's rate is in bits."""
    machine = describe_machine(text)
    assert (machine.nodes, len(machine.gpus), machine.network_bytes_per_s) == (nodes, gpus, network)


@pytest.mark.parametrize("text", ["8x H100", "2x RTX 4090 + EPYC 9654 384GB", "Radeon RX 7900 XTX"])
def test_one_machine_is_left_alone(text):
    """A count of cards is no count of nodes."""
    assert several_nodes(text) is None


def test_no_node_is_no_machine():
    """As no device is."""
    with pytest.raises(UsageError, match="0 nodes"):
        describe_machine("0 nodes of 8x H100")


@pytest.mark.parametrize(
    "text",
    [
        "8x H100 node + 4x A100 node",
        "1 node of 8x H100 and 1 node of 8x A100",
        "2x p5.48xlarge + p4d.24xlarge",
        "g5.xlarge, g6.xlarge",
    ],
)
def test_nodes_of_several_kinds_are_no_one_machine(text):
    """They were planned as one machine with all their cards."""
    with pytest.raises(UsageError, match="names machines of several kinds: one plan is for equal ones"):
        describe_machine(text)
