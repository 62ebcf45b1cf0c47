"""Names to choose from: machines, models, tasks, engines; and which machine is meant by one."""

from __future__ import annotations

from advisor.report.machine import gib


def machine_names() -> tuple[str, ...]:
    """GPUs and whole machines of the catalogue, without accelerators for which there is no plan."""
    from advisor.catalog.gpus import gpu_names
    from advisor.catalog.hardware.machines import all_machines

    return (*gpu_names(), *(machine.name for machine in all_machines() if machine.kind != "accelerator"))


def machine_meant(name: str) -> str:
    """What the machine *name* has: its GPUs with their memory, else its processor; AdvisorError for none."""
    from advisor.catalog.resolve import Overrides, resolve_hardware

    machine = resolve_hardware(name, Overrides())
    if not machine.gpus:
        return ", ".join(filter(None, (machine.cpu.brand or machine.name, machine.cpu.microarchitecture)))
    gpu = machine.gpus[0]
    count = f"{len(machine.gpus)}x " if len(machine.gpus) > 1 else ""
    shared = "shared memory" if gpu.unified_memory else gib(gpu.memory_total_bytes)
    return ", ".join(filter(None, (f"{count}{gpu.name}", shared)))


def model_meant(name: str) -> str:
    """The model that *name* is, with its weights; AdvisorError for none."""
    from advisor.catalog.resolve import resolve_model

    model = resolve_model(name)
    size = f"{model.n_params / 1e9:.3g}B weights" if model.n_params else ""
    return ", ".join(filter(None, (model.name, size, model.fixed_scheme)))


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
