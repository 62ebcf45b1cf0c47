"""The formula of local speed: which terms make up the time of one token, and what each depends on.

A token's time is a sum of physical terms (weight read, KV read, arithmetic, launches). Each term is its
physical size (bytes ÷ bandwidth, operations ÷ rate, number of layers) times exp(Σ coefficient × feature), so
every efficiency is fitted in logs and the whole stays monotone in bytes, bandwidth and depth. The fit
(`advisor.training.local_speed.fitted`) and the prediction call the same `terms`, so they cannot drift apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_TINY = 1e-12
LOCALSCORE_MIXES = (
    (1024, 16),
    (4096, 256),
    (2048, 256),
    (2048, 768),
    (1024, 1024),
    (1280, 3072),
    (384, 1152),
    (64, 1024),
    (16, 1536),
)  # prompt and answer tokens of the nine tests LocalScore averages, https://www.localscore.ai/about
NEUTRAL_YEAR = 2021
"""Release year at which the year features vanish: the middle of the measured devices."""


@dataclass(frozen=True, slots=True)
class Device:
    """One processor as the formula sees it."""

    key: str
    """Catalogue name; known devices carry an effect of their own under it."""
    kind: str
    """gpu, apple, apu, cpu."""
    vendor: str
    backend: str
    """cuda, rocm, vulkan, metal, sycl, opencl, cpu."""
    generation: str
    """Architecture of the GPU, microarchitecture of the CPU."""
    bandwidth_bytes_per_s: float
    matrix_flops: float = 0.0
    """Dense FP16 matrix rate; 0 = unknown."""
    vector_flops: float = 0.0
    """FP32 rate; 0 = unknown."""
    int8_ops: float = 0.0
    cores: float = 0.0
    """CPU cores in use (threads where fewer)."""
    isa: str = ""
    """CPU class: sse, avx, avx2, avx512, vnni, amx, neon, dotprod, i8mm, sve …"""
    year: float = NEUTRAL_YEAR
    mobile: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """What one device does for every token."""

    device: Device
    read_bytes: float
    """Weights read to decode one token."""
    held_bytes: float
    """All weights it holds: what a prompt's batch reads."""
    active_params: float
    layers: float
    kv_bytes: float
    """KV cache read to decode one token."""


@dataclass(frozen=True, slots=True)
class Case:
    """One prediction or one measured row."""

    shares: tuple[Share, ...]
    engine: str
    family: str
    """What the kernels see: F16, Q8_0, Q4_K, IQ3, MXFP4, MLX-4bit …"""
    active_share: float
    """Active ÷ all parameters; 1 for dense models."""
    attention_flops: float
    """Per prompt token at the mean depth, all layers."""
    prompt_tokens: float = 512.0
    batch: float = 512.0
    """Micro batch of the prompt."""
    flash_attn: bool | None = None
    n_devices: int = 1
    tensor_parallel: int = 1
    averaged: bool = False
    """LocalScore's mean over nine mixes."""
    kv_type: str = "f16"
    age_years: float = 0.0
    """How long before the newest measurements the engine was built; 0 predicts today's."""
    upload_s: float = 0.0
    """Seconds to copy weights that lie in main memory to the card, once per micro batch of a prompt."""
    hybrid: bool = False
    """Linear-attention or state-space layers: more, smaller kernels."""


Term = tuple[str, float, list[tuple[str, float]]]
"""Name, log of the physical size in seconds, features."""


def decode_terms(case: Case) -> list[Term]:
    """The terms of the time to decode one token, in seconds."""
    out: list[Term] = []
    common = _common(case)
    backend = case.shares[0].device.backend
    for share in case.shares:
        device, bandwidth = share.device, share.device.bandwidth_bytes_per_s
        place = _place(device)
        whole = [*common, (f"device:{device.key}", 1.0), (f"device:{device.key}|{device.backend}", 1.0)]
        split = case.tensor_parallel
        if share.read_bytes > 0:
            features = (
                whole + _scaled("read", place) + _scaled("read", _family(case, device)) + _age(case, "read")
            )
            features.append(("read:size", math.log(share.read_bytes / 4e9)))
            features.append((f"read:bandwidth:{device.kind}", math.log(bandwidth / 4e11)))
            out.append(("read", _log(share.read_bytes / split / bandwidth), features))
        if share.kv_bytes > 0:
            features = whole + _scaled("kv", _place(device, False))
            features += [("kv:flash", _flag(case.flash_attn)), (f"kv:type:{case.kv_type}", 1.0)]
            out.append(("kv", _log(share.kv_bytes / split / bandwidth), features))
        if share.layers > 0:
            features = whole + _scaled("launch", place) + _launch(case, device)
            out.append(("launch", _log(share.layers * _launch_s(device)), features))
        rate = _decode_rate(device)
        if rate > 0 and share.active_params > 0:
            features = whole + _scaled("compute", place) + _core(device, "compute")
            if device.kind == "cpu":
                features += _scaled("compute", _family(case, device))
            out.append(("compute", _log(2.0 * share.active_params / split / rate), features))
    features = [*common, ("host:", 1.0), (f"host:engine:{case.engine}", 1.0)]
    features.append((f"host:backend:{backend}", 1.0))
    if case.averaged:
        features.append(("host:averaged", 1.0))
    out.append(("host", _log(HOST_S), features))
    return out


OVERCLOCKED = 1.05
"""Memory runs at most this much above its peak; measured rows beyond it are left out of the fit."""


def least_decode_log_s(case: Case) -> float:
    """Log of the seconds no token takes less than: everything it reads at peak bandwidth."""
    seconds = sum(
        (share.read_bytes + share.kv_bytes) / share.device.bandwidth_bytes_per_s for share in case.shares
    )
    return _log(seconds / case.tensor_parallel / OVERCLOCKED)


def prefill_terms(case: Case) -> list[Term]:
    """The terms of the time to read one prompt token, in seconds."""
    out: list[Term] = []
    batch = max(1.0, min(case.prompt_tokens, case.batch))
    common = _common(case) + _pipeline(case, batch)
    for share in case.shares:
        device, bandwidth = share.device, share.device.bandwidth_bytes_per_s
        place = _place(device)
        whole = [*common, (f"device:{device.key}", 1.0), (f"device:{device.key}|{device.backend}", 1.0)]
        split = case.tensor_parallel
        rate = _prefill_rate(device)
        portion = share.layers / max(_TINY, sum(s.layers for s in case.shares))
        if rate > 0 and share.active_params > 0:
            features = whole + _scaled("matmul", place) + _scaled("matmul", _family(case, device))
            features += _core(device, "matmul") + _rates(device) + _age(case, "matmul")
            features.append(("matmul:params", math.log(share.active_params / 4e9)))
            out.append(("matmul", _log(2.0 * share.active_params / split / rate), features))
            features = whole + _scaled("attention", place) + _age(case, "attention")
            features.append((f"attention:flash|{device.backend}", _flag(case.flash_attn)))
            out.append(("attention", _log(case.attention_flops * portion / split / rate), features))
        if share.held_bytes > 0:
            # A micro batch of many tokens touches nearly every expert.
            touched = 1.0 - (1.0 - case.active_share) ** batch if case.active_share < 1 else 1.0
            read = share.read_bytes + (share.held_bytes - share.read_bytes) * touched
            features = whole + _scaled("load", _place(device, False))
            out.append(("load", _log(read / split / bandwidth / batch), features))
        if share.layers > 0:
            features = whole + _scaled("launch", place) + _launch(case, device)
            out.append(("launch", _log(share.layers * _launch_s(device) / batch), features))
    if case.upload_s > 0:
        out.append(("upload", _log(case.upload_s / batch), []))
    return out


def log_time(terms: list[Term], coefficients: dict[str, float]) -> tuple[float, list[float]]:
    """Log of the total seconds and the share of each term in it. An empty list of terms raises ValueError."""
    get = coefficients.get
    logs = [size + sum(get(name, 0.0) * value for name, value in features) for _, size, features in terms]
    top = max(logs)
    parts = [math.exp(value - top) for value in logs]
    total = sum(parts)
    return top + math.log(total), [part / total for part in parts]


def _common(case: Case) -> list[tuple[str, float]]:
    """Features of every term: engine, sparsity, several devices, what the benchmark averages."""
    backend = case.shares[0].device.backend
    features = [(f"engine:{case.engine}", 1.0), (f"engine:{case.engine}|{backend}", 1.0)]
    if case.averaged:
        features += [("averaged", 1.0), (f"averaged|{backend}", 1.0)]
    if case.n_devices > 1:
        features.append(("devices", math.log2(case.n_devices)))
        features.append((f"devices|{case.engine}", math.log2(case.n_devices)))
    if case.active_share < 1:
        sparsity = -math.log2(case.active_share)
        features += [("moe", 1.0), (f"moe|{backend}", 1.0), ("moe:sparsity", sparsity)]
    if case.hybrid:
        features += [("hybrid", 1.0), (f"hybrid|{backend}", 1.0)]
    if case.flash_attn is not None:
        features.append((f"flash|{backend}", 1.0 if case.flash_attn else -1.0))
    return features


def _pipeline(case: Case, batch: float) -> list[tuple[str, float]]:
    """Devices in a row work on successive micro batches of one prompt at once: m batches on n devices take
    m + n - 1 steps instead of m · n."""
    if case.n_devices < 2 or case.tensor_parallel > 1:
        return []
    batches = max(1.0, case.prompt_tokens / batch)
    saved = math.log(case.n_devices * batches / (batches + case.n_devices - 1))
    return [("pipeline", -saved), (f"pipeline|{case.engine}", -saved)]


def _place(device: Device, generations: bool = True) -> list[str]:
    """From the general to the particular: each level is shrunk towards the one before it."""
    names = ["", f"kind:{device.kind}", f"backend:{device.backend}", f"{device.kind}|{device.vendor}"]
    if generations:
        names += [f"generation:{device.generation}", f"generation:{device.generation}|{device.backend}"]
    return names + (["mobile"] if device.mobile else [])


def _family(case: Case, device: Device) -> list[str]:
    """The scheme's kernels: everywhere, on this backend, on this generation."""
    base = case.family.removesuffix("-R4")
    name = f"family:{base}"
    names = [name, f"{name}|{device.backend}", f"{name}|{device.generation}|{device.backend}"]
    if device.kind == "cpu":
        names.append(f"{name}|{device.isa}")
        if case.engine == "ik_llama.cpp":
            names += ["ik", f"{name}|ik"]
            if case.family != base:
                names += ["repacked", f"{name}|repacked"]
    return names


def _scaled(term: str, names: list[str]) -> list[tuple[str, float]]:
    return [(f"{term}:{name}", 1.0) for name in names]


def _launch(case: Case, device: Device) -> list[tuple[str, float]]:
    features = [("launch:year", (device.year - NEUTRAL_YEAR) / 5.0)]
    if case.active_share < 1:
        features += [("launch:moe", 1.0), (f"launch:moe|{device.backend}", 1.0)]
    if case.hybrid:
        features.append(("launch:hybrid", 1.0))
    if case.averaged:
        features.append(("launch:averaged", 1.0))
    return features


def _age(case: Case, term: str) -> list[tuple[str, float]]:
    """Engines get faster, most of all the young backends."""
    backend = case.shares[0].device.backend
    return (
        [(f"{term}:age", case.age_years), (f"{term}:age|{backend}", case.age_years)] if case.age_years else []
    )


def _core(device: Device, term: str) -> list[tuple[str, float]]:
    """How fast a CPU core is: instruction set and year."""
    if device.kind != "cpu":
        return [(f"{term}:year", (device.year - NEUTRAL_YEAR) / 5.0)]
    return [
        (f"{term}:isa:{device.isa}", 1.0),
        (f"{term}:core-year", (device.year - NEUTRAL_YEAR) / 5.0),
        (f"{term}:cores", math.log(max(1.0, device.cores) / 8.0)),
    ]


def _rates(device: Device) -> list[tuple[str, float]]:
    """Where vector and matrix rates disagree, kernels use a mixture of them."""
    if device.kind == "cpu" or not device.vector_flops:
        return []
    ratio = math.log(max(device.matrix_flops, device.vector_flops) / device.vector_flops)
    return [("matmul:matrix-ratio", ratio)]


CPU_CORE_FLOPS = 3e10
"""Unit of a CPU core's arithmetic, so that its fitted coefficient is near zero; not a measured rate."""
HOST_S = 2e-4
"""Unit of the engine's own work per token (sampling, detokenizing, streaming); not a measured time."""
LAUNCH_S = {"cpu": 5e-6, "gpu": 2e-5}
"""Unit of a layer's launch overhead, so that its fitted coefficient is near zero; not a measured time."""


def _launch_s(device: Device) -> float:
    return LAUNCH_S["cpu" if device.kind == "cpu" else "gpu"]


def _decode_rate(device: Device) -> float:
    if device.kind == "cpu":
        return CPU_CORE_FLOPS * max(1.0, device.cores)
    return device.vector_flops


def _prefill_rate(device: Device) -> float:
    if device.kind == "cpu":
        return CPU_CORE_FLOPS * max(1.0, device.cores)
    return max(device.matrix_flops, device.vector_flops)


def _flag(value: bool | None) -> float:
    return 0.0 if value is None else 1.0 if value else -1.0


def _log(value: float) -> float:
    return math.log(max(value, _TINY))
