"""What the efficiency of each term of local speed depends on: features, the general before the particular."""

from __future__ import annotations

import math

from advisor.prediction.local_speed.work import NEUTRAL_YEAR, Device, Work
from advisor.sizing.context_params import UBATCH_TOKENS

Features = list[tuple[str, float]]
"""Names of coefficients with what each is multiplied by."""
USUAL_BYTES, USUAL_PARAMS, USUAL_BYTES_PER_S, USUAL_CORES = 4e9, 4e9, 4e11, 8.0
"""Where features of size are nothing: weights read for a token (an 8B model at 4 bits), parameters used for
one, a card's bandwidth, a processor's cores. Any number of the usual size does: the fitted general
coefficient takes up the rest."""
CORE_BYTES_PER_S = 6e9
"""Bandwidth for each core above which cores, and no longer the memory, may bound a processor's reading: two
channels of DDR4-3200 over eight cores (a judgement; the coefficient beyond it is fitted)."""
YEARS = 5.0
"""Unit of a device's age, so that its coefficient is what a generation or two gain; not a measured number."""
BALANCED_BYTES = 0.01
"""Unit of the bytes per operation of a card's memory, so that its logs are near zero; not a measured
number."""


def of_run(work: Work) -> Features:
    """Features of every term: engine, sparsity, several devices, what the benchmark averages."""
    backend = work.shares[0].device.backend
    features = [(f"engine:{work.engine}", 1.0), (f"engine:{work.engine}|{backend}", 1.0)]
    if work.averaged:
        features += [("averaged", 1.0), (f"averaged|{backend}", 1.0)]
    if work.n_devices > 1:
        features.append(("devices", math.log2(work.n_devices)))
        features.append((f"devices|{work.engine}", math.log2(work.n_devices)))
    if work.active_share < 1:
        sparsity = -math.log2(work.active_share)
        features += [("moe", 1.0), (f"moe|{backend}", 1.0), ("moe:sparsity", sparsity)]
    if work.hybrid:
        features += [("hybrid", 1.0), (f"hybrid|{backend}", 1.0)]
    if work.flash_attn is not None:
        features.append((f"flash|{backend}", flag(work.flash_attn)))
    return features


def own_effect(device: Device) -> Features:
    """The device's own effect, everywhere and on this backend."""
    return [(f"device:{device.key}", 1.0), (f"device:{device.key}|{device.backend}", 1.0)]


def cache(work: Work, device: Device) -> Features:
    """How the KV cache is read."""
    features = scaled("kv", places(device, False))
    features += [("kv:flash", flag(work.flash_attn)), (f"kv:type:{work.kv_type}", 1.0)]
    return features + ([(f"kv:latent|{device.kind}", 1.0)] if work.latent else [])


def memory(device: Device) -> Features:
    """How well the memory is used: of a processor also by its cores, sockets and settings."""
    bandwidth = device.bandwidth_bytes_per_s
    features = [(f"read:bandwidth:{device.kind}", math.log(bandwidth / USUAL_BYTES_PER_S))]
    if device.kind != "cpu":
        return features
    per_core = bandwidth / max(1.0, device.cores) / CORE_BYTES_PER_S
    features += [("memory:per-core", math.log(max(1.0, per_core)))]
    features += [(f"memory:power:{device.power}", 1.0)] if device.power else []
    features += [("memory:stated", 1.0)] if device.ram_stated else []
    features += [("memory:sockets", math.log(device.sockets))] if device.sockets > 1 else []
    features += [("memory:interleaved", 1.0)] if device.interleaved else []
    return features


def experts(term: str, work: Work, device: Device) -> Features:
    """Kernels of mixtures of experts, by backend and generation."""
    if work.active_share >= 1:
        return []
    names = [f"{term}:moe|{device.backend}", f"{term}:moe|{device.generation}|{device.backend}"]
    return _each([*names, f"{term}:moe|{work.engine}"], 1.0)


def batch_fill(batch: float, device: Device) -> Features:
    """Small micro batches leave arithmetic units idle, long ones fill them: beside llama.cpp's default."""
    log = math.log(batch / UBATCH_TOKENS)
    return [(f"matmul:small|{device.kind}", max(0.0, -log)), (f"matmul:large|{device.kind}", max(0.0, log))]


def places(device: Device, generations: bool = True) -> list[str]:
    """From the general to the particular: each level is shrunk towards the one before it."""
    names = ["", f"kind:{device.kind}", f"backend:{device.backend}", f"{device.kind}|{device.vendor}"]
    if generations:
        names += [f"generation:{device.generation}", f"generation:{device.generation}|{device.backend}"]
    return names + (["mobile"] if device.mobile else [])


def family(work: Work, device: Device) -> list[str]:
    """The scheme's kernels: everywhere, on this backend, on this generation."""
    base = work.family.removesuffix("-R4")
    name = f"family:{base}"
    names = [name, f"{name}|{device.backend}", f"{name}|{device.generation}|{device.backend}"]
    if device.kind == "cpu":
        names.append(f"{name}|{device.isa}")
        if work.engine == "ik_llama.cpp":
            names += ["ik", f"{name}|ik"]
            if work.family != base:
                names += ["repacked", f"{name}|repacked"]
    return names


def scaled(term: str, names: list[str]) -> Features:
    """Each of *names* as a factor of *term*."""
    return _each([f"{term}:{name}" for name in names], 1.0)


def launch(work: Work, device: Device) -> Features:
    """How long a layer's kernels take to start: by year, and more of them in mixtures and hybrids."""
    features = [("launch:year", _years(device))]
    if work.active_share < 1:
        features += [("launch:moe", 1.0), (f"launch:moe|{device.backend}", 1.0)]
    if work.hybrid:
        features.append(("launch:hybrid", 1.0))
    if work.averaged:
        features.append(("launch:averaged", 1.0))
    return features


def age(work: Work, term: str) -> Features:
    """Engines get faster, most of all the young backends."""
    backend = work.shares[0].device.backend
    return (
        [(f"{term}:age", work.age_years), (f"{term}:age|{backend}", work.age_years)] if work.age_years else []
    )


def core(device: Device, term: str) -> Features:
    """How fast arithmetic is: by year; on a CPU also by instruction set, cores, and the power they share."""
    if device.kind != "cpu":
        return [(f"{term}:year", _years(device))]
    return [
        (f"{term}:isa:{device.isa}", 1.0),
        *([(f"{term}:power:{device.power}", 1.0)] if device.power else []),
        (f"{term}:core-year", _years(device)),
        (f"{term}:cores", math.log(max(1.0, device.cores) / USUAL_CORES)),
    ]


def balance(work: Work, device: Device, rate: float) -> Features:
    """Bytes that a card's memory brings for each of its operations: the *rate* is reached in part where
    memory, and the caches made to its measure, do not feed it; 16-bit weights, which nothing unpacks, need
    more."""
    if device.kind == "cpu" or not rate:
        return []
    names = [f"matmul:balance|{device.kind}"] + (["matmul:balance|F16"] if work.family == "F16" else [])
    return _each(names, math.log(device.bandwidth_bytes_per_s / rate / BALANCED_BYTES))


def kernels(work: Work, device: Device) -> Features:
    """Engines differ in the instruction sets of processors that their kernels for prompts are written for."""
    return [(f"matmul:kernels:{work.engine}|{device.isa}", 1.0)] if device.kind == "cpu" else []


def rates(work: Work, device: Device) -> Features:
    """Where vector and matrix rates disagree, kernels use a mixture of them: those that unpack quantized
    weights leave matrix units idle, the vendor's library for 16 bits does not."""
    if device.kind == "cpu" or not device.vector_flops:
        return []
    ratio = math.log(max(device.matrix_flops, device.vector_flops) / device.vector_flops)
    library = work.family == "F16" and device.kind != "apple"
    names = ["matmul:matrix-ratio"] + (["matmul:matrix-ratio|F16"] if library else [])
    return _each(names, ratio)


def _years(device: Device) -> float:
    """How much newer the device is than the neutral year, in YEARS."""
    return (device.year - NEUTRAL_YEAR) / YEARS


def _each(names: list[str], value: float) -> Features:
    return [(name, value) for name in names]


def flag(value: bool | None) -> float:
    """1 for yes, -1 for no, 0 where nobody says."""
    return 0.0 if value is None else 1.0 if value else -1.0
