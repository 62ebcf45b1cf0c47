"""From documents to the numbers a step needs: kernel family, arithmetic rate, bytes and parameters by
part."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from math import inf

from advisor.documents.hardware import Gpu
from advisor.documents.model import ModelProfile
from advisor.documents.scheme import SchemeProfile
from advisor.engines import facts, usual_server
from advisor.errors import NotMeasuredError
from advisor.prediction.serving_speed.step import Work
from advisor.sizing.weights import Weights

_SIXTEEN_BITS = 15.5
"""A role stored with at least this many bits per weight is multiplied in 16-bit arithmetic."""
_SLOW_FAMILIES = {"bnb", "hqq", "aqlm", "quip", "exl2", "exl3", "mlx"}
"""Weight-only kernels outside Marlin and Machete; GGUF in a serving engine is one of them too."""
_PCIE_CARDS = frozenset(
    [
        "pcie",
        "nvl",
        "l4",
        "l40",
        "l40s",
        "l40g",
        "a2",
        "a10",
        "a10g",
        "a10m",
        "a16",
        "a30",
        "a30x",
        "a40",
        "t4",
        "t4g",
        "p4",
        "p40",
        "t10",
        "rtx",
        "quadro",
    ]
)
"""Words in the name of a datacenter card that is joined by PCIe."""
_LARGE_BYTES = 70 << 30
"""From this memory on vLLM keeps more requests in flight, unless the card is an A100 (`get_batch_defaults` in
vllm/engine/arg_utils.py)."""


def serving_engine(engine: str) -> str:
    """Whose serving measurements stand for *engine*: the usual server's for one that nobody measured."""
    found = facts(engine)
    return found.measured if found.serves else usual_server()


def engine_key(engine: str, version: str = "") -> str:
    """The engine generation whose coefficients apply: the current one unless *version* says otherwise.

    An engine nobody measured is taken as the usual server.
    """
    engine = serving_engine(engine)
    rewritten = facts(engine).rewritten_in
    return f"{engine}-v0" if version and rewritten and _parts_of(version) < _parts_of(rewritten) else engine


def _parts_of(version: str) -> tuple[float, ...]:
    """The leading numbers of a version: 0.12.1.dev3 is (0, 12, 1). What is no version is the newest."""
    found = re.match(r"v?(\d+(?:\.\d+)*)", version)
    return tuple(map(int, found[1].split("."))) if found else (inf,)


def slots(engine: str, version: str, gpu: Gpu) -> int:
    """Sequences the engine keeps in flight unless told otherwise."""
    known = facts(engine)
    large = (gpu.memory_total_bytes or 0) >= _LARGE_BYTES and "A100" not in (gpu.catalog_name or gpu.name)
    if large and known.slots_on_large and engine_key(engine, version) == known.name:
        return known.slots_on_large
    return known.slots


def arch_group(gpu: Gpu) -> str:
    """Architecture group with efficiencies of its own, e.g. 'ampere-dc' (A100) beside 'ampere' (RTX A6000).

    Chips that share their memory with the processor are apart: slower launches, and tensor rates their
    vendors state only for sparse four-bit arithmetic.
    """
    if gpu.vendor.upper() != "NVIDIA":
        return gpu.vendor.lower()
    capability = gpu.compute_capability or ""
    major = capability.split(".")[0]
    if gpu.unified_memory:
        return "blackwell-unified" if major in ("10", "11", "12") else "jetson"
    if major == "8":
        return {"8.0": "ampere-dc", "8.9": "ada"}.get(capability, "ampere")
    return {
        "7": "turing" if capability == "7.5" else "volta",
        "9": "hopper",
        "10": "blackwell-dc",
        "12": "blackwell",
    }.get(major, "nvidia")


def link_of(gpu: Gpu) -> str:
    """'nvlink' for datacenter modules joined by it or its like, else 'pcie'."""
    words = set(f"{gpu.catalog_name or ''} {gpu.name}".lower().replace("-", " ").split())
    return "nvlink" if gpu.form == "datacenter" and not words & _PCIE_CARDS else "pcie"


def half_rate(gpu: Gpu) -> float:
    """16-bit operations per second; a card without them multiplies in 32 bits. NotMeasuredError when
    unknown."""
    rate = gpu.fp16_flops or gpu.fp32_flops
    if not rate:
        raise NotMeasuredError(f"the arithmetic rate of {gpu.name} is unknown; give a GPU of the catalogue")
    return rate


def kernel(scheme: SchemeProfile, gpu: Gpu, engine: str = "vllm") -> tuple[str, float]:
    """Kernel family and arithmetic rate (operations per second) of *scheme* on *gpu*.

    transformers unpacks quantized weights in kernels of its own, none of them as fast as a serving engine's.

    Arithmetic the device lacks falls back to weight-only kernels at the 16-bit rate: FP8 before compute
    capability 8.9 and FP4 before 10.0 (vLLM's Marlin kernels,
    https://docs.vllm.ai/en/latest/features/quantization/). Raises NotMeasuredError when the device's
    16-bit rate is unknown.
    """
    half = half_rate(gpu)
    # vLLM serves FP8 and FP4 on chips with unified memory through weight-only kernels (`--linear-backend
    # marlin` in https://github.com/djangodevreng/dgx-spark-benchmarks).
    bits, act = scheme.weight_bits, None if gpu.unified_memory else scheme.act_dtype
    if scheme.reference or scheme.family == "none" or bits >= 16:
        return "bf16", half
    if scheme.family in _SLOW_FAMILIES or scheme.is_gguf or bits < 4:
        return "slow", half
    if facts(engine).own_kernels:
        return "unfused", half
    if scheme.family == "mxfp4":
        # Experts in MXFP4 meet FP8 activations on Blackwell and 16-bit ones elsewhere, whatever the
        # checkpoint says (https://docs.vllm.ai/projects/recipes/en/latest/OpenAI/GPT-OSS.html).
        fp8 = gpu.fp8_flops if gpu.fp4_flops and not gpu.unified_memory else None
        return "mxfp4", fp8 or half
    if act == "int8" and gpu.int8_ops and gpu.int8_ops > half:
        return ("w8a8-int" if bits >= 8 else "w4a8"), gpu.int8_ops
    if act == "fp8" and gpu.fp8_flops:
        return ("w8a8-fp" if bits >= 8 else "w4a8"), gpu.fp8_flops
    if act == "fp4" and gpu.fp4_flops:
        return "nvfp4", gpu.fp4_flops
    return ("w8a16" if bits >= 8 else "w4a16"), half


@cache
def layers_guess(n_params: int) -> tuple[int, int]:
    """(layers, hidden size) of a dense model nobody gave shapes of.

    Interpolated in log(parameters) between Llama's sizes: 1.2 B 16 x 2048, 3.2 B 28 x 3072, 8 B 32 x 4096,
    70 B 80 x 8192, 405 B 126 x 16384 (https://arxiv.org/abs/2407.21783).
    """
    from math import exp, log

    known = (
        (1.24e9, 16, 2048),
        (3.21e9, 28, 3072),
        (8.03e9, 32, 4096),
        (70.6e9, 80, 8192),
        (405.9e9, 126, 16384),
    )
    x = min(max(n_params, known[0][0]), known[-1][0])
    for (low, layers, hidden), (high, more, wider) in pairwise(known):
        if x <= high:
            t = log(x / low) / log(high / low)
            return round(exp(log(layers) * (1 - t) + log(more) * t)), round(
                exp(log(hidden) * (1 - t) + log(wider) * t)
            )
    return known[-1][1], known[-1][2]


def work(
    model: ModelProfile, weights: Weights, scheme: SchemeProfile, gpu: Gpu, devices: int, engine: str = "vllm"
) -> tuple[Work, str, str]:
    """(the work of one step, kernel family of the body, kernel family of the experts).

    A role kept at 16 bits (attention of gpt-oss, say) is multiplied at the 16-bit rate. Raises
    NotMeasuredError when the device's bandwidth or 16-bit rate is unknown.
    """
    if not gpu.bandwidth_bytes_per_s:
        raise NotMeasuredError(f"the memory bandwidth of {gpu.name} is unknown; give a GPU of the catalogue")
    family, rate = kernel(scheme, gpu, engine)
    half = half_rate(gpu)
    parts = _parts(model, weights)
    body_family, body_rate = (
        (family, rate) if parts["body"][1] and _bits(parts["body"]) < _SIXTEEN_BITS else ("bf16", half)
    )
    expert_family, expert_rate = (family, rate) if _bits(parts["expert"]) < _SIXTEEN_BITS else ("bf16", half)
    layers, hidden = model.n_layers, model.hidden_size
    if not layers or not hidden:
        layers, hidden = layers_guess(model.n_params or weights.n_params)
    share = (model.n_experts_used or 1) / model.n_experts if model.is_moe and model.n_experts else 0.0
    width = (model.n_heads or 0) * (model.head_dim or 0) or hidden
    return (
        Work(
            n_layers=layers,
            hidden=hidden,
            body_bytes=parts["body"][0],
            body_params=parts["body"][1],
            expert_bytes=parts["expert"][0],
            expert_params=parts["expert"][1],
            expert_share=share,
            head_bytes=parts["head"][0],
            head_params=parts["head"][1],
            attention_width=width,
            bandwidth=gpu.bandwidth_bytes_per_s,
            body_rate=body_rate,
            expert_rate=expert_rate,
            half_rate=half,
            n=devices,
            cache_split=1 if is_mla(model) else min(devices, model.n_kv_heads or devices),
        ),
        body_family,
        expert_family,
    )


def is_mla(model: ModelProfile) -> bool:
    """Whether the cache holds one latent per token (multi-head latent attention)."""
    return model.attention == "mla" or bool(model.mla_kv_lora_rank)


def _bits(part: tuple[float, float]) -> float:
    return part[0] * 8 / part[1] if part[1] else 0.0


def _parts(model: ModelProfile, weights: Weights) -> dict[str, tuple[float, float]]:
    """(bytes, parameters) of body, experts and output matrix."""
    parts = {"body": [0.0, 0.0], "expert": [0.0, 0.0], "head": [0.0, 0.0]}
    for role, size in weights.by_role_bytes.items():
        if role == "token_embd":
            continue
        part = "head" if role == "output" else "expert" if role.startswith("expert_") else "body"
        parts[part][0] += size
        parts[part][1] += size * 8 / weights.bits_by_role.get(role, weights.bpw)
    if not parts["head"][0] and weights.by_role_bytes.get("token_embd"):
        # Tied: the embedding is the output matrix too; tables of a layer's own are looked up, never read.
        size = weights.by_role_bytes["token_embd"]
        params = size * 8 / weights.bits_by_role.get("token_embd", weights.bpw)
        used = min(1.0, (model.vocab_size or params) * (model.hidden_size or 1) / params)
        parts["head"] = [size * used, params * used]
    if not parts["body"][0] and not parts["expert"][0]:
        parts["body"] = [weights.total_bytes.value, float(weights.n_params)]
    if model.is_moe and not parts["expert"][0]:
        parts["body"], parts["expert"] = _without_shapes(model, parts["body"])
    return {name: (a, b) for name, (a, b) in parts.items()}


def _without_shapes(model: ModelProfile, body: list[float]) -> tuple[list[float], list[float]]:
    """(body, experts) of a mixture whose layers are not known, from its parameters and active parameters.

    Active = body + experts x share, and all = body + experts. Without a number of experts, what one token
    uses is the body, and nothing else is read.
    """
    active = (model.n_active_params or 0.0) / (model.n_params or 1.0)
    if not 0.0 < active < 1.0:
        return body, [0.0, 0.0]
    share = (model.n_experts_used or 0) / (model.n_experts or 1)
    experts = min(1.0, (1.0 - active) / (1.0 - share)) if 0.0 < share < 1.0 else 0.0
    kept = 1.0 - experts if experts else active
    return [kept * x for x in body], [experts * x for x in body]
