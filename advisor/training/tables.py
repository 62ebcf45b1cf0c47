"""The measurement tables as pandas frames, with names unified against the catalogues."""

from __future__ import annotations

from functools import cache

import pandas as pd

from advisor.data import folder
from advisor.training.unify import device_name, model_name, scheme_name

KINDS = (
    "accuracy", "speed_local", "speed_serving", "kernel_gemm", "bandwidth", "memory", "gguf_sizes", "cpu_bench",
    "model_quality",
)

_TEXT = frozenset({
    "source_id", "hardware", "hardware_kind", "backend", "engine", "engine_version", "model", "arch", "scheme",
    "phase", "test", "ngl", "unit", "notes", "audit", "flags", "family", "variant", "method", "calibration", "metric",
    "task_category", "dataset", "n_shot", "baseline_precision", "kv_type", "topology", "host_cpu", "system",
    "gemm_dtype", "moe_dtype", "kernel_source", "model_shape", "ftype", "contended", "architecture", "imatrix",
    "tensor_type_histogram", "requires_imatrix", "hf_id", "benchmark", "setting", "reported_by", "url", "date",
    "device", "kind", "type_k", "type_v", "source_kind", "kv_unified", "swa_full", "build", "model_buffer_mib",
    "kv_buffer_mib", "rs_buffer_mib", "compute_buffer_mib", "file",
})
"""Every other column is a number."""


def load(kind: str) -> pd.DataFrame:
    """All tables of *kind* below each other, one row per figure or reduced configuration.

    Columns: those of the tables, text as str ('' when the source is silent), numbers as float64 (NaN likewise),
    `n` (figures behind the row), `spread` (half interquartile range over the median, NaN for n = 1), and where the
    table names them `device`, `model_name`, `scheme_name`: catalogue names, '' when nothing matched.
    Raises ValueError for an unknown kind.
    """
    if kind not in KINDS:
        raise ValueError(f"no measurement kind {kind!r}; one of {', '.join(KINDS)}")
    return _load(kind).copy()


@cache
def _load(kind: str) -> pd.DataFrame:
    if kind == "model_quality":
        paths = [folder("profiles") / "model_quality.csv"]
    else:
        paths = sorted((folder("measurements") / kind).glob("*.csv"))
    frames = [pd.read_csv(path, dtype=str, keep_default_na=False) for path in paths]
    table = pd.concat(frames, ignore_index=True)
    if "n" not in table:
        table["n"] = "1"
    for column in table.columns:
        if column in _TEXT:
            table[column] = table[column].fillna("").astype(str)
        else:
            table[column] = pd.to_numeric(table[column], errors="raise").astype("float64")
    return _unified(kind, table)


def _unified(kind: str, table: pd.DataFrame) -> pd.DataFrame:
    if "hardware" in table and kind != "memory":
        table["device"] = [device_name(name) for name in table["hardware"]]
    if "model" in table:
        table["model_name"] = [model_name(name) for name in table["model"]]
    if kind == "accuracy":
        columns = zip(table["scheme"], table["method"], table["group_size"], table["act_bits"], table["weight_bits"],
                      table["engine"], strict=True)
        table["scheme_name"] = [scheme_name(*cells) for cells in columns]
    elif "scheme" in table:
        table["scheme_name"] = [scheme_name(s, engine=e) for s, e in zip(table["scheme"], table["engine"], strict=True)]
    return table
