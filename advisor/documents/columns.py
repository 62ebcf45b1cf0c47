"""The columns of the measurement tables: units, allowed words and ranges.

Open sources are as transcribed, with their remarks in `notes` and `audit`; reduced ones hold medians, and no
remark.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from advisor.documents.kinds import BACKENDS, TASK_CATEGORIES, VARIANTS


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `number` (with bounds), `word` (of a list) or `text`."""

    kind: str = "text"
    required: bool = False
    low: float = float("-inf")
    high: float = float("inf")
    words: tuple[str, ...] = ()

    def problem(self, cell: str) -> str:
        """What is wrong with a cell, or ''."""
        if not cell:
            return "empty" if self.required else ""
        if self.kind == "word":
            return "" if cell in self.words else f"{cell!r} is none of {', '.join(self.words)}"
        if self.kind == "number":
            try:
                value = float(cell)
            except ValueError:
                return f"{cell!r} is no number"
            if not isfinite(value):
                return f"{cell} is no finite number"
            return "" if self.low <= value <= self.high else f"{cell} is outside {self.low:g}…{self.high:g}"
        return ""


_TEXT, _NEEDED = Column(), Column(required=True)
_POSITIVE = Column("number", low=1e-12)
_COUNT = Column("number", low=0)
_NUMBER = Column("number")
_YES_NO = Column("word", words=("0", "1", "0.0", "1.0", "False", "True", "yes", "no"))

_REDUCED = {"n": Column("number", required=True, low=1), "spread": Column("number", low=0, high=10)}
_REMARKS = {"notes": _TEXT, "audit": _TEXT, "engine_version": _TEXT}

_SPEED = {
    "source_id": _NEEDED,
    "hardware": _TEXT,
    "hardware_kind": Column(
        "word", required=True, words=("gpu", "apu", "igpu", "apple", "cpu", "sbc", "npu", "phone")
    ),
    "n_devices": Column("number", low=1, high=1024),
    "backend": Column("word", words=(*BACKENDS, "hpu", "openvino-gpu", "tt-metal", "npu", "hexagon")),
    "engine": _NEEDED,
    "model": _NEEDED,
    "params_b": _POSITIVE,
    "active_params_b": _POSITIVE,
    "arch": Column("word", words=("dense", "moe")),
    "scheme": _TEXT,
    "file_gib": _POSITIVE,
    "phase": Column("word", required=True, words=("prefill", "decode", "serving")),
    "test": _TEXT,
    "prompt_tokens": _COUNT,
    "gen_tokens": _COUNT,
    "depth": _COUNT,
    "concurrency": Column("number", low=1),
    "ngl": _TEXT,
    "threads": Column("number", low=1),
    "flash_attn": _YES_NO,
    "value": Column("number", required=True, low=1e-9, high=1e7),
    "unit": Column("word", required=True, words=("tok/s", "req/s", "ms/token", "s")),
    "stderr": _COUNT,
    "flags": _TEXT,
    **_REDUCED,
    **_REMARKS,
}

COLUMNS: dict[str, dict[str, Column]] = {
    "speed_local": {
        **_SPEED,
        "kv_type": _TEXT,
        "gpu_cores": _POSITIVE,
        "ubatch": _POSITIVE,
        "context_tokens": _COUNT,
        "power_cap_w": _POSITIVE,
        "topology": _TEXT,
        "host": _TEXT,
        "on_cpu": _TEXT,
        "ram_gb_s": _POSITIVE,
        "ram_measured_gb_s": _POSITIVE,
        "numa": Column("word", words=("one-socket", "interleaved")),
        "split": Column("word", words=("layer", "row", "tensor", "none", "graph")),
    },
    "speed_serving": {
        **_SPEED,
        "ttft_ms": _COUNT,
        "tensor_parallel": _POSITIVE,
        "pipeline_parallel": _POSITIVE,
        "expert_parallel": _COUNT,
        "attention_dp": _COUNT,
        "context_parallel": _COUNT,
        "kv_type": _TEXT,
        "run_by": _TEXT,
        "gemm_dtype": _TEXT,
        "moe_dtype": _TEXT,
        "max_num_seqs": _POSITIVE,
        "request_rate_per_s": _POSITIVE,
        "total_tokens_per_s": _COUNT,
    },
    "accuracy": {
        "source_id": _NEEDED,
        "model": _NEEDED,
        "params_b": _POSITIVE,
        "active_params_b": _POSITIVE,
        "family": _TEXT,
        "variant": Column("word", words=VARIANTS),
        "arch": Column("word", words=("dense", "moe")),
        "engine": _TEXT,
        "method": _NEEDED,
        "scheme": _NEEDED,
        "weight_bits": Column("number", low=1, high=16),
        "bpw": Column("number", low=0.5, high=20),
        "group_size": Column("number", low=-1, high=4096),
        "act_bits": Column("number", low=4, high=16),
        "kv_bits": Column("number", low=2, high=16),
        "calibration": Column("word", words=("imatrix", "none", "calibrated", "unknown")),
        "file_gib": _POSITIVE,
        "metric": Column(
            "word",
            required=True,
            words=(
                "ppl",
                "kld_mean",
                "kld_99",
                "top1_agreement_pct",
                "ppl_ratio",
                "delta_p_rms",
                "accuracy_pct",
                "pass1_pct",
                "score",
                "recovery_pct",
            ),
        ),
        "task_category": Column("word", required=True, words=TASK_CATEGORIES),
        "dataset": _NEEDED,
        "n_shot": _TEXT,
        "higher_is_better": _YES_NO,
        "value": Column("number", required=True),
        "stderr": _COUNT,
        "baseline_value": _NUMBER,
        "baseline_precision": _TEXT,
        "flags": _TEXT,
        **_REDUCED,
        **_REMARKS,
    },
    "kernel_gemm": {
        "source_id": _NEEDED,
        "hardware": _NEEDED,
        "system": _TEXT,
        "engine": _NEEDED,
        "engine_version": _TEXT,
        "gemm_dtype": Column(
            "word",
            required=True,
            words=("bfloat16", "int4_wo", "int8_wo", "sq", "fp8", "fp8_block", "nvfp4", "fp8_static"),
        ),
        # m, n, k are the product's dimensions; no count of figures here.
        "m": _POSITIVE,
        "n": _POSITIVE,
        "k": _POSITIVE,
        "latency_ms": Column("number", required=True, low=1e-6, high=1e4),
        "kernel_source": _TEXT,
    },
    "bandwidth": {
        "source_id": _NEEDED,
        "hardware": _NEEDED,
        "kind": _NEEDED,
        "peak_gb_s": _POSITIVE,
        "measured_gb_s": Column("number", low=0.1, high=1e5),
        "fraction_of_peak": Column("number", low=0, high=2),
        "method": _TEXT,
        **_REDUCED,
    },
    "memory": {
        **dict.fromkeys(
            (
                "source_kind",
                "engine",
                "model",
                "architecture",
                "ftype",
                "file_size",
                "params",
                "kv_unified",
                "swa_full",
                "flash_attn",
                "type_k",
                "type_v",
                "ngl",
                "backend",
                "hardware",
                "model_buffer_mib",
                "kv_buffer_mib",
                "rs_buffer_mib",
                "compute_buffer_mib",
                "output_buffer_mib",
                "build",
                "url",
                "kv_cells_x_layers",
            ),
            _TEXT,
        ),
        **dict.fromkeys(
            (
                "n_layers",
                "n_ctx",
                "n_ctx_seq",
                "n_batch",
                "n_ubatch",
                "n_seq_max",
                "kv_total_mib",
                "compute_total_device_mib",
            ),
            _COUNT,
        ),
        "source_id": _NEEDED,
        "n": Column("number", required=True, low=1),
    },
    "gguf_sizes": {
        "source_id": _NEEDED,
        "architecture": _NEEDED,
        "model": _NEEDED,
        "n_layers": _POSITIVE,
        "ftype": _NEEDED,
        "imatrix": _YES_NO,
        "total_tensor_bytes": _POSITIVE,
        "file_bytes": _POSITIVE,
        "bpw": Column("number", low=1, high=33),
        "tensor_type_histogram": _NEEDED,
        "n_params": _POSITIVE,
        "requires_imatrix": _YES_NO,
        "n_fallback_tensors": _COUNT,
    },
    "cpu_bench": {
        "source_id": _NEEDED,
        "model_shape": _NEEDED,
        "ftype": _NEEDED,
        "bpw": _POSITIVE,
        "tensor_bytes": _POSITIVE,
        "threads": _POSITIVE,
        "test": _NEEDED,
        "avg_tok_s": _POSITIVE,
        "stddev": _COUNT,
        "best_rep_tok_s": _POSITIVE,
        "loadavg_before": _COUNT,
        "numpy_read_gbs_just_before": _COUNT,
        "avg_gbs_read": _COUNT,
        "best_gbs_read": _COUNT,
        "best_efficiency_vs_idle_numpy_read": _COUNT,
        "contended": _TEXT,
    },
}
"""Kind -> column -> what its cells may be. Units as the names say; speeds as `unit` says."""
