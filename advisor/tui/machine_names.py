"""Names of machines to choose from."""

from __future__ import annotations


def machine_names() -> tuple[str, ...]:
    """GPUs and whole machines of the catalogue."""
    from advisor.catalog.gpus import gpu_names
    from advisor.catalog.hardware.machines import all_machines

    return (*gpu_names(), *(machine.name for machine in all_machines()))
