"""vLLM's benchmark JSON, `vllm bench serve|latency|throughput`, and the table that `serve` prints
(https://docs.vllm.ai/en/latest/contributing/benchmarks.html).

SGLang's bench_serving writes the same keys, a line per run, and prints the same table.
"""

from __future__ import annotations

import re
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
_TABLE = re.compile(r"=+ Serving Benchmark Result =+\n(.*?)\n=+\s*(?:\n|$)", re.DOTALL)
_LABELS = {
    "successful requests": "completed",
    "maximum request concurrency": "max_concurrency",
    "max request concurrency": "max_concurrency",
    "benchmark duration (s)": "duration",
    "total input tokens": "total_input_tokens",
    "total generated tokens": "total_output_tokens",
    "request throughput (req/s)": "request_throughput",
    "output token throughput (tok/s)": "output_throughput",
    "total token throughput (tok/s)": "total_token_throughput",
    "backend": "backend",
    **{
        f"{how} {what} (ms)": f"{how}_{what.replace('e2e latency', 'e2el')}_ms"
        for how in ("mean", "median")
        for what in ("ttft", "tpot", "itl", "e2el", "e2e latency")
    },
}
"""What the table calls the keys of the JSON."""


def recognise(text: str) -> bool:
    """Whether the keys are those of one of the three, or the table of `serve` is there."""
    if _TABLE.search(text):
        return True
    record = first_record(text)
    return (
        {"request_throughput", "output_throughput"} <= set(record)
        or {"avg_latency", "latencies", "percentiles"} <= set(record)
        or {"elapsed_time", "num_requests", "requests_per_second", "tokens_per_second"} <= set(record)
    )


def read(text: str) -> list[Row]:
    """Rates, and the medians of the times, in seconds."""
    return [row for record in _tables(text) or json_records(text) for row in _rows(record)]


def _tables(text: str) -> list[dict[str, Any]]:
    """The printed tables as records of the JSON's keys; the model where the command's echo names it."""
    named = re.search(r"\bmodel='([^']+)'", text) or re.search(r"--model[ =](\S+)", text)
    found = []
    for table in _TABLE.findall(text):
        record: dict[str, Any] = {"model_id": named[1]} if named else {}
        for line in table.splitlines():
            label, _, value = line.rpartition(":")
            key = _LABELS.get(label.strip().lower())
            if key:
                record[key] = value.strip()
        found.append(record)
    return found


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
