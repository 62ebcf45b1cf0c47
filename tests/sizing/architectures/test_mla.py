"""Latent attention."""

from __future__ import annotations

import pytest


def test_keys_and_values_rise_from_one_latent(layer) -> None:
    """Rank 512 and 64 rotary numbers go in; the matrices of all heads come out of it as 3-D tensors."""
    found = layer("DeepSeek-V3")
    assert {
        "attn_q_a.weight": (7168, 1536),
        "attn_q_b.weight": (1536, 128 * 192),
        "attn_kv_a_mqa.weight": (7168, 576),
        "attn_k_b.weight": (128, 512, 128),
        "attn_v_b.weight": (512, 128, 128),
        "attn_output.weight": (128 * 128, 7168),
    } == {name: shape for name, shape in found.items() if name.startswith("attn") and "norm" not in name}


@pytest.mark.parametrize(("name", "bias"), [("DeepSeek-V2-Lite", False), ("DeepSeek-V3", True)])
def test_experts_begin_after_the_dense_layers(name: str, bias: bool, layer) -> None:
    """The router of V3 has a bias of its scores."""
    dense, last = layer(name), layer(name, 20)
    assert (False, True) == ("ffn_up_exps.weight" in dense, "ffn_up_exps.weight" in last)
    assert bias == ("exp_probs_b.bias" in last)
