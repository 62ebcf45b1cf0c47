"""Taking a model's name apart."""

from __future__ import annotations

import pytest

from advisor.catalog.models.spelling import strip_quant, take_apart, variant_of


@pytest.mark.parametrize(
    ("text", "total", "active"),
    [
        ("Qwen3-30B-A3B-Instruct", 30e9, 3_000_000_000),
        ("meta-llama/Llama-3.1-8B", 8e9, None),
        ("smollm2:360m", 360e6, None),
        ("phi-4", None, None),
    ],
)
def test_sizes_are_what_the_name_states(text, total, active):
    """All parameters, and those a token uses."""
    assert (take_apart(text).total_params, take_apart(text).active_params) == (total, active)


@pytest.mark.parametrize(
    ("text", "variant"),
    [("Qwen3-4B-Thinking", "reasoning"), ("DeepSeek-R1-Distill-Qwen-7B", "reasoning"), ("Qwen3-8B", None)],
)
def test_a_variant_is_said_by_a_word(text, variant):
    """Where none says it, nothing does."""
    assert variant_of(text) == variant


def test_publisher_parts_and_quantization_are_no_part_of_the_name():
    """`-00001-of-00003.gguf` counts the parts of a file."""
    assert strip_quant("unsloth/Qwen3-8B-Q4_K_M-00001-of-00003.gguf").strip(" -") == "qwen3-8b"
