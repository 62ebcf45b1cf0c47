"""Documents -> what the accuracy model looks at."""

from __future__ import annotations

from advisor.documents.model import ModelProfile
from advisor.documents.scheme import SchemeProfile
from advisor.prediction.accuracy_features import KV_BITS, ModelFacts, SchemeFacts

_UNTOUCHED = ("token_embd", "output", "norm", "router", "ssm")
"""Roles left out of the effective bits: their share of the damage is small or they stay at full precision."""
_GROUPS = (
    ("llama-3", "llama-3"), ("qwen3.", "qwen3.5+"), ("qwen3", "qwen3"), ("qwen2", "qwen2.5"), ("qwen1", "qwen1"),
    ("glm-4", "glm-4"), ("glm-5", "glm-5"), ("gemma-4", "gemma-4"), ("gemma", "gemma"), ("deepseek-v", "deepseek-v"),
    ("phi-3", "phi-3"), ("granite", "granite"), ("kimi", "kimi"), ("mistral", "mistral"), ("ministral", "mistral"),
)


def family_group(family: str) -> str:
    """Families that share their training, as one group: leaving one out must leave out its sisters."""
    for prefix, name in _GROUPS:
        if family.startswith(prefix):
            return name
    return family


def model_facts(model: ModelProfile, default_year: float) -> ModelFacts:
    """The facts of *model*; sizes nobody stated count as 8 billion parameters."""
    total = (model.n_params or 8_000_000_000) / 1e9
    active = (model.n_active_params or 0) / 1e9 or total
    return ModelFacts(
        model.name, family_group(model.family or ""), total, active, release_year(model.release, default_year),
        model.variant or "instruct",
    )


def release_year(release: str | None, default: float) -> float:
    """An ISO date (or year-month) as a year with its fraction."""
    try:
        parts = (release or "").split("-")
        return int(parts[0]) + ((int(parts[1]) if len(parts) > 1 else 6) - 0.5) / 12.0
    except ValueError:
        return default


def gguf_method(name: str, family: str) -> str:
    """The kind of ggml type a GGUF scheme is made of."""
    if family.startswith("exl"):
        return family
    bare = name.removeprefix("UD-").removeprefix("smol-").removeprefix("mix-")
    if bare.startswith("IQ") and bare[3:5] == "_K":
        return "gguf-kt" if bare[3:6] == "_KT" else "gguf-ik"
    return {"gguf-fp4": "mxfp4", "gguf-ternary": "gguf-i"}.get(family, family)


def effective_bits(bits_by_role: dict[str, float], by_role_bytes: dict[str, int]) -> float | None:
    """Mean bits per weight of the matrices that do the work; None when nothing is known of them."""
    stored = count = 0.0
    for role, bits in bits_by_role.items():
        if role in _UNTOUCHED or not bits:
            continue
        size = 8.0 * by_role_bytes.get(role, 0)
        stored += size
        count += size / bits
    return stored / count if count else None


def scheme_facts(scheme: SchemeProfile, weights: object, imatrix: bool | None, kv_type: str) -> SchemeFacts:
    """The facts of *scheme* on a model whose sizes are *weights*."""
    kv = KV_BITS.get(kv_type, 16.0)
    if scheme.reference:
        return SchemeFacts("none", 16.0, kv_bits=kv)
    if scheme.is_gguf:
        bits = effective_bits(weights.bits_by_role, weights.by_role_bytes) or weights.bpw or scheme.bpw
        calibrated = imatrix if imatrix is not None else scheme.calibration == "required"
        return SchemeFacts(
            gguf_method(scheme.name, scheme.family), float(bits or scheme.weight_bits), 0, _activation(scheme), kv,
            calibrated, scheme.name.endswith("-pure"),
        )
    method, group = _method(scheme), scheme.group_size or 0
    bits = scheme.bpw if method in ("exl2", "exl3", "aqlm", "quip") and scheme.bpw else scheme.weight_bits
    if method in ("exl2", "exl3", "aqlm", "quip", "fp8"):
        group = 0
    return SchemeFacts(method, float(bits), group, _activation(scheme), kv, scheme.calibration != "none")


def _method(scheme: SchemeProfile) -> str:
    if scheme.family == "bnb":
        return "bnb8" if scheme.weight_bits >= 8 else "bnb4"
    if scheme.family == "int8" and scheme.act_bits >= 16:
        return "rtn"
    return scheme.family


def _activation(scheme: SchemeProfile) -> str:
    if scheme.act_bits >= 16:
        return ""
    if scheme.act_bits == 4:
        return "fp4" if scheme.act_dtype == "fp4" else "int4-rotated"
    if scheme.act_dtype == "fp8":
        return "fp8"
    return "int8-smooth" if scheme.family == "int8" else "int8"
