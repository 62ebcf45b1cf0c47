"""What makes a machine the same one."""

from __future__ import annotations

from dataclasses import replace

from advisor.catalog.resolve import resolve_hardware
from advisor.measuring.fingerprint import fingerprint


def test_a_machine_is_the_same_after_a_reboot_and_another_with_more_memory() -> None:
    """A few per cent less memory for the kernel is the same machine; twice the memory is another."""
    machine = resolve_hardware("EPYC 9654 384GB")
    less = replace(
        machine, memory=replace(machine.memory, total_bytes=int(machine.memory.total_bytes * 0.985))
    )
    more = replace(machine, memory=replace(machine.memory, total_bytes=machine.memory.total_bytes * 2))
    assert fingerprint(machine) == fingerprint(less)
    assert fingerprint(machine) != fingerprint(more)
