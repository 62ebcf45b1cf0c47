"""Mixtures of experts with ordinary attention."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("name", "there", "absent"),
    [
        ("Mixtral-8x7B", "ffn_gate_exps.weight", "ffn_up_shexp.weight"),
        ("Qwen3-30B-A3B", "attn_q_norm.weight", "ffn_up_shexp.weight"),
        ("gpt-oss-20b", "attn_sinks.weight", "attn_q_norm.weight"),
        ("GLM-4.5-Air", "attn_q.bias", "ffn_up_exps.weight"),
        ("Llama-4-Scout-17B-16E", "ffn_up_shexp.weight", "attn_q_norm.weight"),
    ],
)
def test_what_a_mixture_has_and_lacks(name: str, there: str, absent: str, layer) -> None:
    """Of its first layer, which is dense in GLM."""
    found = layer(name)
    assert (True, False) == (there in found, absent in found)


def test_the_prediction_block_is_one_more_layer(layer) -> None:
    """GLM-4.5-Air has 46 layers, and a block that predicts the token after the next."""
    assert "nextn.eh_proj.weight" in layer("GLM-4.5-Air", 46)
    assert {} == layer("GLM-4.5-Air", 47)
