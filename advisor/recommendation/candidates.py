"""Which plans are worth looking at: schemes x engines that this machine can run."""

from typing import NamedTuple

from advisor.catalog.checkpoints import checkpoints
from advisor.catalog.containers import own_format
from advisor.catalog.loadable import loadable
from advisor.catalog.native import native_schemes
from advisor.catalog.ready import for_nvidia_alone, library_tag, published
from advisor.catalog.schemes import all_schemes, find_scheme
from advisor.catalog.support import Runnable, runnable, why_not
from advisor.documents.hardware import HardwareProfile
from advisor.documents.kinds import Backend, KvChoice, KvType, RejectionKind
from advisor.documents.model import ModelProfile
from advisor.documents.recommendation import Rejection
from advisor.documents.requirements import Requirements
from advisor.documents.scheme import SchemeProfile
from advisor.engines import backends, facts, offered
from advisor.engines.kv_types import BY_PREFERENCE, FULL
from advisor.errors import UsageError
from advisor.prediction.accuracy.native import is_native

_TRAINED_FOR = ("TQ1_0", "TQ2_0", "Q1_0", "Q2_0")
"""Ternary and binary types: llama.cpp has them for models trained at that width (BitNet, TriLM); rounding any
other model to them leaves noise (https://github.com/ggml-org/llama.cpp/pull/8151)."""


_NOT_MADE = (
    ("UD-", "one publisher's mix, of which no file is known"),
    ("GGUF-NVFP4", "repacked from a checkpoint in NVFP4, and no such file is known"),
)
"""Schemes that cannot be had where nobody publishes them: a recipe that is not public, a conversion of a
checkpoint with scales of its own (https://github.com/ggml-org/llama.cpp/blob/master/convert_hf_to_gguf.py)."""


class Candidate(NamedTuple):
    """A scheme on an engine, before anything is computed of it."""

    scheme: SchemeProfile
    engine: str
    backend: Backend
    imatrix: bool | None
    kv_types: tuple[KvType, ...]
    """In order of preference; the first that fits is taken."""
    limited: bool = False
    """The engine runs it with limits (no fast kernel, experimental), or its recipe is not public;
    `note` says which.
    """
    note: str = ""


def candidates(
    requirements: Requirements,
    hardware: HardwareProfile,
    model: ModelProfile,
    only: tuple[str, ...] = (),
) -> tuple[list[Candidate], list[Rejection]]:
    """The plans to judge, and those that this machine, engine choice or need rules out beforehand.

    With *only* no scheme beside these and the model's own format is looked at, unless the need names its own.
    """
    engines = _seeing(requirements.engines or _engines_here(hardware, model), requirements)
    found, rejected = [], []
    for scheme in _schemes(requirements, model, only):
        reason = _calibration(scheme, requirements, model)
        if reason:
            rejected.append(_rejection(model, scheme, reason, "calibration"))
            continue
        reason = "" if requirements.schemes or model.fixed_scheme else _unfit(scheme, model)
        if reason:
            rejected.append(_rejection(model, scheme, reason, "unsupported"))
            continue
        loaded, refusal = loadable(scheme, model)
        ways, asked = runnable(loaded, hardware, engines), engines
        named = requirements.schemes or model.fixed_scheme or own_format(model)
        if not ways and named and not requirements.engines:
            # a scheme asked for by name, or a checkpoint's own, says with it which engines are meant
            asked = _seeing(tuple(engine.name for engine in offered()), requirements)
            ways = runnable(loaded, hardware, asked)
        ways, unserved = _served(ways, model)
        if unserved and not ways:
            rejected.append(_rejection(model, scheme, unserved, "unsupported"))
        elif not ways:
            reason = why_not(loaded, hardware, asked) if loaded.supports else refusal
            reason = _of_modelopt(model, hardware) or reason or refusal or why_not(scheme, hardware, asked)
            rejected.append(_rejection(model, scheme, reason, "unsupported"))
        for way in ways:
            candidate = _candidate(scheme, way, requirements, model, hardware)
            if candidate.kv_types:
                found.append(candidate)
                continue
            has = ", ".join(facts(way.engine).kv_types)
            reason = f"{way.engine} has no {requirements.kv_type} KV cache here; it has {has}"
            rejected.append(
                Rejection(
                    model=model.name, scheme=scheme.name, engine=way.engine, reason=reason, kind="unsupported"
                )
            )
    own = (model.fixed_scheme, *native_schemes(model))
    return found, sorted(rejected, key=lambda rejection: rejection.scheme not in own)


def _seeing(engines: tuple[str, ...], requirements: Requirements) -> tuple[str, ...]:
    """Those of *engines* that read what has to be read. Raises UsageError where none does."""
    if not requirements.images:
        return engines
    seeing = tuple(name for name in engines if facts(name).reads_images)
    if not seeing:
        raise UsageError(f"{' and '.join(engines)} reads text only: name another --engine", field="engine")
    return seeing


def _served(ways: list[Runnable], model: ModelProfile) -> tuple[list[Runnable], str]:
    """Those of *ways* that a command starts with these weights, and why the first of the others is none."""
    reasons = [_unserved(way, model) for way in ways]
    served = [way for way, reason in zip(ways, reasons, strict=True) if not reason]
    return served, next(filter(None, reasons), "")


def _unserved(way: Runnable, model: ModelProfile) -> str:
    """Why no command starts *way* with these weights; '' where one does."""
    if facts(way.engine).start is None:
        return f"{way.engine} has no server that a command could start: its authors' own program runs it"
    return _of_modelopt(model) if way.backend != "cuda" else ""


def _of_modelopt(model: ModelProfile, hardware: HardwareProfile | None = None) -> str:
    """What is said of a copy for NVIDIA's GPUs alone; '' for another, or where *hardware* has such a GPU."""
    here = hardware is not None and any(gpu.vendor == "NVIDIA" for gpu in hardware.gpus)
    if here or not for_nvidia_alone(model):
        return ""
    return f"{model.hf_id} is in ModelOpt's format, for NVIDIA GPUs alone"


def _unfit(scheme: SchemeProfile, model: ModelProfile) -> str:
    """Why a scheme makes no sense for this model, whatever the machine."""
    if scheme.name in _TRAINED_FOR and not is_native(model, scheme):
        return f"{scheme.name} keeps only models usable that were trained for it"
    if scheme.name == "MXFP4_MOE" and not model.is_moe:
        return "MXFP4_MOE quantizes experts only: on a dense model it is Q8_0"
    return ""


def _candidate(
    scheme: SchemeProfile,
    way: Runnable,
    requirements: Requirements,
    model: ModelProfile,
    hardware: HardwareProfile,
) -> Candidate:
    imatrix = imatrix_for(scheme, requirements.calibration_allowed, model)
    why = next((why for start, why in _NOT_MADE if scheme.name.startswith(start)), "")
    lacking = bool(why) and published(model, scheme, facts(way.engine), imatrix) is None
    pulled = facts(way.engine).library and published(model, scheme, facts(way.engine), imatrix) is not None
    note = "; ".join(filter(None, ("" if pulled else way.note, why * lacking)))
    return Candidate(
        scheme,
        way.engine,
        way.backend,
        imatrix,
        kv_types_for(way.engine, requirements.kv_type, hardware),
        (way.level == "partial" or lacking) and not is_native(model, scheme),
        note,
    )


def _engines_here(hardware: HardwareProfile, model: ModelProfile) -> tuple[str, ...]:
    """What people usually take, what is installed, and the engine whose library the model was named by."""
    if model.fixed_scheme and library_tag(model, model.fixed_scheme):
        return tuple(engine.name for engine in offered() if engine.library)
    installed = tuple(engine.name for engine in hardware.engines)
    usual = (engine.name for engine in offered() if engine.by_default)
    return tuple(dict.fromkeys((*usual, *installed)))


def _schemes(
    requirements: Requirements, model: ModelProfile, only: tuple[str, ...]
) -> tuple[SchemeProfile, ...]:
    """The schemes to look at; a file or checkpoint that is quantized already has exactly one."""
    if model.fixed_scheme:
        fixed = find_scheme(model.fixed_scheme)
        if requirements.schemes and fixed.name not in requirements.schemes:
            raise quantized_already(model, fixed)
        return (fixed,)
    if requirements.schemes:
        return tuple(find_scheme(name) for name in requirements.schemes)
    if model.files_repository:
        known = {one.scheme for one in checkpoints(model)}
        return tuple(s for s in all_schemes() if s.is_gguf and (not known or s.name in known))
    if (own := own_format(model)) is not None:
        formats = facts(own.engine).formats if own.engine else ()
        return tuple(s for s in all_schemes() if s.format in formats) or (find_scheme("BF16"),)
    if only:
        return tuple(s for s in all_schemes() if s.name in only or is_native(model, s))
    return all_schemes()


def quantized_already(model: ModelProfile, fixed: SchemeProfile) -> UsageError:
    """What is said when another scheme than its own is asked of a quantized file or checkpoint."""
    return UsageError(
        f"{model.name} is quantized already, as {fixed.name}: leave out --scheme, or name the original model"
    )


def imatrix_for(scheme: SchemeProfile, calibration_allowed: bool, model: ModelProfile) -> bool | None:
    """Whether the GGUF file has an importance matrix: a file says so itself; one to be made gets one when one
    may be had and it matters.
    """
    if not scheme.is_gguf or scheme.reference:
        return None
    if model.fixed_scheme and model.source == "gguf":
        return scheme.calibration == "required" or any(
            name.startswith("quantize.imatrix.") for name in model.metadata
        )
    return calibration_allowed and scheme.calibration != "none"


def kv_types_for(engine: str, wanted: KvChoice, hardware: HardwareProfile) -> tuple[KvType, ...]:
    """KV cache types to try in order; none when the engine lacks the one wanted on this machine. `auto` keeps
    16 bits and quantizes to 8 only where 16 do not fit."""
    known = facts(engine).kv_types
    least, oldest = facts(engine).fp8_cache_from, backends.oldest_capability(hardware.gpus)
    if least and oldest is not None and oldest < backends.capability(least):
        known = tuple(kind for kind in known if kind in FULL)
    if wanted != "auto":
        return (wanted,) if wanted in known else ()
    return tuple(kind for kind in BY_PREFERENCE if kind in known)


def _calibration(scheme: SchemeProfile, requirements: Requirements, model: ModelProfile) -> str:
    if scheme.calibration != "required" or requirements.calibration_allowed or model.fixed_scheme:
        return ""
    what = "an importance matrix" if scheme.is_gguf else "calibration data"
    return f"{scheme.name} cannot be made without {what}, which --no-calibration rules out"


def _rejection(model: ModelProfile, scheme: SchemeProfile, reason: str, kind: RejectionKind) -> Rejection:
    return Rejection(model=model.name, scheme=scheme.name, engine=None, reason=reason, kind=kind)
