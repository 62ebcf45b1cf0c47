"""Parts of a card, in every form they are written."""

from __future__ import annotations

import pytest

from advisor.catalog.gpus import find_gpu
from advisor.catalog.gpus.slices import slice_in
from advisor.catalog.names import GIB

SLICES = {
    "H100 3g.40gb": ("H100 PCIe 80 GB", 40),
    "H100 MIG 3g.40gb": ("H100 PCIe 80 GB", 40),
    "NVIDIA-H100-80GB-HBM3-MIG-3g.40gb": ("H100 SXM5 80 GB", 40),
    "NVIDIA H100 80GB HBM3 MIG 1g.10gb": ("H100 SXM5 80 GB", 10),
    "H200 1g.35gb": ("H200 SXM 141 GB", 35),
    "A100 MIG 1g.10gb": ("A100 PCIe 40 GB", 10),
    "NVIDIA A100-SXM4-80GB MIG 2g.20gb": ("A100 SXM4 80 GB", 20),
    "A100-SXM4-40GB MIG 1g.5gb+me": ("A100 SXM4 40 GB", 5),
    "A30 MIG 1g.6gb": ("A30 PCIe", 6),
    "A100-3-20C": ("A100 PCIe 40 GB", 20),
    "NVIDIA L40S-48Q": ("L40S", 48),
    "GRID V100D-8Q": ("Tesla V100 PCIe 32 GB", 8),
    "A16-4Q": ("A16 PCIe", 4),
    "GRID T4-16Q": ("Tesla T4", 16),
}


@pytest.mark.parametrize(("text", "expected"), SLICES.items())
def test_a_slice_is_its_part_of_its_card(text: str, expected: tuple[str, int]) -> None:
    """With the word MIG or without, as Kubernetes and as vGPU managers print it."""
    part = find_gpu(text)
    assert part is not None
    assert part.memory_total_bytes is not None
    assert (part.catalog_name, round(part.memory_total_bytes / GIB)) == expected


def test_a_vgpu_has_its_memory_and_the_card_s_speed_in_turns() -> None:
    """Its bandwidth is the card's, and a note says when that holds."""
    card, part = find_gpu("L40S"), find_gpu("NVIDIA L40S-24Q")
    assert card is not None
    assert part is not None
    assert (part.bandwidth_bytes_per_s, part.memory_total_bytes) == (card.bandwidth_bytes_per_s, 24 * GIB)
    assert "no other virtual machine" in part.notes[-1]


@pytest.mark.parametrize(
    "text", ["RTX 4090", "H100 80GB", "Radeon 780M", "RX 6800-16G", "GTX 1660", "M3 Max"]
)
def test_a_whole_card_is_no_slice(text: str) -> None:
    """Sizes and model numbers are not taken for profiles."""
    assert slice_in(text) is None
