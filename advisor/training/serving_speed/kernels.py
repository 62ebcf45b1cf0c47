"""Efficiencies of matrix kernels from their timings: the share of bandwidth and of arithmetic rate they
reach.

A small batch reads: the slope of time over bytes, launch taken off, is one over bandwidth x efficiency. A
large one multiplies: operations over time is rate x efficiency.
"""

from __future__ import annotations

from collections import defaultdict
from math import log
from statistics import median
from typing import cast

import numpy as np
import pandas as pd

from advisor.prediction.serving_speed.inputs import arch_group
from advisor.training.data.tables import load
from advisor.training.fitting.priors import Prior
from advisor.training.serving_speed.cases import as_gpu

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
_PAIR_SPREAD = 0.1
"""The same of one family on one architecture, which was timed itself."""
_TIMINGS = "kernel timings (measurements/kernel_gemm)"
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


def efficiencies() -> dict[str, Prior]:
    """Priors of 'read:FAMILY', 'read-arch:GROUP', 'read-on:FAMILY:GROUP' and the same of 'math'.

    An architecture's factor is the median over families of its efficiency beside the family's own; what a
    family does on one architecture beyond both is its own.
    """
    timed = _timed()
    result: dict[str, Prior] = {}
    for part in ("read", "math"):
        pair = {key: log(median(found[part] for found in timings)) for key, timings in timed.items()}
        family = {
            name: log(min(_LIMIT, median(t[part] for (f, _), ts in timed.items() if f == name for t in ts)))
            for name, _ in timed
        }
        arch = {
            name: median(value - family[f] for (f, a), value in pair.items() if a == name)
            for _, name in timed
        }
        result |= {f"{part}:{name}": Prior(value, _SPREAD, _TIMINGS) for name, value in family.items()}
        result |= {
            f"{part}-arch:{name}": Prior(value, _ARCH_SPREAD, _TIMINGS) for name, value in arch.items()
        }
        result |= {
            f"{part}-on:{f}:{a}": Prior(value - family[f] - arch[a], _PAIR_SPREAD, _TIMINGS)
            for (f, a), value in pair.items()
        }
        for name, relative in UNTIMED.items():
            result[f"{part}:{name}"] = Prior(family[relative], 2 * _SPREAD, f"as {relative}: not timed")
    result["read:slow"] = Prior(
        result["read:bf16"].mean + log(_SLOW_READ), 4 * _SPREAD, "bitsandbytes INT4 beside FP16"
    )
    result["math:slow"] = Prior(result["math:w4a16"].mean, 4 * _SPREAD, "as w4a16: not timed")
    return result


def _timed() -> dict[tuple[str, str], list[dict[str, float]]]:
    """(kernel family, architecture group) -> efficiencies of every device and engine timed."""
    table = load("kernel_gemm")
    table = table[(table.n * table.k > _LARGE_MATRIX) & table.gemm_dtype.isin(list(_TYPES))]
    found: dict[tuple[str, str], list[dict[str, float]]] = defaultdict(list)
    for key, rows in table.groupby(["device", "engine", "gemm_dtype"], sort=True):
        device, _, dtype = cast("tuple[str, str, str]", key)
        gpu = as_gpu(device)
        if gpu is None or not gpu.bandwidth_bytes_per_s:
            continue
        family, width, arithmetic = _TYPES[dtype]
        rate = getattr(gpu, arithmetic)
        if rate:
            read, math = _one(rows, width, gpu.bandwidth_bytes_per_s, rate)
            found[family, arch_group(gpu)].append({"read": read, "math": math})
    return found


def _one(rows: pd.DataFrame, width: float, bandwidth: float, rate: float) -> tuple[float, float]:
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
