"""Bandwidth, memory, exact GGUF sizes and our own CPU run."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from ingest_common import DATE_ACCESSED, Files, add_table, figure, read_text_table

_OURS = "Apache-2.0 (our own measurement)"
_CLOSED = "licence not stated"

_BANDWIDTH = {
    "FluidX3D README": (
        "fluidx3d",
        "https://github.com/ProjectPhysX/FluidX3D",
        "custom non-commercial licence (not an open licence)",
    ),
    "chsasank/device-benchmarks": (
        "device-benchmarks",
        "https://github.com/chsasank/device-benchmarks",
        f"{_CLOSED} (no licence file)",
    ),
    "geerlingguy/sbc-reviews": ("sbc-reviews", "https://github.com/geerlingguy/sbc-reviews", "MIT"),
    "ai-dynamo/aiconfigurator": (
        "aiconfigurator",
        "https://github.com/ai-dynamo/aiconfigurator",
        "Apache-2.0",
    ),
    "TI SPRACV1B": ("ti-spracv1b", "https://www.ti.com/lit/pdf/spracv1", f"{_CLOSED} (application note)"),
    "TI SPRAD45A": ("ti-sprad45a", "https://www.ti.com/lit/pdf/sprad45", f"{_CLOSED} (application note)"),
    "ggml-org/llama.cpp PR 1642": (
        "llamacpp-pr1642",
        "https://github.com/ggml-org/llama.cpp/pull/1642",
        f"{_CLOSED} (thread)",
    ),
    "github JustVugg/colibri": (
        "colibri-537",
        "https://github.com/JustVugg/colibri/issues/537",
        f"{_CLOSED} (thread)",
    ),
    "github adiudiuu/tps": ("tps-1", "https://github.com/adiudiuu/tps/issues/1", f"{_CLOSED} (thread)"),
    "vllm-project/vllm issue 7379": (
        "vllm-7379",
        "https://github.com/vllm-project/vllm/issues/7379",
        f"{_CLOSED} (thread)",
    ),
}
"""How the source column begins -> (id, URL, licence)."""

_LOGS = {
    "own measurement": ("own-no-alloc", "https://github.com/ggml-org/llama.cpp/tree/0c1e57098", _OURS),
    "ikawrakow/ik_llama.cpp": (
        "ik-llama-threads",
        "https://github.com/ikawrakow/ik_llama.cpp",
        f"{_CLOSED} (threads)",
    ),
    "Thireus/GGUF-Tool-Suite": ("gguf-tool-suite", "https://github.com/Thireus/GGUF-Tool-Suite", "MIT"),
    "hogeheer499": ("strix-halo-guide", "https://github.com/hogeheer499-commits/strix-halo-guide", "MIT"),
    "XiongjieDai": ("xiongjiedai", "https://github.com/XiongjieDai/GPU-Benchmarks-on-LLM-Inference", _CLOSED),
    "KrisDcosta": ("edge-llm-bench", "https://github.com/KrisDcosta/edge-llm-bench", _CLOSED),
    "intel-analytics": ("ipex-llm", "https://github.com/intel-analytics/ipex-llm", "Apache-2.0"),
    "stored public GitHub": (
        "unnamed-repositories",
        "https://github.com",
        f"{_CLOSED} (repository not named)",
    ),
    "ggml-org/llama.cpp": ("llamacpp-repository", "https://github.com/ggml-org/llama.cpp", "MIT"),
}
"""What the url column contains -> (id, URL, licence)."""


def _find(table: dict[str, tuple[str, str, str]], text: str) -> tuple[str, str, str]:
    for beginning, entry in table.items():
        if beginning in text:
            return entry
    raise ValueError(f"no source rule for {text!r}; add one to {__file__}")


def _fields(
    title: str, entry: tuple[str, str, str], derivation: str, audit: str = ""
) -> dict[str, str | int]:
    return {
        "title": title,
        "producer": entry[1].removeprefix("https://").removeprefix("github.com/")
        if entry[2] != _OURS
        else "quant-advisor",
        "url": entry[1],
        "date_published": "2026",
        "date_accessed": DATE_ACCESSED,
        "licence": entry[2],
        "derivation": derivation,
        "audit": audit,
    }


def _is_open(entry: tuple[str, str, str]) -> bool:
    return not (entry[2].startswith(_CLOSED) or "not an open licence" in entry[2])


def _bandwidth(raw: Path, files: Files) -> None:
    frame = read_text_table(raw / "bandwidth_measured.csv")
    frame["entry"] = [_find(_BANDWIDTH, text) for text in frame["source"]]
    for entry, rows in frame.groupby("entry", sort=True):
        rows = rows.drop(columns=["entry", "source"]).rename(columns={"device": "hardware"})
        rows.insert(0, "source_id", entry[0])
        if _is_open(entry):
            table, derivation = rows.assign(n=1, spread=""), "As transcribed."
        else:
            key = ["source_id", "hardware", "kind", "peak_gb_s", "method"]
            table = pd.DataFrame(
                [
                    _median_row(dict(zip(key, values, strict=True)), group)
                    for values, group in rows.groupby(key, sort=False)
                ]
            )
            derivation = "Reduced: median per device and method, n and relative half range."
        add_table(
            files,
            f"measurements/bandwidth/{entry[0]}.csv",
            table,
            _fields(
                "Measured memory bandwidth beside the peak",
                entry,
                derivation,
                "FluidX3D counts the bytes its own kernel moves: a lower bound of what streaming reads reach."
                if entry[0] == "fluidx3d"
                else "",
            ),
        )


def _median_row(row: dict[str, str], group: pd.DataFrame) -> dict[str, str | int]:
    measured = pd.to_numeric(group["measured_gb_s"])
    middle, peak = measured.median(), float(row["peak_gb_s"]) if row["peak_gb_s"] else 0.0
    spread = figure((measured.max() - measured.min()) / 2 / middle) if len(group) > 1 else ""
    return {
        "source_id": row["source_id"],
        "hardware": row["hardware"],
        "kind": row["kind"],
        "peak_gb_s": row["peak_gb_s"],
        "measured_gb_s": figure(middle),
        "fraction_of_peak": figure(round(middle / peak, 3)) if peak else "",
        "method": row["method"],
        "n": len(group),
        "spread": spread,
    }


def _memory(raw: Path, files: Files) -> None:
    frame = read_text_table(raw / "memory_logs.csv")
    frame["entry"] = [_find(_LOGS, text) for text in frame["url"]]
    for entry, rows in frame.groupby("entry", sort=True):
        rows = rows.drop(columns=["entry"])
        rows["url"] = rows["url"].replace(r"^stored public GitHub file id.*", "", regex=True)
        rows.insert(0, "source_id", entry[0])
        if _is_open(entry):
            table, derivation = rows.assign(n=1), "As transcribed."
        else:
            figures = [c for c in rows.columns if c != "url"]
            counts = rows.groupby(figures, sort=False)["url"].agg(["first", "size"]).reset_index()
            table = counts.rename(columns={"first": "url", "size": "n"})
            derivation = "Reduced: the buffer sizes once per configuration, n is how often they were logged."
        add_table(
            files,
            f"measurements/memory/{entry[0]}.csv",
            table,
            _fields(
                "Buffers llama.cpp allocated: weights, KV cache, compute, output",
                entry,
                "The engine's own reservation, run without allocating, for each configuration."
                if entry[2] == _OURS
                else derivation,
                "" if entry[2] == _OURS else "Public logs lean to ik_llama.cpp on CUDA.",
            ),
        )


def ingest_other(raw: Path, files: Files) -> None:
    """Add bandwidth, memory, GGUF sizes and our CPU run to *files*."""
    _bandwidth(raw, files)
    _memory(raw, files)
    ours = ("own", "https://github.com/ggml-org/llama.cpp/tree/0c1e57098", _OURS)
    sizes = read_text_table(raw / "gguf_sizes.csv")
    sizes.insert(0, "source_id", "llama-quantize-dry-run")
    add_table(
        files,
        "measurements/gguf_sizes/llama-quantize-dry-run.csv",
        sizes,
        _fields(
            "Exact tensor bytes per model shape, ftype and importance matrix",
            ours,
            "llama-quantize --dry-run of llama.cpp 0c1e57098 on headers with each model's shapes.",
        ),
    )
    run = read_text_table(raw / "cpu_bench.csv")
    run.insert(0, "source_id", "own-two-core-avx512")
    add_table(
        files,
        "measurements/cpu_bench/own-two-core-avx512.csv",
        run,
        _fields(
            "llama-bench on a two-core AVX-512 virtual machine",
            ours,
            "llama-bench per shape, type, threads and test, with the read bandwidth measured just before "
            "each run.",
            "Shared machine: rows marked contended ran beside another load.",
        ),
    )
