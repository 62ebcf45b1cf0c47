"""Names to choose from: machines, models, tasks, engines; and which machine is meant by one."""

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


def model_names() -> tuple[str, ...]:
    """Every model of the catalogue, and their repositories."""
    from advisor.catalog.models import all_models

    models = all_models()
    return (*(model.name for model in models), *(model.hf_id for model in models if model.hf_id))


def tasks_hint() -> str:
    """The names a mixture is made of."""
    from advisor.catalog.tasks import all_tasks

    return (
        "One or several: "
        + ", ".join(task.name for task in all_tasks())
        + ". With a limit of its own: chat, math:1%"
    )


def engines_hint() -> str:
    """The engines that can be named."""
    from advisor.engines import engine_names

    return "Those you can use, by commas; empty = any: " + ", ".join(engine_names())
