"""Recipes of llm-compressor: which layers stay in 16 bits, and in which order the modifiers stand."""

from __future__ import annotations

import pytest

from advisor.catalog.resolve import resolve_model
from advisor.catalog.schemes import find_scheme
from advisor.deploy.chosen import Chosen
from advisor.deploy.llm_compressor import ignored, recipe


def program(model: str, scheme: str) -> str:
    """The Python program for the scheme on the model."""
    chosen = Chosen(
        model=resolve_model(model),
        scheme=find_scheme(scheme),
        imatrix=None,
        engine="vllm",
        backend="cuda",
        placement=None,
        context_tokens=8192,
    )
    return recipe(chosen).files[0].text


@pytest.mark.parametrize(
    ("model", "patterns"),
    [
        ("Llama-3.1-8B", set()),
        ("Qwen3-30B-A3B", {"re:.*mlp.gate$", "re:.*router.*"}),
        ("Gemma-4-26B-A4B", {"re:.*router.*", "re:.*vision.*"}),
        ("Qwen3.6-35B-A3B", {"re:.*mlp.gate$", "re:.*shared_expert_gate$", "re:.*linear_attn.*"}),
    ],
)
def test_what_is_never_quantized(model, patterns):
    """Routers, vision towers and linear attention: a checkpoint with one of them quantized does not load."""
    found = set(ignored(resolve_model(model)))
    assert "lm_head" in found
    assert patterns <= found
    assert (found == {"lm_head"}) == (not patterns)


def test_awq_of_a_mixture_is_symmetric():
    """Engines load no zero points in experts."""
    assert 'scheme="W4A16"' in program("Qwen3-30B-A3B", "W4A16-INT-awq-g128")
    assert 'scheme="W4A16_ASYM"' in program("Llama-3.1-8B", "W4A16-INT-awq-g128")


def test_eight_bits_weight_only_are_per_channel():
    """The preset W8A16 has groups of 128, which is another scheme."""
    assert '"strategy": "channel"' in program("Llama-3.1-8B", "W8A16-INT")


def test_awq_scales_before_it_rounds():
    """AWQModifier transforms only; the quantizing modifier follows it."""
    text = program("Llama-3.1-8B", "W4A16-INT-awq-g64")
    assert text.index("AWQModifier(duo") < text.index("QuantizationModifier(config_groups")
