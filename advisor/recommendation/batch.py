"""Cases as plain JSON objects: one in, one answer out, errors as answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from math import isfinite
from typing import Any

from advisor.catalog.resolve import Overrides, resolve_hardware, resolve_model
from advisor.catalog.schemes import find_scheme
from advisor.catalog.support import Runnable, runnable, why_not
from advisor.catalog.tasks import task_mix
from advisor.documents.hardware import HardwareProfile
from advisor.documents.kinds import BASES
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate, Outcome
from advisor.documents.plain import parse, plain
from advisor.documents.requirements import Load
from advisor.documents.scheme import SchemeProfile
from advisor.engines import all_engines, backends, engine_for, facts, find_engine, usual_server
from advisor.engines.kv_types import EIGHT_BITS
from advisor.errors import AdvisorError, UnknownNameError, UsageError
from advisor.prediction.case import MAX_CONCURRENCY, Case
from advisor.prediction.local_speed.inputs import engine_key
from advisor.prediction.outcome import predict
from advisor.prediction.own.evidence import NOTHING_OWN, OwnEvidence
from advisor.recommendation.bare_gpu import as_it_ran

INPUT_KEYS = (
    "id",
    "hardware",
    "n_devices",
    "backend",
    "engine",
    "model",
    "scheme",
    "imatrix",
    "kv_type",
    "kv_bits",
    "gpu_layers",
    "task",
    "workload",
)
WORKLOAD_KEYS = ("prompt_tokens", "output_tokens", "context_tokens", "concurrency")
OUTPUT_KEYS = (
    "weights_bytes",
    "file_size_bytes",
    "memory_bytes",
    "decode_tokens_per_s",
    "prefill_tokens_per_s",
    "time_to_first_token_s",
    "request_latency_s",
    "concurrency",
    "throughput_tokens_per_s",
    "requests_per_s",
)
_STATED_SIZE = re.compile(r"(?<![A-Za-z0-9.])\d+(?:\.\d+)?[Bb](?:-[Aa]\d+(?:\.\d+)?[Bb])?(?![A-Za-z0-9])")
"""'9B', '30B-A3B' standing alone in a model's name."""
_MOST = {
    "n_devices": 4096,
    "gpu_layers": 100_000,
    "prompt_tokens": 10**8,
    "output_tokens": 10**8,
    "context_tokens": 10**8,
    "concurrency": 10**6,
}
"""Beyond any machine or model there is; a larger number is a slip, and would only cost time and memory."""
_SLIP = 0.9
"""Share of letters in common: one wrong letter in ten, two in twenty (a judgement)."""
UNEXPECTED = "unexpected"
"""The code of an answer that a defect of the advisor prevented."""
NO_MACHINE = HardwareProfile(name="no machine given", source="user")
OwnReader = Callable[[HardwareProfile], OwnEvidence]


def no_own(hardware: HardwareProfile) -> OwnEvidence:
    """Nothing was measured on *hardware*."""
    return NOTHING_OWN


def answer_line(line: str, own: OwnReader = no_own) -> dict[str, Any]:
    """The answer to one JSON line; never raises for anything a line can hold.

    *own* gives what the user measured on a machine.
    """
    try:
        case = json.loads(line)
    except (ValueError, RecursionError) as error:  # ValueError: not JSON, or a number of thousands of digits
        return _error(None, "bad_json", f"not JSON: {error}")
    if not isinstance(case, dict):
        return _error(None, "bad_json", f"a case is a JSON object, not {type(case).__name__}")
    return answer_case(case, own)


def answer_case(raw: dict[str, Any], own: OwnReader = no_own) -> dict[str, Any]:
    """The figures of one case, each `{value, low, high, basis}` or None; or `error {code, message}`."""
    try:
        case, mix = read_case(raw)
        case = as_it_ran(replace(case, own=own(case.hardware)))
        answer = {
            "id": plain(raw.get("id")),
            **_figures(predict(case, speed_if_too_large=True), mix),
        }
        notes = [*case.model.notes, *_does_not_run(case)]
        return {**answer, "notes": notes} if notes else answer
    except AdvisorError as error:
        return _error(raw.get("id"), error.code, str(error))
    except RecursionError:
        return _error(raw.get("id"), "bad_json", "nested too deeply")
    except Exception as error:  # a defect in one case must not take the answers of the others with it
        import traceback

        traceback.print_exc()
        return _error(raw.get("id"), UNEXPECTED, f"{type(error).__name__}: {error}")


def _does_not_run(case: Case) -> list[str]:
    """Why `recommend` would not offer this; the figures are those of the nearest arithmetic the machine
    has.
    """
    if case.hardware is NO_MACHINE or not facts(case.engine).offered:
        return []
    ways = _ways(case.scheme, case.engine, case.hardware)
    return [] if ways else [why_not(case.scheme, case.hardware, (case.engine,))]


def _error(identity: Any, code: str, message: str) -> dict[str, Any]:
    return {"id": plain(identity), "error": {"code": code, "message": message}}


def read_case(raw: dict[str, Any]) -> tuple[Case, dict[str, float]]:
    """A Case and the task mix it asks for; UsageError or UnknownNameError names the key at fault."""
    unknown = sorted(set(raw) - set(INPUT_KEYS))
    if unknown:
        raise UsageError(f"unknown key {unknown[0]!r}; a case has {', '.join(INPUT_KEYS)}")
    model = _model(raw.get("model"))
    scheme = _scheme(raw.get("scheme"), model, raw.get("engine"))
    hardware = _hardware(raw.get("hardware"), _count(raw, "n_devices", None))
    engine, backend = _engine(raw, scheme, hardware)
    load, context = _load(raw.get("workload") or {})
    task = raw.get("task") or "average"
    if not isinstance(task, str):
        raise UsageError("task must be a name")
    mix = task_mix(task)
    imatrix = raw.get("imatrix")
    if imatrix is not None and not isinstance(imatrix, bool):
        raise UsageError("imatrix must be true, false or null")
    case = Case(
        hardware=hardware,
        model=model,
        scheme=scheme,
        engine=engine,
        backend=backend,
        imatrix=imatrix,
        kv_type=_kv_type(raw, engine),
        gpu_layers=_count(raw, "gpu_layers", None, least=0),
        context_tokens=context,
        loads=(load,),
        categories=tuple(mix),
    )
    return case, mix


def _model(value: Any) -> ModelProfile:
    if isinstance(value, dict):
        return parse(ModelProfile, value, what="model")
    if not isinstance(value, str) or not value.strip():
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


def _scheme(value: Any, model: ModelProfile, engine: Any) -> SchemeProfile:
    """The scheme meant; short names mean different things on different engines (`4bit`, `mxfp4`)."""
    if value is None and model.fixed_scheme:
        value = model.fixed_scheme
    if not isinstance(value, str) or not value.strip():
        raise UsageError("scheme is missing: give a name such as Q4_K_M")
    return find_scheme(value, _engine_named(engine) if isinstance(engine, str) and engine else None)


def _hardware(value: Any, n_devices: int | None) -> HardwareProfile:
    if value is None:
        return NO_MACHINE
    if isinstance(value, dict):
        return parse(HardwareProfile, value, what="hardware")
    if not isinstance(value, str) or not value.strip():
        raise UsageError("hardware must be a name or a hardware document")
    return _hardware_named(value, n_devices)


@lru_cache(maxsize=1024)
def _hardware_named(name: str, n_devices: int | None) -> HardwareProfile:
    return resolve_hardware(name, Overrides(n_devices=n_devices))


def _engine(raw: dict[str, Any], scheme: SchemeProfile, hardware: HardwareProfile) -> tuple[str, str]:
    """Engine and backend: as given, else what runs the format, else what the machine has."""
    name, backend = raw.get("engine"), raw.get("backend")
    if name is not None and not isinstance(name, str):
        raise UsageError("engine must be a name or null")
    engine = _engine_named(name) if name else engine_for(scheme.format)
    if scheme.reference and not name:
        engine = engine_for("gguf") if len(hardware.gpus) <= 1 else usual_server()
    if backend is not None:
        if not isinstance(backend, str):
            raise UsageError("backend must be a name or null")
        return engine, _possible_backend(backend.strip().lower(), hardware)
    known = hardware is not NO_MACHINE and facts(engine).offered
    ways = _ways(scheme, engine, hardware) if known else ()
    if ways:
        return engine, ways[0].backend
    return engine, backends.native(hardware.gpus[0] if hardware.gpus else None)


def _possible_backend(backend: str, hardware: HardwareProfile) -> str:
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
def _ways(scheme: SchemeProfile, engine: str, hardware: HardwareProfile) -> tuple[Runnable, ...]:
    return tuple(runnable(scheme, hardware, (engine,)))


def _load(workload: Any) -> tuple[Load, int]:
    if not isinstance(workload, dict):
        raise UsageError("workload must be an object")
    unknown = sorted(set(workload) - set(WORKLOAD_KEYS))
    if unknown:
        raise UsageError(f"unknown workload key {unknown[0]!r}; it has {', '.join(WORKLOAD_KEYS)}")
    prompt = _count(workload, "prompt_tokens", Load().prompt_tokens, least=0)
    output = _count(workload, "output_tokens", Load().output_tokens, least=0)
    context = _count(workload, "context_tokens", None)
    most = workload.get("concurrency") == "max"
    concurrency = MAX_CONCURRENCY if most else _count(workload, "concurrency", 1)
    context = max(context or 0, prompt + output, 1)
    return Load(prompt_tokens=prompt, output_tokens=output, concurrency=concurrency), context


def _count(raw: dict[str, Any], key: str, default: int | None, least: int = 1) -> int | None:
    value = raw.get(key)
    if value is None:
        return default
    whole = isinstance(value, int) or (isinstance(value, float) and isfinite(value) and value == int(value))
    if isinstance(value, bool) or not whole:
        raise UsageError(f"{key} must be a whole number, not {value!r}")
    if value > _MOST[key]:
        raise UsageError(f"{key} is more than {_MOST[key]}")
    if value < least:
        raise UsageError(f"{key} is {value}; it must be at least {least}")
    return int(value)


def _kv_type(raw: dict[str, Any], engine: str) -> str:
    from advisor.documents.kinds import KV_CHOICES

    kv_type, bits = raw.get("kv_type"), raw.get("kv_bits")
    if kv_type is not None:
        name = str(kv_type).lower()
        name = {"auto": "f16", "fp16": "f16", "fp8_e4m3": "fp8", "fp8_e5m2": "fp8", "f32": "f16"}.get(
            name, name
        )
        if name not in KV_CHOICES:
            raise UsageError(f"unknown kv_type {kv_type!r}; choose one of {', '.join(KV_CHOICES)}")
        return name
    if bits is None:
        return "f16"
    eight = EIGHT_BITS[1 if facts(engine).serves else 0]
    names = {16: "f16", 8: eight, 8.5: "q8_0", 5: "q5_0", 4: "q4_0", 4.5: "q4_0"}
    if not isinstance(bits, (int, float)) or bits not in names:
        raise UsageError(f"kv_bits {bits!r} is not one of 16, 8, 5, 4")
    return names[bits]


def _figures(outcome: Outcome, mix: dict[str, float]) -> dict[str, Any]:
    figures = {key: figure(getattr(outcome, key)) for key in OUTPUT_KEYS}
    figures["retained_accuracy_pct"] = figure(mixed(outcome.retained_accuracy_pct, mix))
    figures["perplexity_ratio"] = figure(outcome.perplexity_ratio)
    figures["kl_divergence"] = figure(outcome.kl_divergence)
    return figures


def mixed(by_category: dict[str, Estimate | None], mix: dict[str, float]) -> Estimate | None:
    """The weighted mean over a task's categories; None when one of them was never measured."""
    parts = [(weight, by_category.get(category)) for category, weight in mix.items()]
    if any(part is None for _, part in parts):
        return None
    total = sum(mix.values())
    value, low, high = (
        sum(w * getattr(p, end) for w, p in parts) / total for end in ("value", "low", "high")
    )
    return Estimate(value=value, low=low, high=high, basis=max((p.basis for _, p in parts), key=BASES.index))


def figure(estimate: Estimate | None) -> dict[str, Any] | None:
    """An estimate as the batch writes it."""
    if estimate is None:
        return None
    return {
        "value": plain(float(estimate.value)),
        "low": plain(float(estimate.low)),
        "high": plain(float(estimate.high)),
        "basis": estimate.basis,
    }
