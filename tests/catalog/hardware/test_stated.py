"""Hardware no table lists, with what is stated for it."""

from __future__ import annotations

import pytest

from advisor.catalog.names import GIB
from advisor.catalog.resolve import Overrides, resolve_hardware
from advisor.errors import UnknownNameError


def test_an_unreleased_gpu_is_what_is_stated_of_it() -> None:
    """Memory and bandwidth make a GPU; its arithmetic stays unknown and is said to be."""
    machine = resolve_hardware("2x RTX 6090", Overrides(vram="32GB", bandwidth="2000GB/s"))
    gpu = machine.gpus[0]
    assert (len(machine.gpus), gpu.name, gpu.vendor) == (2, "RTX 6090", "NVIDIA")
    assert (gpu.memory_total_bytes, gpu.bandwidth_bytes_per_s, gpu.fp16_flops) == (32 * GIB, 2000e9, None)
    assert "in no table" in machine.notes[0]


def test_an_unknown_board_is_what_is_stated_of_it() -> None:
    """Main memory and its bandwidth make a machine without a GPU."""
    machine = resolve_hardware("Milk-V Titan", Overrides(ram="64GB", bandwidth="50GB/s"))
    assert (machine.gpus, machine.cpu.architecture) == ((), "riscv64")
    assert (machine.memory.total_bytes, machine.memory.bandwidth_bytes_per_s) == (64 * GIB, 50e9)


@pytest.mark.parametrize(
    "stated", [Overrides(), Overrides(vram="32GB"), Overrides(bandwidth="2000GB/s"), Overrides(ram="64GB")]
)
def test_too_little_is_an_unknown_name(stated: Overrides) -> None:
    """The error says what to give."""
    with pytest.raises(UnknownNameError, match="--vram and --bandwidth"):
        resolve_hardware("RTX 6090", stated)
