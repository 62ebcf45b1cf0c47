"""The scheme of a raw accuracy row, in the words the model fits on."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache

from advisor.catalog.models import find_model, match_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.model import ModelProfile
from advisor.errors import AdvisorError
from advisor.prediction.accuracy.facts import (
    LADDERS,
    ROTATING,
    clamped,
    effective_bits,
    gguf_method,
    recovery,
    research_method,
    steps,
)
from advisor.prediction.accuracy.features import SchemeFacts
from advisor.sizing.tensors import is_modelled
from advisor.sizing.weights import weigh
from advisor.training.data.tables import Record


def scheme_facts(r: Record) -> SchemeFacts | None:
    """The scheme of a raw row; None when it cannot be told."""
    scheme, method = str(r["scheme"]), str(r["method"])
    kv = r["kv_bits"] if r["kv_bits"] == r["kv_bits"] else 16.0
    # Where only the KV cache differs, weights and activations cancel against the reference.
    bits, act = (16, "") if has(r, "kv_only") else (r["weight_bits"], _activation(r, scheme, method))
    if bits == 16:
        return SchemeFacts("none", 16.0, 0, act, kv) if kv < 16 or act else None
    pure, won_back = "-pure" in scheme, _recovered(r, scheme)
    calibrated = text(r["calibration"]) != "none"
    if method.startswith("gguf") or method in ("exl2", "exl3"):
        name, bits = gguf_method(scheme, method), _sized_bits(r) or _gguf_bits(r, scheme)
        return SchemeFacts(name, bits, 0, act, kv, calibrated, pure, won_back) if bits else None
    if "GPTQ-GGUF" in scheme or "EvoPress" in scheme:
        return (
            SchemeFacts("gguf-k", float(r["bpw"]), 0, act, kv, True, True) if r["bpw"] == r["bpw"] else None
        )
    name = _grid_method(scheme, method)
    group = r["group_size"]
    if group != group:
        group = _group_by_default(scheme, name)
    return SchemeFacts(name, float(bits), int(group), act, kv, calibrated, recovered=won_back)


def _recovered(r: Record, scheme: str) -> str:
    """How accuracy was won back, by the row's flags and the scheme's own name."""
    if has(r, "recovered"):
        return "lora"
    if has(r, "qat"):
        return "qat"
    return recovery(scheme) or ("tuned" if has(r, "tuned_weights") else "")


def has(r: Record, flag: str) -> bool:
    """Whether a raw row carries *flag*."""
    return flag in r["flags"].split(";")


def _sized_bits(r: Record) -> float:
    """Effective bits from the types llama-quantize would give this model; 0 when not known."""
    names = text(r.get("model_name")), text(r.get("scheme_name"))
    if not names[1] or not r["method"].startswith("gguf"):
        return 0.0
    imatrix = r["calibration"] == "imatrix"
    return _bits_of(*names, imatrix)


@cache
def _bits_of(model_name: str, scheme: str, imatrix: bool) -> float:
    model = match_model(model_name) if model_name else None
    if model is None or not is_modelled(model):
        model = find_model(STAND_IN)
    bits = _weighed(model, scheme, imatrix)
    return clamped(scheme, bits, spans()) if bits else 0.0


@cache
def spans() -> dict[str, tuple[float, float]]:
    """The ladders' spans of effective bits, from the stand-in model's tensors."""
    model = find_model(STAND_IN)
    return steps({name: _weighed(model, name, True) for ladder in LADDERS for name in ladder})


STAND_IN = "Llama-3.1-8B"
"""Whose tensor types are taken for a model without known shapes: the recipes hardly depend on the model."""


def _weighed(model: ModelProfile, scheme: str, imatrix: bool) -> float:
    try:
        weights = weigh(model, find_scheme(scheme), imatrix)
    except AdvisorError:  # a recipe llama-quantize does not have
        return 0.0
    return effective_bits(weights.bits_by_role, weights.by_role_bytes) or 0.0


def _gguf_bits(r: Record, scheme: str) -> float:
    if r["bpw"] == r["bpw"]:
        return float(r["bpw"])
    if r["file_gib"] == r["file_gib"] and r["params_b"] > 0:
        bits = float(r["file_gib"] * 2**30 * 8 / (r["params_b"] * 1e9))
        if 1.2 < bits < 12:  # else the size is of another file: no mix has fewer bits, and none more
            return bits
    bare = re.sub(r"^(UD-|smol-|mix-)", "", scheme.split("+")[0].split("-pure")[0])
    bare = re.sub(r"_(XL|R4).*$", "", bare)
    with suppress(AdvisorError):
        if known := find_scheme(bare.split(" ")[0]).bpw:
            return known
    return float(r["weight_bits"]) + 0.5 if scheme.startswith(("Q", "IQ", "UD-Q", "UD-IQ")) else 0.0


def _activation(r: Record, scheme: str, method: str) -> str:
    bits = r["act_bits"]
    if bits != bits or bits >= 16:
        return ""
    floating = method in ("nvfp4", "mxfp4", "fp8") or re.search(r"FP4|FPQ|-FP\b|-FP8|MXFP", scheme)
    if floating and bits in (4, 8):
        return f"fp{bits:g}"
    kind = f"int{next(step for step in (4, 6, 8) if bits <= step)}"
    if any(word in scheme.lower() for word in ROTATING):
        return kind + "-rotated"
    smooth = "smooth" in scheme.lower() or scheme == "W8A8-INT" or "QQQ" in scheme or "QoQ" in scheme
    return kind + "-smooth" if smooth else kind


def _grid_method(scheme: str, method: str) -> str:
    if method in ("other", "quarot", "spinquant"):
        return research_method(scheme)
    if method == "bnb":
        return "bnb8" if "INT8" in scheme else "papers" if "W4A4" in scheme else "bnb4"
    if method == "int8" and "A16" in scheme:
        return "rtn"
    if method == "gptq" and scheme == "W8A8-INT":
        return "int8"
    return "papers" if method == "nvfp4" and any(word in scheme for word in BETTER_FP4) else method


BETTER_FP4 = ("4over6", "FourOverSix", "RaZeR", "MR-GPTQ", "FPQuant", "SOAR", "H-Scale", "OSFP4", "MIXFP4")
"""Rounding to NVFP4 by methods that no published checkpoint uses yet."""


GROUPS = dict.fromkeys(("gptq", "awq", "autoround", "hqq", "omniquant", "papers"), 128)
GROUPS |= {"nvfp4": 16, "mxfp4": 32, "mlx": 64, "rtn": -1, "bnb4": 64, "bnb8": -1}
"""Weights that share a scale, -1 for a whole row: the method's tool's default, or its format's block."""


def _group_by_default(scheme: str, method: str) -> int:
    """The group a source leaves unsaid."""
    if "perchannel" in scheme or "W4A4" in scheme or method == "int8":
        return -1
    return GROUPS.get(method, 0)


def text(value: object) -> str:
    """A cell's text; '' when it is empty."""
    return value if isinstance(value, str) else ""
