"""How far the memory rules are from what engines printed: KV cache and compute buffers, by engine and
backend."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from advisor.catalog.models import find_model
from advisor.documents.model import ModelProfile
from advisor.engines.kv_types import BYTES_PER_VALUE
from advisor.errors import UnknownNameError
from advisor.sizing.buffers import compute_bytes, mask_copies_bytes
from advisor.sizing.cache_layout import CacheLayout, cache_layout
from advisor.sizing.context_params import ContextParams
from advisor.sizing.kv_cache import kv_cache_bytes
from advisor.training.data.tables import load

MIN_LOGS = 20
"""Fewer logs of one engine and backend carry no claim."""
_OFF = ("off", "0", "auto->disabled")
_MIB = 1 << 20
_EXCEPTIONS = (
    "GLM-4.5 and GLM-4.5-Air: the ik_llama.cpp builds of these logs also keep a cache for the "
    "multi-token-prediction layer (+1 layer, 1.1 to 2.2 %); later builds do not (GLM-4.7)",
    "two DeepSeek-R1 and two Qwen3-30B-A3B caches on CUDA: the thread prints buffers of several runs, "
    "and the context kept is another run's",
    "Gemma-4-31B on ik_llama.cpp: logits twice, for its soft cap (own dry runs of Gemma 2 show them once)",
    "Qwen3.6-35B-A3B on Vulkan: two masks beside the logits, which placements reserve and the rule does "
    "not count",
    "the engine inside cyllama 0.2.18 (b64739e) keeps masks in F32 and F16, commit 0c1e57098 does not: "
    "from 100 k tokens on its compute buffers are up to 2.6 times larger; placements reserve for both "
    "(`python -m advisor.measuring.llama_memory` prints every case)",
)
# Words of a log's model name that do not change its shapes.
_NOISE = re.compile(
    r"\b(shape|instruct|it|chat|qat|bf16|f16|merged|128k|thinking|meta)\b|(?<= )b$", re.IGNORECASE
)
_SHAPES = {"codellama-7b": "CodeLlama-7B", "phi-3-mini": "Phi-3-mini-4k", "llama-3-8b": "Llama-3-8B"}


def evaluate() -> dict[str, Any]:
    """Errors by engine, backend and part, the worst of each, and what was left out and why.

    `rows`: engine, backend, source, part, n, median_abs_error_pct, p90_abs_error_pct, within_0_1_pct (share
    of the logs), lowest_error_pct, highest_error_pct, above_plan (logs that hold more than a placement
    reserves), worst, claim (False below 20 logs).
    """
    frame, left_out = compare(load("memory"))
    keys = ["source", "engine", "backend", "part"]
    rows = [_summary(dict(zip(keys, key, strict=True)), group) for key, group in frame.groupby(keys)]
    rows.sort(key=lambda row: (row["source"], -row["n"], row["engine"], row["backend"], row["part"]))
    return {
        "title": "Memory: rules against what engines printed",
        "rows": rows,
        "left_out": left_out,
        "known_exceptions": list(_EXCEPTIONS),
    }


def compare(table: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Every usable log line beside the rule, and how many lines were left out for which reason.

    Columns: engine, backend, source, part (kv_cache or compute), model, setting, `error` (predicted ÷ actual
    - 1), and `above`: whether more was held than a placement reserves.
    """
    compared: list[dict[str, Any]] = []
    left_out: Counter[str] = Counter()
    for row in table.to_dict("records"):
        found = _compare_row(row)
        if isinstance(found, str):
            left_out[found] += 1
        else:
            compared += found
    return pd.DataFrame(compared), dict(left_out)


def _compare_row(row: Mapping[Hashable, Any]) -> list[dict[str, Any]] | str:
    """The comparisons of one line, or why there are none."""
    model = log_model(row["model"])
    if model is None:
        return "model not named or not in the catalogue"
    types = row["type_k"] if "latent" in row["type_v"] else f"{row['type_k']}/{row['type_v']}"
    layout = cache_layout(model)
    if why := _unusable(row, layout, types):
        return why
    old, params = row["engine"] == "ik_llama.cpp", _params(row, types)
    about = {
        "engine": row["engine"],
        "backend": row["backend"] or "unknown",
        "source": "own dry run" if row["source_kind"] == "own measurement" else "public log",
        "model": model.name,
        "setting": f"context {int(row['n_ctx'])}, {params.n_seq} sequences, ubatch {params.ubatch_tokens}, "
        f"{types}, flash attention {'on' if params.flash_attn else 'off'}",
    }
    kv, compute = kv_cache_bytes(model, params), compute_bytes(model, params)
    kv_log = row["kv_total_mib"] + sum(_devices(row["rs_buffer_mib"]).values())
    devices = [mib for name, mib in _devices(row["compute_buffer_mib"]).items() if "Host" not in name]
    found = []
    if kv_log > 0:
        found.append(about | {"part": "kv_cache"} | _errors(kv.value, kv.high, kv_log))
    # ik_llama.cpp's latent attention depends on -mla and -amb, which its logs do not print.
    if devices and row["flash_attn"] and not (old and layout.mla):
        masks = mask_copies_bytes(layout, params, 2 if params.flash_attn else 4)
        if row["backend"] == "CPU":
            masks = 0
        # llama.cpp keeps four copies of the inputs when layers are split over several GPUs.
        certain = 2 * masks if len(devices) > 1 and not old else 0
        expected, planned = compute.value + certain, compute.high + max(certain, masks)
        found.append(about | {"part": "compute"} | _errors(expected, planned, max(devices)))
    return found or "neither cache nor compute buffer printed in a usable form"


def _unusable(row: Mapping[Hashable, Any], layout: CacheLayout, types: str) -> str:
    """Why the line says too little for the rule; '' where it says enough."""
    if pd.isna(row["n_ctx"]):
        return "context not printed"
    if any(kind not in BYTES_PER_VALUE for kind in types.split("/")):
        return "KV type not printed"
    if layout.mla and "/" in types and row["source_kind"] != "own measurement":
        return "old MLA file: K and V stored expanded"
    if pd.isna(row["n_ubatch"]) and any(group.window for group in layout.groups):
        return "ubatch not printed for a sliding-window model"
    return ""


def _params(row: Mapping[Hashable, Any], types: str) -> ContextParams:
    """What the engine was started with."""
    n_seq = 1 if pd.isna(row["n_seq_max"]) else int(row["n_seq_max"])
    unified = row["kv_unified"] == "True"
    outputs = re.search(r"n_outputs_max=(\d+)", row["hardware"])
    return ContextParams(
        context_tokens=int(row["n_ctx"]) // n_seq
        if pd.isna(row["n_ctx_seq"]) or unified
        else int(row["n_ctx_seq"]),
        n_seq=n_seq,
        kv_type=types,
        ubatch_tokens=int(
            min((512, 2048) if pd.isna(row["n_ubatch"]) else (row["n_ubatch"], row["n_batch"]))
        ),
        flash_attn=row["flash_attn"] not in _OFF,
        unified=unified,
        # ik_llama.cpp keeps the whole context in sliding layers (Gemma-3-27B logs: 62 full layers).
        swa_full=row["swa_full"] == "True" or row["engine"] == "ik_llama.cpp",
        n_outputs=int(outputs[1]) if outputs else None,
    )


def _errors(expected_bytes: float, planned_bytes: float, logged_mib: float) -> dict[str, Any]:
    """How far the rule is off, and whether the log holds more than what a placement reserves."""
    actual = logged_mib * _MIB
    return {"error": expected_bytes / actual - 1, "above": actual > planned_bytes * 1.001}


def log_model(name: str) -> ModelProfile | None:
    """The catalogue model a log's free-text name means; None when there is none."""
    plain = re.sub(r"[_\s]+", " ", name)
    plain = re.sub(r"[\s-]+", "-", _NOISE.sub("", plain.replace("-", " ")).strip()).strip("-")
    if not plain or "layer" in plain.lower() or "(" in plain:
        return None
    try:
        return find_model(_SHAPES.get(plain.lower(), plain))
    except UnknownNameError:
        return None


def _devices(text: str) -> dict[str, float]:
    """`CUDA0:38.1;CUDA_Host:8.31` -> MiB by device."""
    parts = (part.rsplit(":", 1) for part in str(text).split(";") if ":" in part)
    return {name: float(mib) for name, mib in parts if re.fullmatch(r"[\d.]+", mib)}


def _summary(key: dict[str, Any], group: pd.DataFrame) -> dict[str, Any]:
    """One row of the report."""
    size = group["error"].abs()
    worst = group.iloc[int(size.argmax())]
    return key | {
        "n": len(group),
        "median_abs_error_pct": round(float(size.median()) * 100, 4),
        "p90_abs_error_pct": round(float(size.quantile(0.9)) * 100, 3),
        "within_0_1_pct": round(float((size < 0.001).mean()), 3),
        "lowest_error_pct": round(float(group["error"].min()) * 100, 2),
        "highest_error_pct": round(float(group["error"].max()) * 100, 2),
        "above_plan": int(group["above"].sum()),
        "worst": f"{worst['model']}, {worst['setting']}: {worst['error']:+.1%}",
        "claim": len(group) >= MIN_LOGS,
    }
