"""One JSON object -> the case it asks for; the key at fault is named."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any

from advisor.catalog.resolve import Overrides, resolve_hardware, resolve_model
from advisor.catalog.schemes import find_scheme
from advisor.catalog.support import Runnable, runnable
from advisor.catalog.tasks import task_mix
from advisor.documents.batch import BatchCase, MainMemory, Workload
from advisor.documents.hardware import HardwareProfile
from advisor.documents.kinds import BACKENDS, KV_TYPES, Backend, KvType, TaskCategory
from advisor.documents.model import ModelProfile
from advisor.documents.plain import parse
from advisor.documents.requirements import Load
from advisor.documents.scheme import SchemeProfile
from advisor.engines import all_engines, backends, engine_for, facts, find_engine, usual_server
from advisor.engines.kv_types import EIGHT_BITS
from advisor.errors import BadFileError, UnknownNameError, UsageError
from advisor.prediction.case import MAX_CONCURRENCY, Case
from advisor.prediction.local_speed.inputs import engine_key
from advisor.recommendation.candidates import quantized_already
from advisor.recommendation.context_room import check_context

_STATED_SIZE = re.compile(r"(?<![A-Za-z0-9.])\d+(?:\.\d+)?[Bb](?:-[Aa]\d+(?:\.\d+)?[Bb])?(?![A-Za-z0-9])")
"""'9B', '30B-A3B' standing alone in a model's name."""
_SLIP = 0.9
"""Share of letters in common: one wrong letter in ten, two in twenty (a judgement)."""
_CHANNEL_BYTES = 8
"""A memory channel is 64 bits wide (JEDEC DDR3, DDR4; two half channels of DDR5 count as one)."""
_KV_NAMES = {"auto": "f16", "fp16": "f16", "f32": "f16", "fp8_e4m3": "fp8", "fp8_e5m2": "fp8"}
"""Other spellings, and what takes their place."""
NO_MACHINE = HardwareProfile(name="no machine given", source="user")


def read_case(raw: dict[str, Any]) -> tuple[Case, dict[TaskCategory, float]]:
    """A Case and the task mix it asks for; UsageError, UnknownNameError or BadFileError names the key at
    fault."""
    stated = {key: raw[key] for key in ("hardware", "model") if isinstance(raw.get(key), dict)}
    asked = _asked({**{key: value for key, value in raw.items() if key != "id"}, **dict.fromkeys(stated)})
    model = _model(stated.get("model", asked.model))
    scheme = _scheme(asked, model)
    hardware = _hardware(stated.get("hardware", asked.hardware), asked)
    engine, backend = _engine(asked, scheme, hardware)
    workload = asked.workload or Workload()
    check_context(workload.context_tokens, model)
    load, room = _load(workload, asked.depth or 0)
    mix = task_mix(asked.task or "average")
    case = Case(
        hardware=hardware,
        model=model,
        scheme=scheme,
        engine=engine,
        backend=backend,
        imatrix=asked.imatrix,
        kv_type=_kv_type(asked, engine),
        gpu_layers=asked.gpu_layers,
        cpu_expert_layers=asked.n_cpu_moe,
        context_tokens=room,
        depth_tokens=asked.depth or 0,
        threads=asked.threads,
        ubatch_tokens=asked.ubatch,
        flash_attn=None if asked.flash_attn is None else bool(asked.flash_attn),
        loads=(load,),
        categories=tuple(mix),
    )
    return case, mix


def _asked(raw: dict[str, Any]) -> BatchCase:
    try:
        return parse(BatchCase, raw, what="the case")
    except BadFileError as error:
        raise UsageError(str(error).replace("`advisor schema`", "`advisor schema batch-case`")) from None


def _model(value: Any) -> ModelProfile:
    if isinstance(value, dict):
        return parse(ModelProfile, value, what="model")
    if not value or not value.strip():
        raise UsageError("model is missing: give a name or a model document")
    return _model_named(value)


@lru_cache(maxsize=1024)
def _model_named(name: str) -> ModelProfile:
    """The catalogue's model; one that is in no catalogue but states its size is taken as a model of that
    size.
    """
    try:
        return resolve_model(name)
    except UnknownNameError as error:
        size = _STATED_SIZE.search(name)
        if size is None or _misspelt(name, error.nearest):
            raise
        found = resolve_model(None, params=size[0].strip("-_ "))
        note = f"{name!r} is in no catalogue: answered as any model of {size[0].strip('-_ ')} parameters"
        return replace(found, name=name, notes=(*found.notes, note))


def _misspelt(name: str, nearest: tuple[str, ...]) -> bool:
    """Whether *name* is a slip of the pen for a model of the catalogue: all but one or two letters agree."""
    from difflib import SequenceMatcher

    plain = re.sub(r"[^a-z0-9]", "", name.rpartition("/")[2].lower())
    return any(
        SequenceMatcher(None, plain, re.sub(r"[^a-z0-9]", "", known.lower())).ratio() > _SLIP
        for known in nearest
    )


def _scheme(asked: BatchCase, model: ModelProfile) -> SchemeProfile:
    """The scheme meant; short names mean different things on different engines (`4bit`, `mxfp4`)."""
    name = model.fixed_scheme if asked.scheme is None else asked.scheme
    if not name or not name.strip():
        raise UsageError("scheme is missing: give a name such as Q4_K_M")
    scheme = find_scheme(name, _engine_named(asked.engine) if asked.engine else None)
    if model.file_path and model.fixed_scheme and scheme.name != find_scheme(model.fixed_scheme).name:
        raise quantized_already(model, find_scheme(model.fixed_scheme))
    return scheme


def _hardware(value: Any, asked: BatchCase) -> HardwareProfile:
    bandwidth = asked.bandwidth
    if isinstance(bandwidth, (int, float)):
        bandwidth = f"{bandwidth / 1e9:g}GB/s"
    stated = Overrides(n_devices=asked.n_devices, bandwidth=bandwidth)
    if value is None:
        if asked.memory or stated != Overrides():
            raise UsageError("memory, bandwidth and n_devices say something of a machine: name its hardware")
        return NO_MACHINE
    if isinstance(value, dict):
        machine = resolve_hardware(value, None if stated == Overrides() else stated)
    elif not value.strip():
        raise UsageError("hardware must be a name or a hardware document")
    else:
        machine = _hardware_named(value, stated)
    return _with_memory(machine, asked.memory) if asked.memory else machine


@lru_cache(maxsize=1024)
def _hardware_named(name: str, stated: Overrides) -> HardwareProfile:
    return resolve_hardware(name, stated)


def _with_memory(machine: HardwareProfile, stated: MainMemory) -> HardwareProfile:
    """The machine with these modules; their rate takes the place of what was measured."""
    memory = machine.memory
    channels = stated.channels or memory.channels
    if stated.rate_mt_per_s and not channels:
        raise UsageError("memory: give channels beside rate_mt_per_s; the machine's are not known")
    if stated.rate_mt_per_s and channels:
        rate = stated.rate_mt_per_s * 1e6 * _CHANNEL_BYTES * channels
        memory = replace(memory, bandwidth_bytes_per_s=rate, measured_bandwidth_bytes_per_s=None)
    if stated.total_bytes is not None:
        memory = replace(memory, total_bytes=stated.total_bytes, available_bytes=None)
    return replace(machine, memory=replace(memory, kind=stated.kind or memory.kind, channels=channels))


def _engine(asked: BatchCase, scheme: SchemeProfile, hardware: HardwareProfile) -> tuple[str, Backend]:
    """Engine and backend: as given, else what runs the format, else what the machine has."""
    engine = _engine_named(asked.engine) if asked.engine else engine_for(scheme.format)
    if scheme.reference and not asked.engine:
        engine = engine_for("gguf") if len(hardware.gpus) <= 1 else usual_server()
    if asked.backend is not None:
        return engine, _possible_backend(_backend_named(asked.backend), hardware)
    known = hardware is not NO_MACHINE and facts(engine).offered
    found = ways(scheme, engine, hardware) if known else ()
    if found:
        return engine, found[0].backend
    return engine, backends.native(hardware.gpus[0] if hardware.gpus else None)


def _backend_named(name: str) -> Backend:
    backend = name.strip().lower()
    if backend not in BACKENDS:
        raise UsageError(f"unknown backend {name!r}; choose one of {', '.join(BACKENDS)}")
    return backend


def _possible_backend(backend: Backend, hardware: HardwareProfile) -> Backend:
    """*backend*, unless every GPU of the machine is another vendor's."""
    vendor = backends.vendor_of(backend)
    if vendor and hardware.gpus and all(gpu.vendor != vendor for gpu in hardware.gpus):
        raise UsageError(
            f"backend {backend} needs a GPU of {vendor}; {hardware.name} has {hardware.gpus[0].name}"
        )
    return backend


def _engine_named(name: str) -> str:
    """An engine to deploy, or one that only the measurements know."""
    known = all_engines().get(engine_key(name))
    return known.name if known and not known.offered else find_engine(name)


@lru_cache(maxsize=1024)
def ways(scheme: SchemeProfile, engine: str, hardware: HardwareProfile) -> tuple[Runnable, ...]:
    """How *engine* runs *scheme* on *hardware*; empty when it does not."""
    return tuple(runnable(scheme, hardware, (engine,)))


def _load(workload: Workload, depth: int) -> tuple[Load, int]:
    """The load, and the room of each request."""
    usual = Load()
    prompt = usual.prompt_tokens if workload.prompt_tokens is None else workload.prompt_tokens
    output = usual.output_tokens if workload.output_tokens is None else workload.output_tokens
    wanted = workload.concurrency
    concurrency = MAX_CONCURRENCY if wanted == "max" else wanted or 1
    room = max(workload.context_tokens or 0, depth + prompt + output, 1)
    return Load(prompt_tokens=prompt, output_tokens=output, concurrency=concurrency), room


def _kv_type(asked: BatchCase, engine: str) -> KvType:
    bits = asked.kv_bits
    if asked.kv_type is not None:
        name = _KV_NAMES.get(asked.kv_type.lower(), asked.kv_type.lower())
        if name not in KV_TYPES:
            raise UsageError(f"unknown kv_type {asked.kv_type!r}; choose one of {', '.join(KV_TYPES)}")
        return name
    if bits is None:
        return "f16"
    eight = EIGHT_BITS[1 if facts(engine).serves else 0]
    names = {16: "f16", 8: eight, 8.5: "q8_0", 5: "q5_0", 4: "q4_0", 4.5: "q4_0"}
    if bits not in names:
        raise UsageError(f"kv_bits {bits!r} is not one of 16, 8, 5, 4")
    return names[bits]
