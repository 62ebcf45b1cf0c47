"""The formula of local speed: which terms make up the time of one token, and what each depends on.

A token's time is a sum of physical terms (weight read, KV read, arithmetic, launches). Each term is its
physical size (bytes ÷ bandwidth, operations ÷ rate, number of layers) times exp(Σ coefficient × feature), so
every efficiency is fitted in logs and the whole stays monotone in bytes, bandwidth and depth. The fit
(`advisor.training.local_speed.fitted`) and the prediction call the same `terms`, so they cannot drift apart.
"""

from __future__ import annotations

import math

from advisor.prediction.local_speed.efficiency import (
    USUAL_BYTES,
    USUAL_PARAMS,
    Features,
    age,
    balance,
    batch_fill,
    cache,
    core,
    experts,
    family,
    flag,
    kernels,
    launch,
    memory,
    of_run,
    own_effect,
    places,
    rates,
    scaled,
)
from advisor.prediction.local_speed.work import Device, Share, Work

_TINY = 1e-12
"""Seconds of what takes no time: far below any launch, and its logarithm is finite."""
Term = tuple[str, float, Features]
"""Name, log of the physical size in seconds, features."""


def decode_terms(work: Work) -> list[Term]:
    """The terms of the time of one decoding step, in seconds: one token of each of `work.sequences`, which
    are no more than SMALL_BATCH."""
    out: list[Term] = []
    common = of_run(work)
    together = work.sequences
    for share in work.shares:
        device, bandwidth = share.device, share.device.bandwidth_bytes_per_s * work.tensor_parallel
        place = places(device)
        whole = common + own_effect(device)
        if share.read_bytes > 0:
            features = whole + scaled("read", place + family(work, device)) + age(work, "read")
            features += [("read:size", math.log(share.read_bytes / USUAL_BYTES))]
            features += memory(device) + experts("read", work, device)
            out.append(("read", _log(_touched(share, work, together) / bandwidth), features))
        if share.kv_bytes > 0:
            out.append(("kv", _log(together * share.kv_bytes / bandwidth), whole + cache(work, device)))
        if share.layers > 0:
            features = whole + scaled("launch", place) + launch(work, device)
            out.append(("launch", _log(share.layers * _launch_s(device)), features))
        if share.handed_layers > 0:
            out.append(("hand", _log(share.handed_layers * HAND_S), [("hand:", 1.0)]))
        rate = _decode_rate(device) * work.tensor_parallel
        if rate > 0 and share.active_params > 0:
            features = whole + scaled("compute", place + family(work, device))
            features += core(device, "compute")
            at_once = together if device.kind == "cpu" else 1.0
            out.append(("compute", _log(at_once * 2.0 * share.active_params / rate), features))
            if together > at_once:
                features = scaled("together", ["", f"kind:{device.kind}", f"backend:{device.backend}"])
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
    common = of_run(work)
    layers = max(_TINY, sum(share.layers for share in work.shares))
    for share in work.shares:
        device, bandwidth = share.device, share.device.bandwidth_bytes_per_s * work.tensor_parallel
        place = places(device)
        whole = common + own_effect(device)
        rate = _prefill_rate(device) * work.tensor_parallel
        if rate > 0 and share.active_params > 0:
            features = whole + scaled("matmul", place + family(work, device))
            features += core(device, "matmul") + rates(work, device) + age(work, "matmul")
            features += [("matmul:params", math.log(share.active_params / USUAL_PARAMS))]
            features += batch_fill(batch, device) + experts("matmul", work, device)
            features += age(work, "matmul:moe") if work.active_share < 1 else []
            dense = balance(work, device, _prefill_rate(device)) + kernels(work, device)
            out.append(("matmul", _log(2.0 * share.active_params / rate), features + dense))
            if work.experts and work.active_share < 1:
                idle = TILE * _touched(share, work, batch) / share.read_bytes / batch
                features = [*features, ("fill:", 1.0)]
                out.append(("fill", _log(2.0 * share.active_params * idle / rate), features))
            features = whole + scaled("attention", place) + age(work, "attention")
            features.append((f"attention:flash|{device.backend}", flag(work.flash_attn)))
            features += [("attention:latent", 1.0)] if work.latent else []
            out.append(("attention", _log(work.attention_flops * share.layers / layers / rate), features))
        if share.held_bytes > 0:
            if work.sequences > 1:
                out.append(("kv", _log(share.kv_bytes / bandwidth), whole + cache(work, device)))
            features = whole + scaled("load", places(device, False)) + memory(device)
            out.append(("load", _log(_touched(share, work, batch) / bandwidth / batch), features))
        if share.layers > 0:
            features = whole + scaled("launch", place) + launch(work, device)
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


def _log(value: float) -> float:
    return math.log(max(value, _TINY))
