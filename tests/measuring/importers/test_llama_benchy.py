"""llama-benchy's table."""

from __future__ import annotations

from collections.abc import Callable

from advisor.measuring.rows import Row

RowsOf = Callable[..., list[Row]]


def test_one_request_has_both_phases(rows_of: RowsOf) -> None:
    """Lines of several requests at once are left out: their sums hold the waiting of one for another."""
    said = {"hardware": "RTX 4090", "model": "llama-3.1-8b", "engine": "vllm"}
    found = rows_of("llama_benchy.md", **said)
    assert [(r.phase, r.value, r.sd, r.prompt_tokens, r.output_tokens, r.concurrency) for r in found] == [
        ("prefill", 1600.0, 9.0, 1024, None, 1),
        ("decode", 13.0, 0.1, None, 128, 1),
    ]
