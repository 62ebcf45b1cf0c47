"""Decoders of one attention and one feed-forward block a layer."""

from __future__ import annotations

import pytest

from advisor.catalog.models import find_model
from advisor.sizing.tensors import tensors


def layer(name: str, number: int = 0) -> dict[str, tuple[int, ...]]:
    """Tensor -> shape of one layer of a published model."""
    prefix = f"blk.{number}."
    found = tensors(find_model(name))
    return {one.name.removeprefix(prefix): one.shape for one in found if one.name.startswith(prefix)}


@pytest.mark.parametrize(
    ("name", "n_params"),
    [
        ("Qwen2.5-7B", 7_615_616_512),
        ("Qwen3-8B", 8_190_735_360),
        ("Phi-3-mini-4k", 3_821_079_552),
        ("OLMo-2-13B", 13_716_198_400),
        ("StableLM-2-12B", 12_143_185_920),
    ],
)
def test_weights_are_those_of_the_publisher(name: str, n_params: int) -> None:
    """To the digit, as the published checkpoints count them."""
    assert n_params == sum(one.n_elements for one in tensors(find_model(name)))


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
def test_what_a_relative_of_llama_has_and_lacks(name: str, there: str, absent: str) -> None:
    """Biases, norms, fused matrices and gates."""
    found = layer(name)
    assert (True, False) == (there in found, absent in found)


@pytest.mark.parametrize(("name", "stored"), [("Llama-3.1-8B", True), ("Llama-2-7B", False)])
def test_rope_factors_are_a_tensor_of_long_contexts(name: str, stored: bool) -> None:
    """Llama 3.1 scales its frequencies; Llama 2 does not."""
    assert stored == any(one.name == "rope_freqs.weight" for one in tensors(find_model(name)))
