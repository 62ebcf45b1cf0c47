"""A GPU named without its host, and a model larger than its memory: what must be assumed to answer at all."""

from __future__ import annotations

from dataclasses import replace

from advisor.catalog.resolve import resolve_hardware
from advisor.documents.hardware import HardwareProfile
from advisor.documents.outcome import Placement
from advisor.prediction.case import Case
from advisor.prediction.outcome import place_case
from advisor.prediction.weighing import weigh_case

ALL_LAYERS = -1
"""`gpu_layers`: every layer on the GPU."""
_SPILLS = ("split", "experts-on-cpu", "cpu")


def as_it_ran(case: Case) -> Case:
    """*case* as somebody must have run it.

    A case describes a run. When only the GPU is named and our plan - which keeps a reserve for the desktop -
    would spill into main memory nobody described, the whole model is taken to be on the GPU if it fits there
    without the reserve; else the host is taken to be the catalogue's stand-in desktop with memory enough.
    """
    machine = case.hardware
    shared = bool(machine.gpus) and machine.gpus[0].unified_memory
    host_unknown = machine.memory.bandwidth_bytes_per_s is None
    named_alone = machine.gpus and (shared or host_unknown) and machine.source == "catalogue"
    if case.serves or not named_alone:
        return case
    weights = weigh_case(case)
    if place_case(case, weights).kind not in _SPILLS:
        return case
    if machine.gpus[0].unified_memory:
        # A chip named without its memory got the smallest size on sale; whoever ran this had more.
        return case if case.backend == "cpu" or case.gpu_layers == 0 else case._replace(gpu_layers=ALL_LAYERS)
    whole = case._replace(gpu_layers=ALL_LAYERS)
    if case.gpu_layers is None and _holds(place_case(whole, weights), machine):
        return whole
    # Twice the model, and 16 GB at the least: what computers with such a card are sold with (a judgement).
    gigabytes = max(16, 2 * round(weights.total_bytes.high / 2**30))
    host = resolve_hardware(f"{machine.gpus[0].name} {gigabytes}GB RAM")
    return case._replace(hardware=replace(host, name=machine.name, gpus=machine.gpus, nodes=machine.nodes))


def _holds(placement: Placement, machine: HardwareProfile) -> bool:
    """Whether the GPUs' whole memory, no reserve taken off, holds what the plan puts on them."""
    on_gpus = sum(device.total_bytes for device in placement.devices if device.device.startswith("GPU"))
    return on_gpus <= sum(gpu.memory_total_bytes or 0 for gpu in machine.gpus)
