"""Multi-head latent attention: DeepSeek V2 and V3 and what follows them."""

from __future__ import annotations

from .base import Experts, Layout, _needed
from .moe import next_token

INDEXER_HEAD = 128
"""Key width of the sparse-attention indexer (index_head_dim of DeepSeek-V3.2 and GLM-5)."""


def attention(layout: Layout, i: int, n_heads: int | None = None) -> None:
    """MLA as stored today: the up-projection of keys and values split in two 3-D tensors per head."""
    model = layout.model
    n_heads = n_heads or layout.n_heads
    rank, rope = _needed(model, "mla_kv_lora_rank"), _needed(model, "mla_rope_dim")
    nope, v_dim = model.mla_nope_dim or layout.head, model.mla_v_dim or layout.head
    q_out = n_heads * (nope + rope)
    if model.mla_q_lora_rank:
        layout.matrix("attn_q_a", model.mla_q_lora_rank, layout.n_embd, "attn_q", i)
        layout.norm("attn_q_a_norm", model.mla_q_lora_rank, i)
        layout.matrix("attn_q_b", q_out, model.mla_q_lora_rank, "attn_q", i)
    else:
        layout.matrix("attn_q", q_out, layout.n_embd, "attn_q", i)
    layout.matrix("attn_kv_a_mqa", rank + rope, layout.n_embd, "attn_k", i)
    layout.norm("attn_kv_a_norm", rank, i)
    layout.add("attn_k_b.weight", nope, rank, n_heads, role="attn_k", layer=i)
    layout.add("attn_v_b.weight", rank, v_dim, n_heads, role="attn_v", layer=i)
    layout.matrix("attn_output", layout.n_embd, n_heads * v_dim, "attn_output", i)


def deepseek(layout: Layout, kind: str) -> None:
    """DeepSeek V1 (plain attention), V2, V3 and R1, Kimi K2: leading dense layers, then experts.

    *kind*: deepseek, deepseek2 (no score bias), deepseek3, sparse (with the indexer of V3.2 and GLM-5).
    """
    layout.ends()
    for i in range(layout.n_layers):
        layer(layout, i, kind)
    if kind == "sparse" and (layout.model.architecture or "").startswith("Glm"):
        trunk = sum(t.n_elements for t in layout.tensors)
        layer(layout, layout.n_layers, kind)
        next_token(layout, layout.n_layers, trunk)


def layer(layout: Layout, i: int, kind: str) -> None:
    """One layer."""
    layout.norm("attn_norm", layer=i)
    layout.norm("ffn_norm", layer=i)
    if kind == "deepseek":
        layout.attention(i)
    else:
        attention(layout, i)
    if kind == "sparse" and has_indexer(layout, i):
        indexer(layout, i)
    if i < (layout.model.first_dense_layers or 0):
        layout.ffn(i)
    else:
        layout.experts(i, Experts(shared_ff=layout.shared_size(), score_bias=kind in ("deepseek3", "sparse")))


def has_indexer(layout: Layout, i: int) -> bool:
    """GLM-5.2 (told by its million tokens of context) shares one indexer among four layers from the third
    on; its
    config.json lists them as indexer_types."""
    shared = (layout.model.context_length or 0) >= 1_000_000
    return not shared or i < 2 or i % 4 == 2


def indexer(layout: Layout, i: int) -> None:
    """The small attention that picks which tokens the layer reads."""
    heads = layout.noted(r"indexer heads (\d+)", "index_n_heads") or 64
    layout.matrix("indexer.attn_k", INDEXER_HEAD, layout.n_embd, "other", i)
    layout.matrix(
        "indexer.attn_q_b", heads * INDEXER_HEAD, _needed(layout.model, "mla_q_lora_rank"), "other", i
    )
    layout.matrix("indexer.proj", heads, layout.n_embd, "other", i)
    layout.norm("indexer.k_norm", INDEXER_HEAD, i, bias=True)
