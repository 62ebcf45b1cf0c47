"""Names of machines to choose from, and what is meant by one."""

from __future__ import annotations

from advisor.documents.hardware import HardwareProfile


def machine_names() -> tuple[str, ...]:
    """GPUs and whole machines of the catalogue."""
    from advisor.catalog.gpus import gpu_names
    from advisor.catalog.hardware.machines import all_machines

    return (*gpu_names(), *(machine.name for machine in all_machines()))


def meant(name: str) -> HardwareProfile:
    """The machine that *name* is; AdvisorError for none."""
    from advisor.catalog.resolve import Overrides, resolve_hardware

    return resolve_hardware(name, Overrides())
