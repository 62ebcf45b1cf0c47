"""What the accuracy model looks at: named features of a scheme and a model, one function for fit and answer.

The latent damage of (model, scheme) is the logarithm of three noises added up — weights, activations and
KV cache — plus what the model itself contributes. Each part is a sum of coefficient × feature. Features
whose coefficient must not change sign are named in `SIGNED`: that is what makes the prediction monotone.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

UNKNOWN_YEAR = 2025.0
"""Release of a model that states none, in the fit and in answers: the middle of the
catalogue."""
KNOTS = (1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.5, 6.6, 8.5)
"""Bits at which the damage curve may bend; its reference point is 4 bits."""
REFERENCE_BITS = 4.0
"""Where the terms of the curve are none: the level that most people choose."""
CURVES = {
    "gguf-k": "gguf",
    "gguf-legacy": "gguf",
    "gguf-ud": "gguf",
    "gguf-i": "codebook",
    "gguf-ik": "codebook",
    "gguf-kt": "codebook",
    "exl2": "codebook",
    "exl3": "codebook",
    "aqlm": "codebook",
    "quip": "codebook",
}
"""Methods that share the shape of the damage curve; all others are rounding to a grid ('grid')."""
LLAMA_CPP = ("gguf-k", "gguf-legacy")
"""Methods that form one ladder, on one curve without bends of their own."""
PLAIN = ("rtn", "bnb4")
"""Methods that round to the nearest point of a grid and look at no data."""
ROW_WEIGHTS, SMALLEST_GROUP = 4096, 32.0
"""Weights that share a scale where a whole row does, as long as in a model of 8B; and the smallest group of
any method, where the term of the group is none."""
SIZE_REFERENCE_B = 8.0
"""Billions of parameters at which the terms of size are none: the usual small model."""
SIZES = (-2.0, 2.2)
"""Decades from there that the measured models span (80 M to a trillion); no term goes on beyond them."""
YEAR_REFERENCE = 2024.0
"""Where the terms of age are none: about the middle of the measured models' releases."""
AGES = (-1.0, 2.5)
"""Years from there, likewise (2023 to the middle of 2026)."""
KV_KNOTS = (2.0, 3.0, 4.5, 8.5)
"""Bits at which the cache's damage may bend: about those of its types, their scales included."""
LOW_BITS, PLAIN_LOW_BITS, GROUP_LOW_BITS = 4.0, 4.5, 5.0
"""Bits below which size and year matter more, do so for plain rounding, and coarse groups cost more: each is
where the published scores begin to part (judgements)."""
LEAST_SPARSITY = 0.5
"""Log2 of all parameters over those used, below which a model is as good as dense."""
SHARED_FROM, APART_BELOW = 6.6, 4.5
"""Bits from which the old block formats (Q8_0) count as K types, and below which they are all their own: in
between its disadvantage fades, so that llama.cpp's one ladder from Q2_K to Q8_0 never turns."""


class SchemeFacts(NamedTuple):
    """What of a scheme matters to accuracy."""

    method: str
    bits: float
    """Effective bits per weight of the repeating layers for GGUF, nominal bits elsewhere."""
    group: int = 0
    """Weights per scale; -1 per channel, 0 where the question does not arise."""
    act: str = ""
    """'' (16 bits), fp8, fp4, or int8, int6, int4 with -smooth or -rotated for outliers moved or spread."""
    kv_bits: float = 16.0
    calibrated: bool = True
    """Importance matrix for GGUF; calibration data elsewhere."""
    pure: bool = False
    recovered: str = ""
    """How accuracy was won back: '' (not at all), qat (trained with quantization), lora (adapters trained
    after it), tuned (rounding optimised beyond the format's own tool)."""


class ModelFacts(NamedTuple):
    """What of a model matters to accuracy."""

    name: str
    family: str
    params_b: float
    active_b: float
    year: float
    variant: str


def curve(method: str) -> str:
    """The shape of the damage curve *method* shares."""
    return CURVES.get(method, "grid")


def segments(bits: float) -> list[tuple[int, float]]:
    """Signed length of *bits*' way from 4 bits inside each segment: (index, bits lost there)."""
    found = []
    for index in range(len(KNOTS) - 1):
        low, high = KNOTS[index], KNOTS[index + 1]
        inside = min(max(bits, low), high)
        lost = (high - inside) if high <= REFERENCE_BITS else (low - inside)
        if lost:
            found.append((index, lost))
    return found


def weight_features(scheme: SchemeFacts) -> dict[str, float]:
    """Features of the weights' noise."""
    method, shape = scheme.method, curve(scheme.method)
    found = {"w": 1.0, f"w:{method}": _apart(scheme)}
    for index, lost in segments(scheme.bits):
        found[f"seg:{shape}:{index}"] = lost
        if method not in LLAMA_CPP:
            found[f"seg:{method}:{index}"] = lost
    low = max(0.0, GROUP_LOW_BITS - scheme.bits)
    if scheme.group:
        coarse = math.log2((ROW_WEIGHTS if scheme.group < 0 else scheme.group) / SMALLEST_GROUP)
        found["group"] = coarse
        found[f"group:{method}"] = coarse
        if low:
            found["group:low"] = coarse * low
    if not scheme.calibrated and method.startswith("gguf"):
        found["uncalibrated"] = 1.0
        if low:
            found["uncalibrated:low"] = low
    if scheme.pure:
        found["pure"] = 1.0
    if scheme.recovered:
        found[f"recovered:{scheme.recovered}"] = 1.0
    return found


def _apart(scheme: SchemeFacts) -> float:
    """How much of a method's own offset counts: all of it, but for llama.cpp's old types at many bits."""
    if scheme.method != "gguf-legacy":
        return 1.0
    return min(max((SHARED_FROM - scheme.bits) / (SHARED_FROM - APART_BELOW), 0.0), 1.0)


def activation_features(scheme: SchemeFacts) -> dict[str, float]:
    """Features of the activations' noise; empty at 16 bits."""
    return {"a": 1.0} | _rounded("a:", scheme.act) if scheme.act else {}


def _rounded(prefix: str, act: str) -> dict[str, float]:
    """Terms of rounded activations: each step of integers down adds to the one before, help takes off."""
    kind, _, helped = act.partition("-")
    if not kind.startswith("int"):
        return {prefix + kind: 1.0}
    found = {prefix + "int": 1.0}
    if kind in ("int6", "int4"):
        found[prefix + "below-int8"] = 1.0
    if kind == "int4":
        found[prefix + "below-int6"] = 1.0
    if helped:
        found[prefix + helped] = 1.0
        if kind != "int8":
            found[f"{prefix}{helped}:low"] = 1.0
    return found


def kv_features(scheme: SchemeFacts, family: str = "", category: str = "") -> dict[str, float]:
    """Features of the KV cache's noise; empty at 16 bits.

    Families differ in the outliers of their keys. A task (*category*) reads more of the cache than
    perplexity's short windows do: its noise counts more.
    """
    if scheme.kv_bits >= 16:
        return {}
    found = {"kv": 1.0, f"kv:fam:{family}": 1.0}
    if category:
        found |= {"kvt": 1.0, f"kvt:{category}": 1.0}
    for index in range(len(KV_KNOTS) - 1):
        low, high = KV_KNOTS[index], KV_KNOTS[index + 1]
        lost = high - min(max(scheme.kv_bits, low), high)
        if lost:
            found[f"kv:{index}"] = lost
    return found


def model_features(model: ModelFacts, scheme: SchemeFacts) -> dict[str, float]:
    """Features of the model, common to all three noises.

    Few bits cost small and heavily trained models more, and most where nothing but rounding is done
    (`plain:`): Llama 3 in 3 bits loses 40 % so, Llama 2 4 %. Base, instruct and reasoning editions (`v:`) are
    not damaged alike.
    """
    size, age = _size(model), min(max(model.year - YEAR_REFERENCE, AGES[0]), AGES[1])
    low = max(0.0, LOW_BITS - scheme.bits)
    found = {
        "size": size,
        "year": age,
        f"v:{model.variant}": 1.0,
        f"fam:{model.family}": 1.0,
        f"model:{model.name}": 1.0,
    }
    if low:
        found["small:low"] = max(0.0, -size) * low
        found["year:low"] = max(0.0, age + 1.0) * low
    low = max(0.0, PLAIN_LOW_BITS - scheme.bits)
    if low and scheme.method in PLAIN:
        found["plain:small"] = max(0.0, 1.0 - size) * low
        found["plain:year"] = min(age + 1.0, AGES[1]) * low
    sparsity = math.log2(max(1.0, model.params_b / max(model.active_b, 1e-3)))
    if sparsity > LEAST_SPARSITY:
        found["moe"] = 1.0
        found["moe:sparsity"] = sparsity
    return found


def _size(model: ModelFacts) -> float:
    """Decades from SIZE_REFERENCE_B, within SIZES."""
    return min(max(math.log10(model.params_b / SIZE_REFERENCE_B), SIZES[0]), SIZES[1])


def task_features(model: ModelFacts, category: str, scheme: SchemeFacts) -> dict[str, float]:
    """Features of a task's sensitivity to damage.

    Damage of another kind (rounded activations, another method) may cost a task more or less than its
    perplexity says: the terms named after the scheme, pooled towards none.
    """
    size = _size(model)
    found = {
        "t": 1.0,
        f"t:{category}": 1.0,
        f"t:{model.variant}": 1.0,
        f"t:{category}:{model.variant}": 1.0,
        "t:size": size,
        f"t:fam:{model.family}": 1.0,
        f"t:model:{model.name}": 1.0,
    }
    if scheme.method != "none":
        # One term for all of GGUF: its methods stand in one order.
        found[f"t:by:{'gguf' if scheme.method.startswith('gguf') else scheme.method}"] = 1.0
    return found | activation_lift(scheme)


def activation_lift(scheme: SchemeFacts) -> dict[str, float]:
    """What rounded activations cost a task beyond what their damage to perplexity says."""
    return _rounded("t:act:", scheme.act) if scheme.act else {}


SIGNED = {  # with more damage no ladder turns: the fit bounds these coefficients at 0
    "seg:": 1,
    "group": 1,
    "uncalibrated": 1,
    "w:gguf-legacy": 1,
    "recovered:": -1,
    "kv:fam:": 0,
    "kv:": 1,
    "a:below-": 1,
    "a:smooth": -1,
    "a:rotated": -1,
    "t:act:below-": 1,
    "t:act:int": 1,
    "t:act:fp8": 1,
    "t:act:fp4": 1,
    "t:act:smooth": -1,
    "t:act:rotated": -1,
    "size": -1,
    "small:low": 1,
    "year:low": 1,
    "plain:": 1,
    "t:size": -1,
}
"""Prefix of a feature -> the sign its coefficient keeps."""


def sign(name: str) -> int:
    """+1, -1 or 0 (free) for the coefficient of feature *name*."""
    for prefix, value in SIGNED.items():
        if (
            name == prefix
            or (name.startswith(prefix) and prefix.endswith((":", "-")))
            or name.startswith(prefix + ":")
        ):
            return value
    return 0


def dot(coefficients: Mapping[str, float], features: Mapping[str, float]) -> float:
    """Sum of coefficient × value; a feature never seen counts nothing."""
    total = 0.0
    for name, value in features.items():
        found = coefficients.get(name)
        if found is not None:
            total += found * value
    return total


def log_add(parts: list[float]) -> float:
    """log of the sum of exponentials: noises add."""
    top = max(parts)
    return top + math.log(sum(math.exp(part - top) for part in parts))
