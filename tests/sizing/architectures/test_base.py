"""Blocks that most architectures share."""

from __future__ import annotations

import pytest

from advisor.documents.model import ModelProfile
from advisor.errors import UnsupportedError
from advisor.sizing.architectures.base import Attention, Experts, Layout

SMALL = {
    "name": "m",
    "source": "user",
    "hidden_size": 8,
    "n_layers": 1,
    "n_heads": 4,
    "n_kv_heads": 2,
    "head_dim": 3,
    "vocab_size": 10,
    "intermediate_size": 20,
}


def layout(**facts: object) -> Layout:
    """Of a small model."""
    return Layout(ModelProfile(**SMALL | facts))


def shapes(found: Layout) -> dict[str, tuple[int, ...]]:
    """Name without its layer -> shape."""
    return {tensor.name.removeprefix("blk.0."): tensor.shape for tensor in found.tensors}


PLAIN = {
    "attn_q.weight": (8, 12),
    "attn_k.weight": (8, 6),
    "attn_v.weight": (8, 6),
    "attn_output.weight": (12, 8),
}


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (Attention(), {}),
        (Attention(gated_q=True), {"attn_q.weight": (8, 24)}),
        (Attention(qk_norm="head"), {"attn_q_norm.weight": (3,), "attn_k_norm.weight": (3,)}),
        (Attention(qk_norm="full"), {"attn_q_norm.weight": (12,), "attn_k_norm.weight": (6,)}),
        (Attention(qk_norm="per-head"), {"attn_q_norm.weight": (3, 4), "attn_k_norm.weight": (3, 2)}),
        (Attention(out_bias=True), {"attn_output.bias": (8,)}),
        (Attention(n_kv=1), {"attn_k.weight": (8, 3), "attn_v.weight": (8, 3)}),
    ],
)
def test_attention(kind: Attention, changes: dict[str, tuple[int, ...]]) -> None:
    """Each way in which a model differs adds or changes its own tensors."""
    found = layout()
    found.attention(0, kind)
    assert PLAIN | changes == shapes(found)


def test_attention_in_one_matrix_or_without_values() -> None:
    """Fused: queries, keys and values together; shared: the keys are the values."""
    fused, shared = layout(), layout()
    fused.attention(0, Attention(fused=True))
    shared.attention(0, Attention(shared_kv=True))
    assert {"attn_qkv.weight": (8, 24), "attn_output.weight": (12, 8)} == shapes(fused)
    assert PLAIN.keys() - {"attn_v.weight"} == shapes(shared).keys()


EXPERTS = {
    "ffn_gate_inp.weight": (8, 6),
    "ffn_gate_exps.weight": (8, 5, 6),
    "ffn_up_exps.weight": (8, 5, 6),
    "ffn_down_exps.weight": (5, 8, 6),
}


@pytest.mark.parametrize(
    ("kind", "changes", "gone"),
    [
        (Experts(), {}, set()),
        (Experts(gated=False), {}, {"ffn_gate_exps.weight"}),
        (Experts(score_bias=True), {"exp_probs_b.bias": (6,)}, set()),
        (
            Experts(fused=True),
            {"ffn_gate_up_exps.weight": (8, 10, 6)},
            {"ffn_gate_exps.weight", "ffn_up_exps.weight"},
        ),
        (
            Experts(shared_ff=7, shared_gate=True),
            {
                "ffn_gate_inp_shexp.weight": (8,),
                "ffn_gate_shexp.weight": (8, 7),
                "ffn_up_shexp.weight": (8, 7),
                "ffn_down_shexp.weight": (7, 8),
            },
            set(),
        ),
    ],
)
def test_experts(kind: Experts, changes: dict[str, tuple[int, ...]], gone: set[str]) -> None:
    """Router and three 3-D tensors, and what a kind adds."""
    found = layout(n_experts=6, moe_intermediate_size=5)
    found.experts(0, kind)
    assert {name: shape for name, shape in EXPERTS.items() if name not in gone} | changes == shapes(found)


@pytest.mark.parametrize(
    ("facts", "tied"),
    [
        ({"tie_embeddings": True}, True),
        ({"tie_embeddings": False, "architecture": "Gemma2ForCausalLM"}, False),
        ({"architecture": "Gemma2ForCausalLM"}, True),
        ({"architecture": "LlamaForCausalLM"}, False),
    ],
)
def test_a_silent_configuration_has_its_class_s_default(facts: dict[str, object], tied: bool) -> None:
    """What is stated wins; a tied model stores no output matrix."""
    found = layout(**facts)
    found.ends()
    assert (tied, not tied) == (found.tied(), "output.weight" in shapes(found))


@pytest.mark.parametrize("field", ["hidden_size", "n_layers", "vocab_size"])
def test_a_missing_shape_is_named(field: str) -> None:
    """With the mend."""
    with pytest.raises(UnsupportedError, match=f"{field} is not known"):
        layout(**{field: None})


def test_a_block_without_a_width_is_refused() -> None:
    """What a feed-forward block is as wide as cannot be guessed."""
    with pytest.raises(UnsupportedError, match="intermediate_size"):
        layout(intermediate_size=None).ffn(0)


def test_shared_experts_are_stated_or_counted() -> None:
    """Their width in config.json, in the catalogue's words, or their number times an expert's."""
    assert [40, 30, 10] == [
        layout(metadata={"shared_expert_intermediate_size": 40}).shared_size(),
        layout(extra="shared_size=30").shared_size(),
        layout(n_shared_experts=2, moe_intermediate_size=5).shared_size(),
    ]
