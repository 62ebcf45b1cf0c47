"""Decoders of one attention and one feed-forward block a layer."""

from __future__ import annotations

import pytest

from advisor.catalog.models import find_model
from advisor.sizing.tensors import tensors


@pytest.mark.parametrize(
    ("name", "there", "absent"),
    [
        ("Llama-3.1-8B", "ffn_gate.weight", "attn_q.bias"),
        ("Qwen2.5-7B", "attn_q.bias", "attn_q_norm.weight"),
        ("Qwen3-8B", "attn_q_norm.weight", "attn_q.bias"),
        ("Phi-3-mini-4k", "attn_qkv.weight", "ffn_gate.weight"),
        ("OLMo-2-13B", "post_attention_norm.weight", "attn_norm.weight"),
        ("Falcon-7B", "attn_norm.bias", "ffn_gate.weight"),
        ("Command-R7B", "attn_norm.weight", "ffn_norm.weight"),
    ],
)
def test_what_a_relative_of_llama_has_and_lacks(name: str, there: str, absent: str, layer) -> None:
    """Biases, norms, fused matrices and gates."""
    found = layer(name)
    assert (True, False) == (there in found, absent in found)


@pytest.mark.parametrize(("name", "stored"), [("Llama-3.1-8B", True), ("Llama-2-7B", False)])
def test_rope_factors_are_a_tensor_of_long_contexts(name: str, stored: bool) -> None:
    """Llama 3.1 scales its frequencies; Llama 2 does not."""
    assert stored == any(one.name == "rope_freqs.weight" for one in tensors(find_model(name)))
