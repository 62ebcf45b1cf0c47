"""Multi-head latent attention: DeepSeek V2 and V3 and what follows them."""

from __future__ import annotations

from .base import Layout, _needed


def attention(layout: Layout, i: int) -> None:
    """MLA as stored today: the up-projection of keys and values split in two 3-D tensors per head."""
    model = layout.model
    rank, rope = _needed(model, "mla_kv_lora_rank"), _needed(model, "mla_rope_dim")
    nope, v_dim = _needed(model, "mla_nope_dim"), _needed(model, "mla_v_dim")
    q_out = layout.n_heads * (nope + rope)
    if model.mla_q_lora_rank:
        layout.matrix("attn_q_a", model.mla_q_lora_rank, layout.n_embd, "attn_q", i)
        layout.norm("attn_q_a_norm", model.mla_q_lora_rank, i)
        layout.matrix("attn_q_b", q_out, model.mla_q_lora_rank, "attn_q", i)
    else:
        layout.matrix("attn_q", q_out, layout.n_embd, "attn_q", i)
    layout.matrix("attn_kv_a_mqa", rank + rope, layout.n_embd, "attn_k", i)
    layout.norm("attn_kv_a_norm", rank, i)
    layout.add("attn_k_b.weight", nope, rank, layout.n_heads, role="attn_k", layer=i)
    layout.add("attn_v_b.weight", rank, v_dim, layout.n_heads, role="attn_v", layer=i)
    layout.matrix("attn_output", layout.n_embd, layout.n_heads * v_dim, "attn_output", i)


def deepseek(layout: Layout, kind: str) -> None:
    """DeepSeek V1 (plain attention), V2, V3 and R1, Kimi K2: leading dense layers, then experts."""
    layout.ends()
    for i in range(layout.n_layers):
        layout.norm("attn_norm", layer=i)
        layout.norm("ffn_norm", layer=i)
        if kind == "deepseek":
            layout.attention(i)
        else:
            attention(layout, i)
        if i < (layout.model.first_dense_layers or 0):
            layout.ffn(i)
        else:
            layout.experts(i, shared_ff=layout.shared_size(), score_bias=kind == "deepseek3")
