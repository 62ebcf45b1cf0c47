"""What other tools' published formulas answer for a measured row, in tokens/s; each gets the true bandwidth.

Formulas and constants as read from the tools in November 2026: llmfit 1.1.10 (llmfit-core/src/fit.rs,
models.rs,
https://github.com/AlexsJones/llmfit), whichllm 0.5.14 (engine/performance.py,
https://github.com/Andyyyy64/whichllm),
chimeraforge 0.76.0 (planner/models.py, https://github.com/Sahil170595/Chimeraforge), https://canitrun.dev.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from advisor.catalog.models import match_model
from advisor.training.local_speed.rows import Row

GIGA = 1e9
_LLMFIT_MEMORY = {"F": 2.0, "8": 1.05, "6": 0.80, "5": 0.68, "4": 0.58, "3": 0.48, "2": 0.37}
_LLMFIT_SPEED = {"F": 2.0, "8": 1.0, "6": 0.75, "5": 0.625, "4": 0.5, "3": 0.375, "2": 0.25}
_LLMFIT_FALLBACK = {"F": 0.6, "8": 0.8, "6": 0.95, "5": 1.0, "4": 1.15, "3": 1.25, "2": 1.35}
_WHICHLLM = {"F": 0.40, "8": 0.45, "6": 0.50, "5": 0.52, "4": 0.55, "3": 0.50, "2": 0.45}
_WHICHLLM_BYTES = {"F": 2.0, "8": 1.0625, "6": 0.8125, "5": 0.6875, "4": 0.5625, "3": 0.4375, "2": 0.3125}
_WHICHLLM_VENDOR = {"NVIDIA": 1.0, "AMD": 0.78, "Apple": 0.82, "Intel": 0.65}
_CHIMERA = {"F": 1.0, "8": 1.3, "6": 1.5, "5": 1.7, "4": 1.9, "3": 2.1, "2": 2.3}
_CANITRUN = {"F": 2.0, "8": 1.0, "6": 0.75, "5": 0.625, "4": 0.5, "3": 0.4, "2": 0.3}


def _level(scheme: str) -> str:
    """F, 8 … 2: the row of the tools' quantization tables; 4 where a tool has no row (their own default)."""
    if re.match(r"B?F(16|32)|BF16", scheme.upper()):
        return "F"
    found = re.search(r"Q(\d)|MLX-(\d)", scheme.upper())
    digit = (found[1] or found[2]) if found else "4"
    return digit if digit in "865432" else "2" if digit == "1" else "4"


def llmfit(row: Row) -> float:
    """Decode: three branches (CPU only, dense, experts in graphics memory)."""
    level, device = _level(row.scheme), row.device
    billions = max(0.1, _active_b(row))
    if device.kind == "cpu":
        base = 90.0 if device.vendor in ("Apple", "ARM", "Broadcom", "Google") else 70.0
        more = 1.1 if device.cores >= 8 else 1.0
        return base / billions * _LLMFIT_FALLBACK[level] * more * 0.3
    bandwidth = device.bandwidth_bytes_per_s / GIGA
    if row.work.active_share < 1:
        return bandwidth / (billions * _LLMFIT_MEMORY[level]) * 0.55 * _expert_overhead(row)
    return bandwidth / (billions * _LLMFIT_SPEED[level]) * 0.55


def _expert_overhead(row: Row) -> float:
    model = match_model(row.model)
    n_experts = (model and model.n_experts) or 0
    steps = ((0, 0.60), (8, 0.90), (16, 0.85), (32, 0.80), (64, 0.70))
    return next((value for limit, value in steps if n_experts <= limit), 0.40)


def whichllm(row: Row) -> float:
    """Decode from its own bytes per weight, with a table of efficiencies."""
    device, efficiency = row.device, _WHICHLLM[_level(row.scheme)]
    billions = row.n_params / GIGA
    if device.kind == "cpu":
        return max(0.3, 18.0 / max(billions, 0.5) * efficiency / 0.45)
    bandwidth = device.bandwidth_bytes_per_s
    ratio = 1.0
    if row.work.active_share < 1:
        floor = min(0.25, 0.05 * max(1.0, bandwidth / GIGA / 256))
        ratio = min(1.0, max(_active_b(row) / billions, floor))
    size = row.n_params * _WHICHLLM_BYTES[_level(row.scheme)]
    return bandwidth / (size * ratio) * efficiency * _WHICHLLM_VENDOR.get(device.vendor, 0.7)


def chimeraforge(row: Row) -> float:
    """Decode of a model outside its table."""
    bandwidth = row.device.bandwidth_bytes_per_s / GIGA
    billions = row.n_params / GIGA
    speed = 0.84 * bandwidth / (2 * billions) * _CHIMERA[_level(row.scheme)]
    return min(speed, bandwidth * GIGA / sum(share.held_bytes for share in row.work.shares))


def canitrun(row: Row) -> float:
    """Decode: bandwidth over active bytes."""
    return row.device.bandwidth_bytes_per_s / GIGA / (_active_b(row) * _CANITRUN[_level(row.scheme)])


def chimeraforge_prefill(row: Row) -> float:
    """Prefill: 40 % of the FP16 rate; on CPUs it has no figure."""
    if row.device.kind == "cpu":
        return float("nan")
    return 0.4 * row.device.matrix_flops / (2 * row.n_params)


def _active_b(row: Row) -> float:
    return (
        row.n_params / GIGA
        if row.work.active_share >= 1
        else sum(share.active_params for share in row.work.shares) / GIGA
    )


PEERS: dict[str, dict[str, Callable[[Row], float]]] = {
    "decode": {"llmfit": llmfit, "whichllm": whichllm, "chimeraforge": chimeraforge, "canitrun": canitrun},
    "prefill": {"chimeraforge": chimeraforge_prefill},
}
