"""What is stated beside a name replaces what the catalogue says, and the remarks about it."""

from __future__ import annotations

from advisor.catalog.names import GIB
from advisor.catalog.resolve import Overrides, resolve_hardware


def test_memory_of_the_gpu_inside_a_processor() -> None:
    """--vram with a processor that has a GPU inside opens that much of main memory to it."""
    machine = resolve_hardware("Ryzen AI 9 HX 370", Overrides(ram="96GB", vram="90GB"))
    assert (machine.gpus[0].catalog_name, machine.gpus[0].memory_total_bytes) == ("Radeon 890M", 90 * GIB)
    assert machine.memory.total_bytes == 96 * GIB


def test_a_stated_size_is_no_longer_missed() -> None:
    """No note asks for what was given."""
    machine = resolve_hardware("EPYC 7763", Overrides(ram="24GB"))
    assert (machine.memory.total_bytes, machine.notes, machine.unknown) == (24 * GIB, (), {})
