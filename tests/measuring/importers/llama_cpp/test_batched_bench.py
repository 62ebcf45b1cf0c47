"""llama-batched-bench and llama-sweep-bench."""

from __future__ import annotations

from collections.abc import Callable

from advisor.measuring.rows import Row

RowsOf = Callable[..., list[Row]]


def test_batched_bench_marks_rates_of_several_requests(rows_of: RowsOf) -> None:
    """The speed of four requests together is no speed of one."""
    found = rows_of("llama_batched_bench.log")
    assert [(r.phase, r.value, r.concurrency, r.depth, r.flags) for r in found] == [
        ("prefill", 10240.0, 1, 0, ""),
        ("decode", 128.0, 1, 512, ""),
        ("prefill", 10778.95, 4, 0, "aggregate_rate"),
        ("decode", 400.0, 4, 512, "aggregate_rate"),
    ]


def test_sweep_bench_decodes_at_the_depth_of_its_line(rows_of: RowsOf) -> None:
    """Its N_KV is the depth of both phases."""
    found = rows_of("llama_sweep_bench.log", hardware="RTX 4090")
    assert [(r.phase, r.depth) for r in found] == [
        ("prefill", 0),
        ("decode", 0),
        ("prefill", 512),
        ("decode", 512),
    ]
