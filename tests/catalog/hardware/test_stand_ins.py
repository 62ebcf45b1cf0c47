"""What stands in for a part of which only the kind is known."""

from __future__ import annotations

import pytest

from advisor.catalog.hardware.stand_ins import stand_in_cpu
from advisor.catalog.resolve import resolve_hardware


@pytest.mark.parametrize(
    ("kind", "segment"),
    [("laptop", "laptop"), ("tablet", "laptop"), ("server", "server"), ("box", "desktop")],
)
def test_a_processor_is_the_slowest_family_of_its_kind(kind, segment):
    """Since 2018, of Intel or AMD; the note asks for its name."""
    row, note = stand_in_cpu(kind)
    assert (segment in row.segment, row.year >= 2018, row.vendor in ("Intel", "AMD")) == (True, True, True)
    assert f"the slowest {segment} family since 2018" in note


def test_a_card_of_a_size_is_the_slowest_such_card():
    """With the memory that was said, and a note that names it."""
    (gpu,) = resolve_hardware("a PC with a 16GB GPU").gpus
    assert (gpu.memory_total_bytes, gpu.vendor) == (16 * 2**30, "NVIDIA")
