"""Efficiencies of matrix kernels from their timings: the share of bandwidth and of arithmetic rate they
reach.

A small batch reads, a large one multiplies, and between them some kernels do both at a time and others one
after the other (weights unpacked first): the times of one kernel over all batches give all three.
"""

from __future__ import annotations

from math import log
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from packaging.version import Version
from scipy.optimize import least_squares

from advisor.prediction.serving_speed.inputs import arch_group
from advisor.prediction.serving_speed.step import either
from advisor.training.data.clean import left_out
from advisor.training.data.tables import load, records
from advisor.training.fitting.priors import Prior
from advisor.training.serving_speed.cases import as_gpu

_TYPES = {
    # table's type -> (kernel family, bytes per weight, arithmetic)
    "bfloat16": ("bf16", 2.0, "fp16_flops"),
    "fp8": ("w8a8-fp", 1.0, "fp8_flops"),
    "fp8_static": ("w8a8-fp", 1.0, "fp8_flops"),
    "fp8_block": ("w8a8-fp", 1.0, "fp8_flops"),
    "nvfp4": ("nvfp4", 0.5625, "fp4_flops"),  # 4 bits, an 8-bit scale per 16
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
"""The same of one family on one architecture that several engines were timed on: each has kernels of its own,
and timings of one engine alone say less."""
_TIMINGS = "kernel timings (measurements/kernel_gemm)"
_BLUNT_SPREAD = 0.5
"""The same of a bluntness, whose logarithms differ by that between engines."""
_LARGE_MATRIX = 1e7
"""Weights enough to outlast the launch (a judgement)."""
SHARES, BLUNTNESS = ("read", "math"), "bluntness"
"""What a curve shows (see `timed`)."""
_START = (0.8, 0.7, 0.4, 3e-6)
"""Where the fit of a curve starts: shares, bluntness, and a launch in seconds."""
_BOUNDS = ((0.01, 0.01, 0.05, 1e-7), (2.0, 2.0, 20.0, 1e-3))
"""Of the same: beyond such bluntness a sum or a maximum changes no more."""
_RESIDUAL, _START_SPREAD = 0.1, 1.0
"""Standard deviations of a timing's logarithm around its curve, and of the curve's around the start."""
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
    """Priors of 'read:FAMILY', 'read-arch:GROUP', 'read-on:FAMILY:GROUP' and the same of 'math'; of
    'bluntness:FAMILY' and 'bluntness-on:FAMILY:GROUP' beside what all kernels share.

    An architecture's factor is the median over families of its efficiency beside the family's own; what a
    family does on one architecture beyond both is its own.
    """
    timings = timed()
    pairs, families = timings.groupby(["family", "arch"]), timings.groupby("family")
    family = families[[*SHARES, BLUNTNESS]].median().map(log)
    family[list(SHARES)] = family[list(SHARES)].clip(upper=log(_LIMIT))
    beside = pairs[[*SHARES, BLUNTNESS]].median().map(log).sub(family, level="family")
    arch = beside.groupby("arch").median()
    own = beside.sub(arch, level="arch")
    spread = pairs["engine"].nunique().gt(1).map({True: _PAIR_SPREAD, False: _SPREAD})
    on = [":".join(key) for key in own.index]
    result: dict[str, Prior] = {}
    for part in SHARES:
        logs = family[part]
        result |= {f"{part}:{f}": Prior(value, _SPREAD, _TIMINGS) for f, value in logs.items()}
        result |= {f"{part}-arch:{a}": Prior(v, _ARCH_SPREAD, _TIMINGS) for a, v in arch[part].items()}
        pooled = zip(on, own[part], spread, strict=True)
        result |= {f"{part}-on:{f_a}": Prior(value, sd, _TIMINGS) for f_a, value, sd in pooled}
        for name, relative in UNTIMED.items():
            result[f"{part}:{name}"] = Prior(logs[relative], 2 * _SPREAD, f"as {relative}: not timed")
    slow = result["read:bf16"].mean + log(_SLOW_READ)
    result["read:slow"] = Prior(slow, 4 * _SPREAD, "bitsandbytes INT4 beside FP16")
    result["math:slow"] = Prior(result["math:w4a16"].mean, 4 * _SPREAD, "as w4a16: not timed")
    blunt = family[BLUNTNESS] - family[BLUNTNESS]["bf16"]
    result |= {f"{BLUNTNESS}:{f}": Prior(value, _BLUNT_SPREAD, _TIMINGS) for f, value in blunt.items()}
    owned = zip(on, beside[BLUNTNESS], strict=True)
    return result | {f"{BLUNTNESS}-on:{f_a}": Prior(v, _BLUNT_SPREAD, _TIMINGS) for f_a, v in owned}


def timed() -> pd.DataFrame:
    """One line per device, engine and type timed: `family` of kernels, `arch` group, `engine`, the shares
    `read` of the bandwidth and `math` of the arithmetic rate, and `bluntness`, how reading and multiplying
    add up where both take long: 0 the longer of them, infinite their sum."""
    table = load("kernel_gemm")
    table = table[(table.n * table.k > _LARGE_MATRIX) & table.gemm_dtype.isin(list(_TYPES))]
    table = _newest(table[[not left_out("kernel_gemm", record) for record in records(table)]])
    found = []
    for key, rows in table.groupby(["device", "engine", "gemm_dtype"], sort=True):
        device, engine, dtype = cast("tuple[str, str, str]", key)
        family, width, arithmetic = _TYPES[dtype]
        gpu = as_gpu(device)
        rate = gpu and gpu.bandwidth_bytes_per_s and getattr(gpu, arithmetic)
        if gpu and rate:
            curve = _fitted(rows, width, gpu.bandwidth_bytes_per_s or 0.0, rate)
            found.append((family, arch_group(gpu), engine, *curve))
    return pd.DataFrame(found, columns=["family", "arch", "engine", *SHARES, BLUNTNESS])


def _newest(table: pd.DataFrame) -> pd.DataFrame:
    """Of every device, engine and type the timings of the newest version: what an engine no longer runs says
    little of it, and kernels of four bits got a tenth faster within a year."""
    found = sorted(set(table["engine_version"]), key=Version)
    rank = table["engine_version"].map({name: i for i, name in enumerate(found)})
    key = [table[name] for name in ("device", "engine", "gemm_dtype")]
    return table[rank == rank.groupby(key).transform("max")]


def _fitted(rows: pd.DataFrame, width: float, bandwidth: float, rate: float) -> tuple[float, float, float]:
    """(reading, arithmetic, bluntness) of one device, engine and type: those with which the formula of the
    step (`step.either`) and a launch come nearest to all its times."""
    size, m = (rows.n * rows.k).to_numpy(), rows.m.to_numpy()
    read_s = (size * width + m * (rows.k + rows.n).to_numpy() * 2.0) / bandwidth
    math_s = 2.0 * m * size / rate
    logs = np.log(rows.latency_ms.to_numpy() / 1e3)
    start = np.log(_START)

    def off(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        read, math, bluntness, launch_s = np.exp(x)
        found = np.log(either(read_s / read, math_s / math, bluntness) + launch_s)
        return np.append((found - logs) / _RESIDUAL, (x - start) / _START_SPREAD)

    found = least_squares(off, start, bounds=np.log(_BOUNDS), loss="soft_l1")
    read, math, bluntness, _ = np.exp(found.x)
    return float(read), float(math), float(bluntness)
