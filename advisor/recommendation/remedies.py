"""What would make a plan fit: another option, or more of the machine, each with its value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import ceil

from advisor.documents.hardware import HardwareProfile
from advisor.documents.kinds import KV_TYPES, KvType
from advisor.documents.outcome import HOST_DEVICE, Placement
from advisor.documents.requirements import Requirements
from advisor.engines import facts
from advisor.engines.kv_types import EIGHT_BITS, FOUR_BITS, FULL
from advisor.prediction.case import Case
from advisor.prediction.outcome import place_case
from advisor.prediction.weighing import weigh_case
from advisor.recommendation.judge import SPILLS, Judged
from advisor.sizing.plan import CONTEXT_STEP

Change = tuple[str, Requirements]
"""An option of the command line, and the need with it."""
_KV_TYPES: tuple[KvType, ...] = tuple(
    kind for name in (*EIGHT_BITS, *FOUR_BITS, *FULL) for kind in KV_TYPES if kind == name
)
"""From the least to the most that a cache type changes the answers; f16 for heads that no quantized
type fits."""
_RAM_GIB = (4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048)
"""Sizes main memory is sold in."""
_WIRED_STEP_MB = 512
"""The limit is rounded up to this, so that it is easily read."""


def change_of_need(plan: Judged, need: Requirements) -> Change | None:
    """Another KV cache type, fewer requests, a shorter context, or both of these, with which the plan
    fits; None when none does."""
    for kv_type in _KV_TYPES:
        known = kv_type in facts(plan.case.engine).kv_types
        if known and kv_type != plan.case.kv_type and _fits(plan.case._replace(kv_type=kv_type)):
            return f"--kv-cache {kv_type}", replace(need, kv_type=kv_type)
    return _fewer_requests(plan, need) or _shorter_context(plan, need) or _fewer_and_shorter(plan, need)


def _fewer_and_shorter(plan: Judged, need: Requirements) -> Change | None:
    """The shortest context that the requests fill, and as many of them as then fit."""
    tokens = CONTEXT_STEP * ceil(need.request_tokens / CONTEXT_STEP)
    if not isinstance(need.context_tokens, int) or tokens >= need.context_tokens:
        return None
    short = replace(need, context_tokens=tokens)
    found = _fewer_requests(plan._replace(case=plan.case._replace(context_tokens=tokens)), short)
    return (f"--context {tokens} {found[0]}", found[1]) if found else None


def _fewer_requests(plan: Judged, need: Requirements) -> Change | None:
    if len(need.loads) > 1 or need.concurrency == 1:
        return None

    def with_requests(count: int) -> Requirements:
        return replace(need, loads=(replace(need.loads[0], concurrency=count),))

    count = _most(need.concurrency - 1, lambda n: _fits(plan.case._replace(loads=with_requests(n).loads)))
    return (f"--concurrency {count}", with_requests(count)) if count else None


def _shorter_context(plan: Judged, need: Requirements) -> Change | None:
    if not isinstance(need.context_tokens, int):
        return None
    blocks = _most(
        (need.context_tokens - 1) // CONTEXT_STEP,
        lambda n: _fits(plan.case._replace(context_tokens=CONTEXT_STEP * n)),
    )
    tokens = CONTEXT_STEP * blocks
    if tokens < need.request_tokens:
        return None
    return f"--context {tokens}", replace(need, context_tokens=tokens)


def change_of_machine(plan: Judged) -> str:
    """What the machine would have to have: a higher limit of its GPU, memory that is stated, or more
    of it."""
    placement = plan.outcome.placement
    if placement is None or (placement.fits and placement.kind not in SPILLS):
        return ""
    if limit := wired_limit_mb(plan.case):
        return f"sudo sysctl iogpu.wired_limit_mb={limit} (until the next start)"
    if placement.fits:
        return ""
    return "; ".join(_more(plan.case.hardware, placement))


def _more(hardware: HardwareProfile, placement: Placement) -> list[str]:
    """What each device lacks."""
    found = []
    for device in placement.devices:
        main = device.device == HOST_DEVICE
        if not main and not device.device.startswith("GPU"):
            continue  # a table read from wherever it lies asks for nothing
        if device.available_bytes is None:
            size = _ram_gib(device.total_bytes)
            found.append(
                memory_to_state(size)
                if main
                else f"the memory of {device.device} stated, e.g. --vram {size}GB"
            )
        elif (missing := device.total_bytes - device.available_bytes) > 0:
            in_all = (hardware.memory.total_bytes or 0) + missing
            where = f"main memory (--ram {_sold(in_all)}GB)" if main else f"memory on {device.device}"
            found.append(f"{missing / 2**30:.1f} GiB more {where}")
    return found


def memory_to_state(size_gib: int) -> str:
    """What to say of a main memory that nobody stated."""
    return f"the main memory stated, e.g. --ram {size_gib}GB"


def ram_to_state_gib(plan: Judged) -> int | None:
    """The main memory that makes *plan* fit; None where it is stated, or other memory is missing as well."""
    placement = plan.outcome.placement
    if placement is None or placement.fits:
        return None
    missing = [
        device
        for device in placement.devices
        if device.available_bytes is None or device.total_bytes > device.available_bytes
    ]
    if [device.available_bytes for device in missing] != [None] or missing[0].device != HOST_DEVICE:
        return None
    return _ram_gib(missing[0].total_bytes)


def wired_limit_mb(case: Case) -> int | None:
    """Apple's `iogpu.wired_limit_mb` with which *case* lies in the GPU's memory; None where none helps.

    What the system needs for itself stays untouched: the limit is only raised within what it leaves.
    """
    raised = _raised(case.hardware)
    if raised is None:
        return None
    placement = _place(case._replace(hardware=raised))
    if not placement.fits or placement.kind != "unified":
        return None
    return ceil(placement.total_bytes / 2**20 / _WIRED_STEP_MB) * _WIRED_STEP_MB


def _raised(hardware: HardwareProfile) -> HardwareProfile | None:
    """The machine with all its memory open to its GPU; None when it is no Apple machine or has it so
    already."""
    total = hardware.memory.total_bytes
    apple = [gpu for gpu in hardware.gpus if gpu.unified_memory and gpu.vendor == "Apple"]
    if not apple or total is None or (apple[0].memory_total_bytes or 0) >= total:
        return None
    gpu = replace(apple[0], memory_total_bytes=total, memory_free_bytes=None)
    return replace(hardware, gpus=(gpu,))


def _ram_gib(needed_bytes: int) -> int:
    return _sold(needed_bytes * 1.25)  # a fifth is left to the system


def _sold(needed_bytes: float) -> int:
    """The next size in GiB that memory is sold in."""
    needed = needed_bytes / 2**30
    return next((size for size in _RAM_GIB if size >= needed), ceil(needed))


def _most(limit: int, fits: Callable[[int], bool]) -> int:
    """The largest number from 1 to *limit* that fits, if smaller numbers fit where larger ones do; 0
    if none does."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _fits(case: Case) -> bool:
    return _place(case).fits


def _place(case: Case) -> Placement:
    return place_case(case, weigh_case(case))
