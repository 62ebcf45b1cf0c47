"""Layouts of architectures of which only a configuration is known."""

from __future__ import annotations

import pytest

from advisor.documents.model import ModelProfile
from advisor.sizing.architectures import stated
from advisor.sizing.architectures.base import Layout

FACTS = {
    "name": "m",
    "source": "hf-config",
    "architecture": "NewForCausalLM",
    "hidden_size": 64,
    "n_layers": 4,
    "n_heads": 4,
    "n_kv_heads": 2,
    "head_dim": 16,
    "vocab_size": 100,
    "intermediate_size": 128,
    "tie_embeddings": True,
}


def built(**facts: object) -> dict[str, tuple[int, ...]]:
    """Tensor -> shape."""
    layout = Layout(ModelProfile(**FACTS | facts))
    stated.build(layout)
    return {tensor.name: tensor.shape for tensor in layout.tensors}


def test_a_plain_decoder() -> None:
    """Two norms, attention and three matrices a layer."""
    found = built()
    assert {
        "attn_norm.weight": (64,),
        "attn_q.weight": (64, 64),
        "attn_k.weight": (64, 32),
        "attn_v.weight": (64, 32),
        "attn_output.weight": (64, 64),
        "ffn_norm.weight": (64,),
        "ffn_gate.weight": (64, 128),
        "ffn_up.weight": (64, 128),
        "ffn_down.weight": (128, 64),
    } == {name.removeprefix("blk.3."): shape for name, shape in found.items() if name.startswith("blk.3.")}
    assert {"token_embd.weight", "output_norm.weight"} == {n for n in found if not n.startswith("blk.")}


@pytest.mark.parametrize(
    ("facts", "name", "shape"),
    [
        ({"metadata": {"attn_output_gate": True}}, "blk.0.attn_q.weight", (64, 128)),
        ({"metadata": {"ffn_widths": "128,96,128,128"}}, "blk.1.ffn_up.weight", (64, 96)),
        ({"metadata": {"hidden_size_per_layer_input": 8}}, "per_layer_token_embd.weight", (32, 100)),
        ({"metadata": {"kv_heads": "2,4,2,2"}}, "blk.1.attn_k.weight", (64, 64)),
        (
            {
                "metadata": {
                    "ngram_size": 3,
                    "heads_per_ngram": 2,
                    "ngram_vocab_size_base": 1000,
                    "ple_embed_dim": 160,
                }
            },
            "ngram_embd.weight",
            (40, 4000),
        ),
    ],
)
def test_what_a_configuration_states_is_laid_out(
    facts: dict[str, object], name: str, shape: tuple[int, ...]
) -> None:
    """Gates, widths and heads by layer, tables beside the vocabulary."""
    assert shape == built(**facts)[name]


def test_classes_without_a_gate_have_two_matrices() -> None:
    """As their modelling code has them."""
    assert "blk.0.ffn_gate.weight" not in built(architecture="Starcoder2ForCausalLM")
