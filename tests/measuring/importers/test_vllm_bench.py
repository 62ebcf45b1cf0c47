"""vLLM's benchmarks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from advisor.errors import UsageError
from advisor.measuring.rows import Row

RowsOf = Callable[..., list[Row]]


def test_vllm_serve_in_seconds_with_load_per_request(rows_of: RowsOf) -> None:
    """Milliseconds become seconds, totals become tokens per request."""
    found = {r.metric: r for r in rows_of("vllm_serve.json", hardware="RTX 4090")}
    assert {name: row.value for name, row in found.items()} == {
        "output_tokens_per_s": 640.0,
        "total_tokens_per_s": 5760.0,
        "requests_per_s": 5.0,
        "ttft_s": 0.2,
        "tpot_s": 0.0225,
        "itl_s": 0.022,
    }
    row = found["ttft_s"]
    assert (row.prompt_tokens, row.output_tokens, row.concurrency, row.scheme, row.measured_at) == (
        1024,
        128,
        16,
        "W8A8-FP-dynamic",
        "2026-01-02T03:04:05",
    )


def test_vllm_latency_and_throughput_need_model_and_scheme(rows_of: RowsOf) -> None:
    """Their files name neither, so neither is guessed."""
    with pytest.raises(UsageError, match="--model"):
        rows_of("vllm_latency.json", hardware="RTX 4090")
    with pytest.raises(UsageError, match="--scheme"):
        rows_of("vllm_latency.json", hardware="RTX 4090", model="llama-3.1-8b")
    said = {"hardware": "RTX 4090", "model": "llama-3.1-8b", "scheme": "BF16"}
    assert [(r.metric, r.value, r.n) for r in rows_of("vllm_latency.json", **said)] == [
        ("request_latency_s", 2.5, 3)
    ]
    assert [(r.metric, r.value) for r in rows_of("vllm_throughput.json", **said)] == [
        ("requests_per_s", 20.0),
        ("total_tokens_per_s", 10240.0),
    ]
