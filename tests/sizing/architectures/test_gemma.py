"""Gemma 3, 3n and 4."""

from __future__ import annotations

from advisor.catalog.models import find_model
from advisor.sizing.tensors import tensors


def test_sandwich_norms_and_normed_heads(layer) -> None:
    """Norms before and after both blocks, and of queries and keys."""
    norms = {"attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm", "attn_q_norm", "attn_k_norm"}
    assert norms == {name.removesuffix(".weight") for name in layer("Gemma-3-4B") if "norm" in name}


def test_padding_rows_of_the_vocabulary_are_dropped() -> None:
    """The tokenizer of Gemma 3 has 262144 tokens; the configuration states 64 rows more."""
    (embedding,) = (one for one in tensors(find_model("Gemma-3-4B")) if one.name == "token_embd.weight")
    assert (2560, 262144) == embedding.shape


def test_full_layers_of_gemma_4_are_wider_and_keep_no_values(layer) -> None:
    """512 wide heads, keys that serve as values."""
    sliding, full = layer("Gemma-4-31B", 0), layer("Gemma-4-31B", 5)
    assert (256, 512) == (sliding["attn_q_norm.weight"][0], full["attn_q_norm.weight"][0])
    assert (True, False) == ("attn_v.weight" in sliding, "attn_v.weight" in full)


def test_gemma_3n_has_embeddings_for_every_layer() -> None:
    """256 numbers a layer for each token."""
    (table,) = (
        one for one in tensors(find_model("Gemma-3n-E4B")) if one.name == "per_layer_token_embd.weight"
    )
    assert 256 * 35 == table.shape[0]
