"""Mixtures of experts with ordinary attention."""

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
        ("Mixtral-8x7B", 46_702_792_704),
        ("Qwen3-30B-A3B", 30_532_122_624),
        ("gpt-oss-20b", 20_914_757_184),
    ],
)
def test_weights_are_those_of_the_publisher(name: str, n_params: int) -> None:
    """To the digit, as the published checkpoints count them."""
    assert n_params == sum(one.n_elements for one in tensors(find_model(name)))


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
def test_what_a_mixture_has_and_lacks(name: str, there: str, absent: str) -> None:
    """Of its first layer, which is dense in GLM."""
    found = layer(name)
    assert (True, False) == (there in found, absent in found)


def test_the_prediction_block_is_one_more_layer() -> None:
    """GLM-4.5-Air has 46 layers, and a block that predicts the token after the next."""
    assert "nextn.eh_proj.weight" in layer("GLM-4.5-Air", 46)
    assert {} == layer("GLM-4.5-Air", 47)
