"""vLLM's benchmark JSON: `vllm bench serve|latency|throughput`
(https://docs.vllm.ai/en/latest/contributing/benchmarks.html).

SGLang's bench_serving writes the same keys, a line per run.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import pstdev
from typing import Any

from advisor.measuring.importers._common import first_record, json_records, number, whole
from advisor.measuring.rows import Row

TITLE = "vllm bench (serve, latency, throughput)"
_RATES = {
    "output_throughput": "output_tokens_per_s",
    "total_token_throughput": "total_tokens_per_s",
    "total_throughput": "total_tokens_per_s",
    "request_throughput": "requests_per_s",
}
_TIMES = {
    "ttft": "ttft_s",
    "tpot": "tpot_s",
    "itl": "itl_s",
    "e2el": "request_latency_s",
    "e2e_latency": "request_latency_s",
}


def recognise(text: str) -> bool:
    """Whether the keys are those of one of the three."""
    record = first_record(text)
    return (
        {"request_throughput", "output_throughput"} <= set(record)
        or {"avg_latency", "latencies", "percentiles"} <= set(record)
        or {"elapsed_time", "num_requests", "requests_per_second", "tokens_per_second"} <= set(record)
    )


def read(text: str) -> list[Row]:
    """Rates, and the medians of the times, in seconds."""
    return [row for record in json_records(text) for row in _rows(record)]


def _rows(record: dict[str, Any]) -> Iterator[Row]:
    common = _common(record)
    if "avg_latency" in record:
        latencies = [found for value in record["latencies"] if (found := number(value)) is not None]
        median = number((record.get("percentiles") or {}).get("50")) or number(record["avg_latency"])
        if median:
            yield Row(
                metric="request_latency_s",
                value=median,
                sd=pstdev(latencies) if len(latencies) > 1 else None,
                **{**common, "n": len(latencies) or 1},
            )
    elif "elapsed_time" in record:
        for key, metric in (
            ("requests_per_second", "requests_per_s"),
            ("tokens_per_second", "total_tokens_per_s"),
        ):
            if value := number(record[key]):
                yield Row(metric=metric, value=value, **{**common, "n": whole(record["num_requests"]) or 1})
    else:
        for key, metric in _RATES.items():
            if value := number(record.get(key)):
                yield Row(metric=metric, value=value, **common)
        for key, metric in _TIMES.items():
            value = number(record.get(f"median_{key}_ms")) or number(record.get(f"mean_{key}_ms"))
            if value:
                spread = number(record.get(f"std_{key}_ms"))
                yield Row(
                    metric=metric,
                    value=value / 1e3,
                    sd=spread / 1e3 if spread is not None else None,
                    **common,
                )


def _common(record: dict[str, Any]) -> dict[str, Any]:
    done = whole(record.get("completed")) or 1
    engine = str(record.get("backend") or record.get("endpoint_type") or "vllm").lower()
    names = ("request_rate", "duration", "num_prompts", "burstiness", "tensor_parallel_size")
    return {
        "kind": "serving",
        "phase": "serving",
        "n": done,
        "model": str(record.get("model_id") or record.get("model") or ""),
        "engine": "sglang" if "sglang" in engine else "vllm",
        "concurrency": whole(record.get("max_concurrency")),
        "prompt_tokens": _mean(record.get("total_input_tokens"), done),
        "output_tokens": _mean(record.get("total_output_tokens"), done),
        "measured_at": _time(str(record.get("date") or "")),
        "tool": "vllm bench",
        "facts": {name: record[name] for name in names if record.get(name) is not None},
    }


def _mean(total: Any, n: int) -> int | None:
    found = number(total)
    return round(found / n) if found else None


def _time(text: str) -> str:
    """'20250424-115850' as ISO 8601; anything else as it is."""
    digits = text.replace("-", "")
    if len(digits) != 14 or not digits.isdigit():
        return text
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}T{digits[8:10]}:{digits[10:12]}:{digits[12:]}"
