"""What `ollama run --verbose` prints."""

from __future__ import annotations

from collections.abc import Callable

from advisor.measuring.rows import Row

RowsOf = Callable[..., list[Row]]


def test_prompt_and_answer_rates_with_the_scheme_of_the_tag(rows_of: RowsOf) -> None:
    """`--verbose` prints both; the tag names model and scheme."""
    answers = rows_of("ollama.log", hardware="RTX 4090")
    assert [(r.phase, r.value, r.scheme, r.model, r.engine) for r in answers] == [
        ("prefill", 2000.0, "Q4_K_M", "Llama-3.1-8B", "ollama"),
        ("decode", 125.0, "Q4_K_M", "Llama-3.1-8B", "ollama"),
    ]
