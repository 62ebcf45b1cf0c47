"""The formula of local speed: which terms make up the time of one token, and what each depends on.

A token's time is a sum of physical terms (weight read, KV read, arithmetic, launches). Each term is its
physical size (bytes ÷ bandwidth, operations ÷ rate, number of layers) times exp(Σ coefficient × feature), so
every efficiency is fitted in logs and the whole stays monotone in bytes, bandwidth and depth. The fit
(`advisor.training.local_speed.fitted`) and the prediction call the same `terms`, so they cannot drift apart.
"""

from __future__ import annotations

import math

from advisor.prediction.local_speed.work import NEUTRAL_YEAR, Device, Share, Work

_TINY = 1e-12
Features = list[tuple[str, float]]
Term = tuple[str, float, Features]
"""Name, log of the physical size in seconds, features."""


def decode_terms(work: Work) -> list[Term]:
    """The terms of the time of one decoding step, in seconds: one token of each of `work.sequences`, which
    are no more than SMALL_BATCH."""
    out: list[Term] = []
    common = _common(work)
    together = work.sequences
    for share in work.shares:
        device, bandwidth = share.device, share.device.bandwidth_bytes_per_s * work.tensor_parallel
        place = _place(device)
        whole = common + _device(device)
        if share.read_bytes > 0:
            features = whole + _scaled("read", place + _family(work, device)) + _age(work, "read")
            features += [("read:size", math.log(share.read_bytes / 4e9))]
            features += _memory(device) + _experts("read", work, device)
            out.append(("read", _log(_touched(share, work, together) / bandwidth), features))
        if share.kv_bytes > 0:
            out.append(("kv", _log(together * share.kv_bytes / bandwidth), whole + _cache(work, device)))
        if share.layers > 0:
            features = whole + _scaled("launch", place) + _launch(work, device)
            out.append(("launch", _log(share.layers * _launch_s(device)), features))
        if share.handed_layers > 0:
            out.append(("hand", _log(share.handed_layers * HAND_S), [("hand:", 1.0)]))
        rate = _decode_rate(device) * work.tensor_parallel
        if rate > 0 and share.active_params > 0:
            features = whole + _scaled("compute", place + _family(work, device)) + _core(device, "compute")
            at_once = together if device.kind == "cpu" else 1.0
            out.append(("compute", _log(at_once * 2.0 * share.active_params / rate), features))
            if together > at_once:
                features = [*_scaled("together", ["", f"kind:{device.kind}", f"backend:{device.backend}"])]
                out.append(("together", _log((together - 1) * 2.0 * share.active_params / rate), features))
    features = [*common, ("host:", 1.0), (f"host:engine:{work.engine}", 1.0)]
    features.append((f"host:backend:{work.shares[0].device.backend}", 1.0))
    if work.averaged:
        features.append(("host:averaged", 1.0))
    out.append(("host", _log(HOST_S), features))
    return out


def _touched(share: Share, work: Work, tokens: float) -> float:
    """Bytes of weights that *tokens* together read: of a mixture, nearly every expert once they are many."""
    if work.active_share >= 1 or tokens <= 1:
        return share.read_bytes
    untouched = float((1.0 - min(1.0, share.read_bytes / max(share.held_bytes, 1.0))) ** tokens)
    return share.held_bytes * (1.0 - untouched)


def prefill_terms(work: Work) -> list[Term]:
    """The terms of the time to read one prompt token, or to write one token of many sequences, in seconds."""
    out: list[Term] = []
    batch = max(1.0, min(work.prompt_tokens, work.batch))
    common = _common(work) + _pipeline(work, batch)
    layers = max(_TINY, sum(share.layers for share in work.shares))
    for share in work.shares:
        device, bandwidth = share.device, share.device.bandwidth_bytes_per_s * work.tensor_parallel
        place = _place(device)
        whole = common + _device(device)
        rate = _prefill_rate(device) * work.tensor_parallel
        if rate > 0 and share.active_params > 0:
            features = whole + _scaled("matmul", place + _family(work, device))
            features += _core(device, "matmul") + _rates(work, device) + _age(work, "matmul")
            features += [("matmul:params", math.log(share.active_params / 4e9))]
            features += _batch(batch, device) + _experts("matmul", work, device)
            features += _age(work, "matmul:moe") if work.active_share < 1 else []
            out.append(("matmul", _log(2.0 * share.active_params / rate), features))
            if work.experts and work.active_share < 1:
                idle = TILE * _touched(share, work, batch) / share.read_bytes / batch
                features = [*features, ("fill:", 1.0)]
                out.append(("fill", _log(2.0 * share.active_params * idle / rate), features))
            features = whole + _scaled("attention", place) + _age(work, "attention")
            features.append((f"attention:flash|{device.backend}", _flag(work.flash_attn)))
            features += [("attention:latent", 1.0)] if work.latent else []
            out.append(("attention", _log(work.attention_flops * share.layers / layers / rate), features))
        if share.held_bytes > 0:
            if work.sequences > 1:
                out.append(("kv", _log(share.kv_bytes / bandwidth), whole + _cache(work, device)))
            features = whole + _scaled("load", _place(device, False)) + _memory(device)
            out.append(("load", _log(_touched(share, work, batch) / bandwidth / batch), features))
        if share.layers > 0:
            features = whole + _scaled("launch", place) + _launch(work, device)
            out.append(("launch", _log(share.layers * _launch_s(device) / batch), features))
    if work.upload_s > 0:
        out.append(("upload", _log(work.upload_s / batch), [("upload:", 1.0)]))
    return out


def log_time(terms: list[Term], coefficients: dict[str, float]) -> tuple[float, list[float]]:
    """Log of the total seconds and the share of each term in it. An empty list of terms raises ValueError."""
    get = coefficients.get
    logs = [size + sum(get(name, 0.0) * value for name, value in features) for _, size, features in terms]
    top = max(logs)
    parts = [math.exp(value - top) for value in logs]
    total = sum(parts)
    return top + math.log(total), [part / total for part in parts]


def _common(work: Work) -> Features:
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
        features.append((f"flash|{backend}", 1.0 if work.flash_attn else -1.0))
    return features


def _device(device: Device) -> Features:
    """The device's own effect, everywhere and on this backend."""
    return [(f"device:{device.key}", 1.0), (f"device:{device.key}|{device.backend}", 1.0)]


def _cache(work: Work, device: Device) -> Features:
    """How the KV cache is read."""
    features = _scaled("kv", _place(device, False))
    features += [("kv:flash", _flag(work.flash_attn)), (f"kv:type:{work.kv_type}", 1.0)]
    return features + ([(f"kv:latent|{device.kind}", 1.0)] if work.latent else [])


def _memory(device: Device) -> Features:
    """How well the memory is used: of a processor also by its cores, sockets and settings."""
    bandwidth = device.bandwidth_bytes_per_s
    features = [(f"read:bandwidth:{device.kind}", math.log(bandwidth / 4e11))]
    if device.kind != "cpu":
        return features
    per_core = bandwidth / max(1.0, device.cores) / 6e9
    features += [("memory:per-core", math.log(max(1.0, per_core)))]
    features += [(f"memory:power:{device.power}", 1.0)] if device.power else []
    features += [("memory:stated", 1.0)] if device.ram_stated else []
    features += [("memory:sockets", math.log(device.sockets))] if device.sockets > 1 else []
    features += [("memory:interleaved", 1.0)] if device.interleaved else []
    return features


def _experts(term: str, work: Work, device: Device) -> Features:
    """Kernels of mixtures of experts, by backend and generation."""
    if work.active_share >= 1:
        return []
    names = [f"{term}:moe|{device.backend}", f"{term}:moe|{device.generation}|{device.backend}"]
    return [(name, 1.0) for name in [*names, f"{term}:moe|{work.engine}"]]


def _batch(batch: float, device: Device) -> Features:
    """Small micro batches leave arithmetic units idle, long ones fill them."""
    log = math.log(batch / 512.0)
    return [(f"matmul:small|{device.kind}", max(0.0, -log)), (f"matmul:large|{device.kind}", max(0.0, log))]


def _pipeline(work: Work, batch: float) -> Features:
    """Devices in a row work on successive micro batches of one prompt at once: m batches on n devices take
    m + n - 1 steps instead of m · n."""
    if work.n_devices < 2 or work.tensor_parallel > 1:
        return []
    batches = max(1.0, work.prompt_tokens / batch)
    saved = math.log(work.n_devices * batches / (batches + work.n_devices - 1))
    return [("pipeline", -saved), (f"pipeline|{work.engine}", -saved)]


def _place(device: Device, generations: bool = True) -> list[str]:
    """From the general to the particular: each level is shrunk towards the one before it."""
    names = ["", f"kind:{device.kind}", f"backend:{device.backend}", f"{device.kind}|{device.vendor}"]
    if generations:
        names += [f"generation:{device.generation}", f"generation:{device.generation}|{device.backend}"]
    return names + (["mobile"] if device.mobile else [])


def _family(work: Work, device: Device) -> list[str]:
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


def _scaled(term: str, names: list[str]) -> Features:
    return [(f"{term}:{name}", 1.0) for name in names]


def _launch(work: Work, device: Device) -> Features:
    features = [("launch:year", (device.year - NEUTRAL_YEAR) / 5.0)]
    if work.active_share < 1:
        features += [("launch:moe", 1.0), (f"launch:moe|{device.backend}", 1.0)]
    if work.hybrid:
        features.append(("launch:hybrid", 1.0))
    if work.averaged:
        features.append(("launch:averaged", 1.0))
    return features


def _age(work: Work, term: str) -> Features:
    """Engines get faster, most of all the young backends."""
    backend = work.shares[0].device.backend
    return (
        [(f"{term}:age", work.age_years), (f"{term}:age|{backend}", work.age_years)] if work.age_years else []
    )


def _core(device: Device, term: str) -> Features:
    """How fast a CPU core is: instruction set, year, and the power that its cores share."""
    if device.kind != "cpu":
        return [(f"{term}:year", (device.year - NEUTRAL_YEAR) / 5.0)]
    return [
        (f"{term}:isa:{device.isa}", 1.0),
        *([(f"{term}:power:{device.power}", 1.0)] if device.power else []),
        (f"{term}:core-year", (device.year - NEUTRAL_YEAR) / 5.0),
        (f"{term}:cores", math.log(max(1.0, device.cores) / 8.0)),
    ]


def _rates(work: Work, device: Device) -> Features:
    """Where vector and matrix rates disagree, kernels use a mixture of them: those that unpack quantized
    weights leave matrix units idle, the vendor's library for 16 bits does not."""
    if device.kind == "cpu" or not device.vector_flops:
        return []
    ratio = math.log(max(device.matrix_flops, device.vector_flops) / device.vector_flops)
    library = work.family == "F16" and device.kind != "apple"
    names = ["matmul:matrix-ratio"] + (["matmul:matrix-ratio|F16"] if library else [])
    return [(name, ratio) for name in names]


TILE = 16.0
"""Unit of the columns of an expert's matrix product that are computed for nothing, whatever few tokens the
batch sends it (kernels work in tiles of 8 to 128 columns: `mmq_x` of ggml-cuda/mmq.cuh), so that its fitted
coefficient is near zero; not a measured number."""
CPU_CORE_FLOPS = 3e10
"""Unit of a CPU core's arithmetic, so that its fitted coefficient is near zero; not a measured rate."""
HOST_S = 2e-4
"""Unit of the engine's own work per token (sampling, detokenizing, streaming); not a measured time."""
HAND_S = 5e-5
"""Unit of handing one layer's experts to the other processor and back; not a measured time."""
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
