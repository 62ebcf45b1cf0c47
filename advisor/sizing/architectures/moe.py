"""Mixture-of-experts decoders with ordinary attention."""

from __future__ import annotations

from .base import Layout
from .dense import rope_factors


def mixtral(layout: Layout) -> None:
    """Llama attention, eight experts, no shared one."""
    layout.ends()
    for i in range(layout.n_layers):
        _norms(layout, i)
        layout.attention(i)
        layout.experts(i)


def qwen_moe(layout: Layout, kind: str) -> None:
    """Qwen2-MoE (biases, gated shared expert) and Qwen3-MoE (query and key norms)."""
    layout.ends()
    old = kind == "qwen2moe"
    for i in range(layout.n_layers):
        _norms(layout, i)
        layout.attention(i, qkv_bias=old, qk_norm="" if old else "head")
        layout.experts(i, shared_ff=layout.shared_size() if old else 0, shared_gate=old)


def gpt_oss(layout: Layout) -> None:
    """Biases everywhere, attention sinks, 2-D expert biases."""
    layout.ends()
    n, width = layout.model.n_experts or 0, layout.model.moe_intermediate_size or layout.n_ff
    for i in range(layout.n_layers):
        layout.norm("attn_norm", layer=i)
        layout.norm("post_attention_norm", layer=i)
        layout.attention(i, qkv_bias=True, out_bias=True)
        layout.add("attn_sinks.weight", layout.n_heads, layer=i)
        layout.experts(i)
        layout.add("ffn_gate_inp.bias", n, layer=i)
        layout.add("ffn_gate_exps.bias", width, n, role="expert_gate", layer=i)
        layout.add("ffn_up_exps.bias", width, n, role="expert_up", layer=i)
        layout.add("ffn_down_exps.bias", layout.n_embd, n, role="expert_down", layer=i)


def _norms(layout: Layout, i: int) -> None:
    layout.norm("attn_norm", layer=i)
    layout.norm("ffn_norm", layer=i)


__all__ = ["gpt_oss", "mixtral", "qwen_moe", "rope_factors"]
