"""llama-bench's machine-readable outputs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from advisor.measuring.rows import Row

RowsOf = Callable[..., list[Row]]


@pytest.mark.parametrize(
    "name", ["llama_bench.json", "llama_bench.jsonl", "llama_bench.csv", "llama_bench.sql"]
)
def test_llama_bench_says_the_same_in_every_format(rows_of: RowsOf, name: str) -> None:
    """Four formats of one run give the same rows: model, scheme, machine and figures."""
    found = [
        (
            r.phase,
            r.value,
            r.prompt_tokens,
            r.output_tokens,
            r.depth,
            r.model,
            r.scheme,
            r.backend,
            r.gpu_layers,
            r.threads,
        )
        for r in rows_of(name)
    ]
    common = ("Llama-3.1-8B", "Q4_K_M", "cuda", 99, 16)
    assert found == [
        ("prefill", 11000.5, 512, None, 0, *common),
        ("decode", 130.125, None, 128, 0, *common),
        ("decode", 118.5, None, 128, 4096, *common),
        ("mixed", 600.25, 512, 128, 0, *common),
    ]
    assert len({r.key() for f in ("llama_bench.json", name) for r in rows_of(f)}) == 4
