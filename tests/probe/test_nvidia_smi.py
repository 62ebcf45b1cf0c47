"""NVIDIA GPUs as nvidia-smi lists them."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.probe.nvidia_smi import smi, smi_arguments
from advisor.probe.system import Recorded

QUERY = " ".join(("nvidia-smi", *smi_arguments()))
CARD = "NVIDIA GeForce RTX 4090, 24564, 24210, 8.9, 0x268410DE, 4, 16, [N/A]\n"


def listed(text: str, **more: str) -> Any:
    """What nvidia-smi's answer means."""
    return smi(Recorded({"commands": {QUERY: text, **more}}), [])


def test_a_card_has_memory_capability_and_link() -> None:
    """Mebibytes become bytes, the device its PCI id."""
    assert (
        [
            {
                "name": "NVIDIA GeForce RTX 4090",
                "uuid": None,
                "total": 24564 << 20,
                "free": 24210 << 20,
                "capability": "8.9",
                "pci": "10de:2684",
                "pcie": "4.0 x16",
                "slices": None,
            }
        ],
        "",
    ) == listed(CARD)


@pytest.mark.parametrize(
    ("cells", "key"),
    [
        ("GPU, [N/A], 1, 8.9, 0x268410DE, 4, 16, [N/A]", "total"),
        ("GPU, 1, [Insufficient Permissions], 8.9, 0x268410DE, 4, 16, [N/A]", "free"),
        ("GPU, 1, 1, unknown, 0x268410DE, 4, 16, [N/A]", "capability"),
        ("GPU, 1, 1, 8.9, 2684, 4, 16, [N/A]", "pci"),
        ("GPU, 1, 1, 8.9, 0x268410DE, [N/A], 16, [N/A]", "pcie"),
    ],
)
def test_a_cell_that_says_nothing_is_unknown(cells: str, key: str) -> None:
    """And no other with it."""
    rows, _ = listed(cells)
    assert rows is not None
    assert {key} == {name for name in ("total", "free", "capability", "pci", "pcie") if rows[0][name] is None}


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, "nvidia-smi is not installed"),
        ({"commands": {QUERY: None}}, "nvidia-smi did not answer within 3 s"),
        ({"commands": {QUERY: ""}}, "nvidia-smi listed no GPU"),
        ({"commands": {QUERY: "No devices were found"}}, "nvidia-smi listed no GPU"),
    ],
)
def test_no_answer_has_a_reason(facts: dict[str, object], reason: str) -> None:
    """Missing, hung, or without a card."""
    assert (None, reason) == smi(Recorded(facts), [])
