"""Documents -> what the accuracy model looks at."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

from advisor.documents.kinds import Variant
from advisor.documents.model import ModelProfile
from advisor.documents.scheme import SchemeProfile
from advisor.engines.kv_types import stored_bits
from advisor.prediction.accuracy.features import (
    LLAMA_CPP,
    SIZE_REFERENCE_B,
    UNKNOWN_YEAR,
    ModelFacts,
    SchemeFacts,
)
from advisor.sizing.weights import Weights

SENSITIVITY = {"token_embd": 0.3, "norm": 0.0, "router": 0.0, "attn_v": 2.0}
"""Damage per weight of a role relative to the others; chosen by the fit's residuals on GGUF mixes, which
hardly tell (1 % between choices), and by the order of llama.cpp's own mixes."""
NOISE_PER_BIT = 1.5
"""log2 of the factor by which rounding noise falls with one bit more; likewise."""
LADDERS: tuple[tuple[str, ...], ...] = tuple(
    tuple(ladder.split())
    for ladder in (
        "Q2_K_S Q2_K Q2_K_L Q3_K_S Q3_K_M Q3_K_L Q3_K_XL Q4_K_S Q4_K_M Q4_K_L Q5_K_S Q5_K_M Q5_K_L Q6_K "
        "Q6_K_L Q8_0",
        "IQ1_S IQ1_M IQ2_XXS IQ2_XS IQ2_S IQ2_M IQ3_XXS IQ3_XS IQ3_S IQ3_M IQ4_XS IQ4_NL",
        "UD-TQ1_0 UD-IQ1_S UD-IQ1_M UD-IQ2_XXS UD-IQ2_M UD-Q2_K_XL UD-IQ3_XXS UD-IQ3_S UD-Q3_K_S UD-Q3_K_M "
        "UD-Q3_K_XL UD-IQ4_XS UD-IQ4_NL UD-IQ4_NL_XL UD-Q4_K_S UD-Q4_K_M UD-Q4_K_XL UD-Q5_K_S UD-Q5_K_M "
        "UD-Q5_K_XL UD-Q6_K_S UD-Q6_K UD-Q6_K_XL UD-Q8_K_XL",
        "Q4_0 Q4_1 Q5_0 Q5_1 Q6_0",
        "IQ1_KT IQ2_KT IQ3_KT IQ4_KT",
        "IQ2_KS IQ2_K IQ2_KL IQ3_KS IQ3_K IQ4_KSS IQ4_KS IQ4_K IQ5_KS IQ5_K IQ6_K",
    )
)
"""Mixes in the order of size their makers give them (llama.cpp, unsloth, ik_llama.cpp): a step up is never a
step down in accuracy."""
_GROUPS = (
    ("llama-3", "llama-3"),
    ("qwen3.", "qwen3.5+"),
    ("qwen3", "qwen3"),
    ("qwen2", "qwen2.5"),
    ("qwen1", "qwen1"),
    ("glm-4", "glm-4"),
    ("glm-5", "glm-5"),
    ("gemma-4", "gemma-4"),
    ("gemma", "gemma"),
    ("deepseek-v", "deepseek-v"),
    ("phi-3", "phi-3"),
    ("granite", "granite"),
    ("kimi", "kimi"),
    ("mistral", "mistral"),
    ("ministral", "mistral"),
)


def family_group(family: str) -> str:
    """Families that share their training, as one group: leaving one out must leave out its sisters."""
    for prefix, name in _GROUPS:
        if family.startswith(prefix):
            return name
    return family


def model_facts(model: ModelProfile) -> ModelFacts:
    """The facts of *model*; sizes nobody stated count as SIZE_REFERENCE_B."""
    total = (model.n_params or SIZE_REFERENCE_B * 1e9) / 1e9
    active = (model.n_active_params or 0) / 1e9 or total
    return ModelFacts(
        model.known_as,
        family_group(model.family or ""),
        total,
        active,
        release_year(model.release),
        _stage(model.variant),
    )


def _stage(variant: Variant | None) -> str:
    """The edition in the words of the measurements, which call a model that thinks on request instruct."""
    return "instruct" if variant is None or variant in ("hybrid", "vision") else variant


def release_year(release: str | None) -> float:
    """An ISO date (or year-month) as a year with its fraction, the middle of a month, or of the year where it
    names none; UNKNOWN_YEAR where none is stated."""
    try:
        parts = (release or "").split("-")
        return int(parts[0]) + ((int(parts[1]) if len(parts) > 1 else 6) - 0.5) / 12.0
    except ValueError:
        return UNKNOWN_YEAR


def gguf_method(name: str, family: str) -> str:
    """The kind of ggml type a GGUF scheme is made of; unsloth's mixes over all kinds are one of their own."""
    if family.startswith("exl"):
        return family
    if name.startswith("UD-"):
        return "gguf-ud"
    bare = name.removeprefix("smol-").removeprefix("mix-")
    if bare.startswith("IQ") and bare[3:5] == "_K":
        return "gguf-kt" if bare[3:6] == "_KT" else "gguf-ik"
    fp4 = "nvfp4" if "NVFP4" in name else "mxfp4"
    return {"gguf-fp4": fp4, "gguf-ternary": "gguf-i"}.get(family, family)


SCALE_BITS = {"nvfp4": (0.5, 16), "mxfp4": (0.25, 32)}
"""Bits per weight that an FP4 block spends on its scale, and its weights: outside GGUF bits are counted
without them (8 bits per 16 and per 32 weights, https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h)."""


def effective_bits(bits_by_role: dict[str, float], by_role_bytes: dict[str, int]) -> float | None:
    """Bits at which equal rounding everywhere would do the same damage; None when nothing is known.

    Rounding noise falls by NOISE_PER_BIT per bit, and adds up over roles by number of weights and
    sensitivity: a few precious tensors at low bits cost more than their share of the file.
    """
    noise = count = 0.0
    for role, bits in bits_by_role.items():
        sensitivity = SENSITIVITY.get(role, 1.0)
        if sensitivity and bits:
            n = sensitivity * 8.0 * by_role_bytes.get(role, 0) / bits
            noise += n * 2.0 ** (-NOISE_PER_BIT * min(bits, 16.0))
            count += n
    return -math.log2(noise / count) / NOISE_PER_BIT if noise > 0 else None


LEAST_STEP = 0.02
"""Bits between two schemes of a ladder at the least: their spans keep an order whatever tensors weigh."""


def steps(reference: dict[str, float]) -> dict[str, tuple[float, float]]:
    """The span of effective bits of each scheme of a ladder: half way to its neighbours.

    *reference* holds the effective bits of every scheme on one model. Clamping to the spans keeps a ladder in
    order on every model, whatever tensors a recipe happens to favour there.
    """
    spans = {}
    for ladder in LADDERS:
        bits, last = [], 0.0
        for name in ladder:
            last = max(last + LEAST_STEP, reference[name])
            bits.append(last)
        ends = [0.0, *((low + high) / 2.0 for low, high in itertools.pairwise(bits)), 16.0]
        spans.update({name: (round(ends[i], 4), round(ends[i + 1], 4)) for i, name in enumerate(ladder)})
    return spans


def scheme_facts(
    scheme: SchemeProfile,
    weights: Weights,
    imatrix: bool | None,
    kv_type: str,
    spans: Mapping[str, Sequence[float]],
) -> SchemeFacts:
    """The facts of *scheme* on a model whose sizes are *weights*; *spans* are `steps`' result.

    *imatrix* None is what people do: K types and the old ones without, all others with.
    """
    kv = stored_bits(kv_type)
    if scheme.reference:
        return SchemeFacts("none", 16.0, kv_bits=kv)
    if scheme.is_gguf:
        bits = effective_bits(weights.bits_by_role, weights.by_role_bytes) or weights.bpw or scheme.bpw
        bits = clamped(scheme.name, float(bits or scheme.weight_bits), spans)
        method = gguf_method(scheme.name, scheme.family)
        calibrated = imatrix if imatrix is not None else method not in LLAMA_CPP
        return SchemeFacts(
            method,
            max(4.0, bits - SCALE_BITS[method][0]) if method in SCALE_BITS else bits,
            SCALE_BITS[method][1] if method in SCALE_BITS else 0,
            _activation(scheme),
            kv,
            calibrated,
            scheme.name.endswith("-pure"),
            recovery(scheme.name),
        )
    method, group = _method(scheme), scheme.group_size or 0
    bits = scheme.bpw if method in ("exl2", "exl3", "aqlm", "quip") and scheme.bpw else scheme.weight_bits
    if method in ("exl2", "exl3", "aqlm", "quip", "fp8"):
        group = 0
    calibrated = scheme.calibration != "none"
    won_back = recovery(scheme.name)
    return SchemeFacts(method, float(bits), group, _activation(scheme), kv, calibrated, recovered=won_back)


def recovery(name: str) -> str:
    """How the weights of a scheme or model called *name* were trained again: qat, lora or ''."""
    low = name.lower()
    for kind, words in RECOVERED.items():
        if any(word in low for word in words):
            return kind
    return ""


RECOVERED = {
    "qat": ("qat", "qad", "dwq", "aqlm-pv"),
    "lora": ("lora", "loftq", "eora"),
}
"""Words of a name that say the weights were trained with or after quantization: whole (QAT, distillation) or
through adapters (https://github.com/pytorch/ao/blob/main/docs/source/workflows/qat.md,
https://github.com/yxli2123/LoftQ)."""


def clamped(name: str, bits: float, spans: Mapping[str, Sequence[float]]) -> float:
    """*bits* inside the span of ladder scheme *name*; as they are elsewhere."""
    low, high = spans.get(name, (0.0, 16.0))
    return min(max(bits, low), high)


def _method(scheme: SchemeProfile) -> str:
    if scheme.family == "bnb":
        return "bnb8" if scheme.weight_bits >= 8 else "bnb4"
    if scheme.family == "int8" and scheme.act_bits >= 16:
        return "rtn"
    if scheme.family == "research":
        return research_method(scheme.name)
    return scheme.family


def research_method(name: str) -> str:
    """The rounding inside a research scheme, by its name; 'unserved' where no engine has the format.

    SmoothQuant and QuaRot round to nearest unless their name says GPTQ; what is not told apart here optimises
    its rounding on data and counts as one: 'papers'.
    """
    low = name.lower()
    if any(word in low for word in UNSERVED):
        return "unserved"
    for method in ("omniquant", "quip", "gptq", "awq"):
        if method in low:
            return method
    to_nearest = any(word in low for word in ("smoothquant", "quarot", "minmax", "-rtn"))
    return "rtn" if to_nearest else "gptq" if any(word in low for word in ROTATING) else "papers"


UNSERVED = ("pb-llm", "billm", "db-llm", "vptq", "quik", "lqer", "ov-nf4", "codebook")
"""Formats no engine of the catalogue runs and whose damage follows no curve of the others."""


def _activation(scheme: SchemeProfile) -> str:
    if scheme.act_bits >= 16:
        return ""
    if scheme.act_dtype in ("fp4", "fp8"):
        return scheme.act_dtype
    low = scheme.name.lower()
    kind = f"int{next(bits for bits in (4, 6, 8) if scheme.act_bits <= bits)}"
    if any(word in low for word in ROTATING):
        return kind + "-rotated"
    return kind + "-smooth" if "smooth" in low or scheme.family == "int8" else kind


ROTATING = ("quarot", "spinquant", "flatquant", "hadamard", "rotation", "atom")
"""Methods that spread outliers of the activations over all channels before rounding, or (Atom) keep them in
more bits."""
