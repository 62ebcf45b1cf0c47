"""llama-bench's table."""

from __future__ import annotations

from collections.abc import Callable

from advisor.measuring.rows import Row

RowsOf = Callable[..., list[Row]]


def test_llama_bench_markdown_knows_the_gpu_from_the_log_above(rows_of: RowsOf) -> None:
    """The table has no machine; the lines that ggml prints before it do."""
    found = rows_of("llama_bench.md")
    assert [(r.phase, r.value, r.sd, r.depth, r.scheme, r.hardware) for r in found] == [
        ("prefill", 11000.5, 50.25, 0, "Q4_K_M", "NVIDIA GeForce RTX 4090"),
        ("decode", 130.13, 0.5, 0, "Q4_K_M", "NVIDIA GeForce RTX 4090"),
        ("decode", 118.5, 0.4, 4096, "Q4_K_M", "NVIDIA GeForce RTX 4090"),
        ("mixed", 600.25, 1.5, 0, "Q4_K_M", "NVIDIA GeForce RTX 4090"),
    ]
    assert found[0].facts["n_params"] == 8_030_000_000
