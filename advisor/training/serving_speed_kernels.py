"""Efficiencies of matrix kernels from their timings: the share of bandwidth and of arithmetic rate they
reach.

One kernel takes launch + (reading^p + arithmetic^p)^(1/p), with reading = bytes / (bandwidth x efficiency)
and
arithmetic likewise; both efficiencies are fitted per type over all devices that multiply in that type.
"""

from __future__ import annotations

import numpy as np

from advisor.training.serving_speed_model import as_gpu
from advisor.training.tables import load

_TYPES = {
    # table's type -> (kernel family, bytes per weight, arithmetic)
    "bfloat16": ("bf16", 2.0, "half"),
    "fp8": ("w8a8-fp", 1.0, "fp8"),
    "fp8_static": ("w8a8-fp", 1.0, "fp8"),
    "fp8_block": ("w8a8-fp", 1.0, "fp8"),
    "nvfp4": ("nvfp4", 0.5625, "fp4"),
    "sq": ("w8a8-int", 1.0, "int8"),
    "int8_wo": ("w8a16", 1.0, "half"),
    "int4_wo": ("w4a16", 0.53, "half"),
}
_SPREAD = 0.2
"""Standard deviation of an efficiency's logarithm around the timings': other versions, shapes and devices."""
UNTIMED = {
    # Families without timings start from their nearest relative, with twice the spread.
    "mxfp4": "nvfp4",
    "w4a8": "w4a16",
}
_SLOW_READ = (19.58 * 4.0) / (37.05 * 16.0)
"""Weights unpacked outside fast kernels are read at this share of the 16-bit rate: bitsandbytes INT4 against
FP16 in
tokens/s, each times its bits (Mistral-7B, A100 80GB, https://github.com/premAI-io/benchmarks)."""


def efficiencies() -> dict[str, tuple[float, float]]:
    """'read:FAMILY' and 'math:FAMILY' -> (median, standard deviation of its logarithm)."""
    table = load("kernel_gemm")
    table = table[(table.n * table.k > 1e7) & table.gemm_dtype.isin(list(_TYPES))]
    found: dict[str, list[tuple[float, float]]] = {}
    for (hardware, _, dtype), rows in table.groupby(["hardware", "engine", "gemm_dtype"], sort=True):
        gpu = as_gpu(hardware)
        family, width, arithmetic = _TYPES[dtype]
        rate = (
            gpu
            and {"half": gpu.fp16_flops, "fp8": gpu.fp8_flops, "fp4": gpu.fp4_flops, "int8": gpu.int8_ops}[
                arithmetic
            ]
        )
        if not rate or not gpu.bandwidth_bytes_per_s:
            continue
        found.setdefault(family, []).append(_one(rows, width, gpu.bandwidth_bytes_per_s, rate))
    result = {}
    for family, pairs in found.items():
        read, math = np.median(np.array(pairs), axis=0)
        result[f"read:{family}"] = (float(min(read, 0.95)), _SPREAD)
        result[f"math:{family}"] = (float(min(math, 0.95)), _SPREAD)
    for family, relative in UNTIMED.items():
        for part in ("read", "math"):
            result[f"{part}:{family}"] = (result[f"{part}:{relative}"][0], 2 * _SPREAD)
    result["read:slow"] = (result["read:bf16"][0] * _SLOW_READ, 4 * _SPREAD)
    result["math:slow"] = (result["math:w4a16"][0], 4 * _SPREAD)
    return result


def _one(rows, width: float, bandwidth: float, rate: float) -> tuple[float, float]:
    """(reading, arithmetic) efficiency of one device, engine and type: the best each end of the table shows.

    Reading from the smallest products of the largest matrices less the launch, arithmetic from the largest.
    """
    seconds = rows.latency_ms.to_numpy() / 1e3
    size, m = (rows.n * rows.k).to_numpy(), rows.m.to_numpy()
    read_s = (size * width + m * (rows.k + rows.n).to_numpy() * 2.0) / bandwidth
    math_s = 2.0 * m * size / rate
    small = m <= 4
    # Two sizes of matrix at the same small m: the slope is reading, the rest is the launch.
    slope, _ = np.polyfit(read_s[small], seconds[small], 1)
    large = m >= 4096
    return 1.0 / max(slope, 1.0), float(np.median(math_s[large] / seconds[large]))
