"""Efficiencies of matrix kernels from their timings: the share of bandwidth and of arithmetic rate they
reach.

A small batch reads: the slope of time over bytes, launch taken off, is one over bandwidth x efficiency. A
large one multiplies: operations over time is rate x efficiency.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from advisor.prediction.serving_speed.inputs import arch_group
from advisor.training.data.tables import load
from advisor.training.serving_speed.model import as_gpu

_TYPES = {
    # table's type -> (kernel family, bytes per weight, arithmetic)
    "bfloat16": ("bf16", 2.0, "fp16_flops"),
    "fp8": ("w8a8-fp", 1.0, "fp8_flops"),
    "fp8_static": ("w8a8-fp", 1.0, "fp8_flops"),
    "fp8_block": ("w8a8-fp", 1.0, "fp8_flops"),
    "nvfp4": ("nvfp4", 0.5625, "fp4_flops"),
    "sq": ("w8a8-int", 1.0, "int8_ops"),
    "int8_wo": ("w8a16", 1.0, "fp16_flops"),
    "int4_wo": ("w4a16", 0.53, "fp16_flops"),  # 4 bits, a 16-bit scale and zero per 128
}
_LIMIT = 0.95
"""Timings of matrices that partly stay in cache suggest more than the memory gives."""
_ARCH_SPREAD = 0.15
"""The same as _SPREAD for what an architecture shares: less, as its kernels are one code (a judgement)."""
_SPREAD = 0.2
"""Standard deviation of an efficiency's logarithm around the timings': other versions, shapes and devices."""
_LARGE_MATRIX, _MANY_TOKENS, _FEW_TOKENS = 1e7, 4096, 4
"""Products whose time is mostly one thing (a judgement): weights enough to outlast the launch, tokens so many
that arithmetic decides, or so few that reading does."""
UNTIMED = {
    # Families without timings start from their nearest relative, with twice the spread.
    "mxfp4": "nvfp4",
    "w4a8": "w4a16",
    "unfused": "w4a16",
}
_SLOW_READ = (19.58 * 4.0) / (37.05 * 16.0)
"""Weights unpacked outside fast kernels are read at this share of the 16-bit rate: bitsandbytes INT4
against FP16 in tokens/s, each times its bits (Mistral-7B, A100 80GB,
https://github.com/premAI-io/benchmarks)."""


def efficiencies() -> dict[str, tuple[float, float]]:
    """'read:FAMILY', 'math:FAMILY', 'read-arch:GROUP', 'math-arch:GROUP' -> (median, spread of the log).

    An architecture's factor is the median over types of its efficiency beside the type's own.
    """
    timed = _timed()
    result: dict[str, tuple[float, float]] = {}
    for part in ("read", "math"):
        by_family: dict[str, list[float]] = defaultdict(list)
        for (family, _), pairs in timed.items():
            by_family[family] += [pair[part] for pair in pairs]
        middle = {family: float(np.median(values)) for family, values in by_family.items()}
        by_arch: dict[str, list[float]] = defaultdict(list)
        for (family, arch), pairs in timed.items():
            by_arch[arch].append(float(np.median([pair[part] for pair in pairs])) / middle[family])
        for family, value in middle.items():
            result[f"{part}:{family}"] = (min(value, _LIMIT), _SPREAD)
        for arch, factors in by_arch.items():
            result[f"{part}-arch:{arch}"] = (float(np.median(factors)), _ARCH_SPREAD)
        for family, relative in UNTIMED.items():
            result[f"{part}:{family}"] = (result[f"{part}:{relative}"][0], 2 * _SPREAD)
    result["read:slow"] = (result["read:bf16"][0] * _SLOW_READ, 4 * _SPREAD)
    result["math:slow"] = (result["math:w4a16"][0], 4 * _SPREAD)
    return result


def _timed() -> dict[tuple[str, str], list[dict[str, float]]]:
    """(kernel family, architecture group) -> efficiencies of every device and engine timed."""
    table = load("kernel_gemm")
    table = table[(table.n * table.k > _LARGE_MATRIX) & table.gemm_dtype.isin(list(_TYPES))]
    found: dict[tuple[str, str], list[dict[str, float]]] = defaultdict(list)
    for (hardware, _, dtype), rows in table.groupby(["hardware", "engine", "gemm_dtype"], sort=True):
        gpu = as_gpu(hardware)
        if gpu is None or not gpu.bandwidth_bytes_per_s:
            continue
        family, width, arithmetic = _TYPES[dtype]
        rate = getattr(gpu, arithmetic)
        if rate:
            read, math = _one(rows, width, gpu.bandwidth_bytes_per_s, rate)
            found[family, arch_group(gpu)].append({"read": read, "math": math})
    return found


def _one(rows, width: float, bandwidth: float, rate: float) -> tuple[float, float]:
    """(reading, arithmetic) efficiency of one device, engine and type: the best each end of the table shows.

    Reading from the smallest products of the largest matrices less the launch, arithmetic from the largest.
    """
    seconds = rows.latency_ms.to_numpy() / 1e3
    size, m = (rows.n * rows.k).to_numpy(), rows.m.to_numpy()
    read_s = (size * width + m * (rows.k + rows.n).to_numpy() * 2.0) / bandwidth
    math_s = 2.0 * m * size / rate
    small = m <= _FEW_TOKENS
    # Two sizes of matrix at the same small m: the slope is reading, the rest is the launch.
    slope, _ = np.polyfit(read_s[small], seconds[small], 1)
    large = m >= _MANY_TOKENS
    return 1.0 / max(slope, 1.0), float(np.median(math_s[large] / seconds[large]))
