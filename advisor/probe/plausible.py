"""Figures that no machine has are unknown, with what was read as the reason: so the probe reads back."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from math import isfinite
from typing import Any, TypeVar

from advisor.documents.hardware import Gpu, HardwareProfile, Memory
from advisor.documents.quantities import LEAST_RATE, MOST_AMOUNT, MOST_COUNT, MOST_RATE, MOST_WHOLE

_Part = TypeVar("_Part")


def plausible(profile: HardwareProfile) -> HardwareProfile:
    """*profile* without numbers out of bounds, more free than there is, or text that is no Unicode."""
    unknown = dict(profile.unknown)
    memory = _memory(_within(profile.memory, "memory", unknown), unknown)
    gpus = tuple(
        _gpu(_within(gpu, f"gpus.{index}", unknown), f"gpus.{index}", unknown)
        for index, gpu in enumerate(profile.gpus)
    )
    cpu = _within(profile.cpu, "cpu", unknown)
    changed = replace(profile, cpu=cpu, memory=memory, gpus=gpus, unknown=unknown)
    return _readable(changed)  # type: ignore[no-any-return]


def _memory(memory: Memory, unknown: dict[str, str]) -> Memory:
    total = memory.total_bytes
    if total is not None and memory.available_bytes is not None and memory.available_bytes > total:
        unknown["memory.available_bytes"] = f"{memory.available_bytes} bytes are more than the {total} there"
        memory = replace(memory, available_bytes=None)
    return memory


def _gpu(gpu: Gpu, where: str, unknown: dict[str, str]) -> Gpu:
    total, free = gpu.memory_total_bytes, gpu.memory_free_bytes
    if total is not None and free is not None and free > total:
        unknown[f"{where}.memory_free_bytes"] = f"{free} bytes are more than the {total} there"
        return replace(gpu, memory_free_bytes=None)
    return gpu


def _within(part: _Part, where: str, unknown: dict[str, str]) -> _Part:
    wrong: dict[str, None] = {}
    for field in fields(part):  # type: ignore[arg-type]  # a document's part is a dataclass
        value = getattr(part, field.name)
        if (
            isinstance(value, (int, float))
            and not isinstance(value, bool)
            and not _possible(field.name, value)
        ):
            unknown[f"{where}.{field.name}"] = f"{str(value)[:40]} was read, which no machine has"
            wrong[field.name] = None
    return replace(part, **wrong) if wrong else part  # type: ignore[type-var]


def _possible(name: str, value: float) -> bool:
    if name.endswith(("_per_s", "ops")):
        return LEAST_RATE <= value <= MOST_RATE
    if isinstance(value, float):
        return isfinite(value) and 0 <= value <= MOST_AMOUNT
    return 0 <= value <= (MOST_WHOLE if name.endswith("_bytes") else MOST_COUNT)


def _readable(value: Any) -> Any:
    """*value* with every text in it valid Unicode: the environment may hold any bytes."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, tuple):
        return tuple(map(_readable, value))
    if isinstance(value, dict):
        return {_readable(key): _readable(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        changed = {}
        for field in fields(value):
            before = getattr(value, field.name)
            after = _readable(before)
            if after != before:
                changed[field.name] = after
        return replace(value, **changed) if changed else value
    return value
