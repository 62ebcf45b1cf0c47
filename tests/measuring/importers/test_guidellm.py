"""GuideLLM's reports."""

from __future__ import annotations

from collections.abc import Callable

from advisor.measuring.rows import Row

RowsOf = Callable[..., list[Row]]


def test_medians_of_the_successful_requests(rows_of: RowsOf) -> None:
    """Seconds, and tokens a second of all requests."""
    found = {r.metric: r.value for r in rows_of("guidellm.json", hardware="RTX 4090")}
    assert (found["ttft_s"], found["request_latency_s"], found["output_tokens_per_s"]) == (0.14, 1.95, 512.0)
