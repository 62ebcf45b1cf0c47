"""GuideLLM's benchmarks.json (https://github.com/vllm-project/guidellm)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from advisor.measuring.importers._common import first_record, number, whole
from advisor.measuring.rows import Row

TITLE = "GuideLLM"
_METRICS = {
    "requests_per_second": ("requests_per_s", 1.0, "mean"),
    "output_tokens_per_second": ("output_tokens_per_s", 1.0, "mean"),
    "tokens_per_second": ("total_tokens_per_s", 1.0, "mean"),
    "time_to_first_token_ms": ("ttft_s", 1e-3, "median"),
    "time_per_output_token_ms": ("tpot_s", 1e-3, "median"),
    "inter_token_latency_ms": ("itl_s", 1e-3, "median"),
    "request_latency": ("request_latency_s", 1.0, "median"),
}


def recognise(text: str) -> bool:
    """Whether it is a list of benchmarks with GuideLLM's metrics."""
    listed = first_record(text).get("benchmarks")
    return bool(
        isinstance(listed, list)
        and listed
        and isinstance(listed[0], dict)
        and isinstance(listed[0].get("metrics"), dict)
    )


def read(text: str) -> list[Row]:
    """One row per benchmark and metric, of the successful requests."""
    document = json.loads(text)
    return [row for benchmark in document["benchmarks"] for row in _rows(document, benchmark)]


def _rows(document: dict[str, Any], benchmark: dict[str, Any]) -> Iterator[Row]:
    metrics = benchmark.get("metrics") or {}
    strategy = ((benchmark.get("config") or benchmark.get("args") or {}).get("strategy")) or {}
    concurrency = whole(strategy.get("streams")) or _figure(metrics.get("request_concurrency"), "mean")
    arguments = document.get("args") or {}
    backend = benchmark.get("worker") or benchmark.get("backend") or {}
    totals = metrics.get("request_totals") or (benchmark.get("run_stats") or {}).get("requests_made") or {}
    for key, (metric, scale, which) in _METRICS.items():
        value = _figure(metrics.get(key), which)
        if value:
            spread = _figure(metrics.get(key), "std_dev")
            yield Row(
                kind="serving",
                phase="serving",
                metric=metric,
                value=value * scale,
                sd=spread * scale if spread is not None else None,
                n=whole(totals.get("successful")) or 1,
                model=str(
                    arguments.get("model") or backend.get("backend_model") or backend.get("model") or ""
                ),
                engine="vllm",
                concurrency=round(concurrency) if concurrency else None,
                prompt_tokens=_tokens(metrics.get("prompt_token_count")),
                output_tokens=_tokens(metrics.get("output_token_count")),
                tool="GuideLLM",
                tool_version=str((document.get("metadata") or {}).get("guidellm_version") or ""),
                facts={"strategy": strategy.get("type_"), "request_rate": strategy.get("rate")},
            )


def _figure(metric: Any, which: str) -> float | None:
    if not isinstance(metric, dict):
        return None
    part = metric.get("successful", metric)
    return number(part.get(which)) if isinstance(part, dict) else None


def _tokens(metric: Any) -> int | None:
    found = _figure(metric, "mean")
    return round(found) if found else None
