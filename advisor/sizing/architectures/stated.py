"""Tensors of an architecture nobody modelled, from the shapes its configuration states.

Names and order are llama.cpp's where it has such a tensor. What a configuration does not state (biases,
norms beside the usual two, small gates) is left out: `advisor.training.sizes` measures on the modelled
architectures how far that leads.
"""

from __future__ import annotations

import re

from advisor.catalog.layer_kinds import BESIDE, CONVOLUTION, EXPERTS, LINEAR, MAMBA, NONE
from advisor.documents.model import ModelProfile
from advisor.sizing.layers import by_layer, heads_of, kinds, noted
from advisor.sizing.recurrent import CONV_KERNEL, delta_net, kimi_delta, mamba2_shape

from . import mla
from .base import Experts, Layout

_UNGATED = (
    "Apertus",
    "Arcee",
    "Bloom",
    "CodeGen",
    "FalconForCausalLM",
    "GPT",
    "MPT",
    "Nemotron",
    "OPT",
    "Persimmon",
    "PhiForCausalLM",
    "RW",
    "Rwkv",
    "Starcoder2",
)
"""Classes whose feed-forward block is two matrices, not three (their modelling code in transformers)."""


def build(layout: Layout) -> None:
    """Every tensor that follows from what is stated."""
    model = layout.model
    layout.ends()
    lookup_tables(layout)
    per_layer = layout.noted("", "hidden_size_per_layer_input")
    if per_layer:
        layout.add(
            "per_layer_token_embd.weight", per_layer * layout.n_layers, layout.n_vocab, role="token_embd"
        )
    found = kinds(model)
    widths = by_layer(model, "ffn_widths")
    for i, (kind, block) in enumerate(zip(found.attention, found.feed_forward, strict=True)):
        layout.norm("attn_norm", layer=i)
        _mixer(layout, i, kind)
        if block == NONE:
            continue
        layout.norm("ffn_norm", layer=i)
        if block == EXPERTS:
            _experts(layout, i)
        else:
            _dense(layout, i, widths[i] if i < len(widths) else layout.n_ff)


def lookup_tables(layout: Layout) -> None:
    """Tables of n-grams of which a token reads a few rows: one for each length above one and each head, their
    width the embedding's share of it (ngram_size, heads_per_ngram, ple_embed_dim)."""
    rows, width = lookup_shape(layout.model)
    if rows:
        layout.add("ngram_embd.weight", width, rows, role="lookup")


def lookup_shape(model: ModelProfile) -> tuple[int, int]:
    """(rows of all tables together, width of one row); (0, 0) for a model without such tables."""
    text = model.layer_pattern or ""

    def number(key: str) -> int:
        value = model.metadata.get(key)
        found = re.search(rf"{key} (\d+)", text)
        return value if isinstance(value, int) else int(found[1]) if found else 0

    longest, heads = number("ngram_size"), number("heads_per_ngram")
    rows, width = number("ngram_vocab_size_base"), number("ple_embed_dim")
    tables = (longest - 1) * heads
    return (tables * rows, width // tables) if tables > 0 and rows and width else (0, 0)


def _mixer(layout: Layout, i: int, kind: str) -> None:
    """The attention of one layer, or what stands in its place."""
    model = layout.model
    if kind == NONE:
        return
    if kind == LINEAR:
        _linear(layout, i)
    elif kind == CONVOLUTION:
        layout.matrix("shortconv.in_proj", 3 * layout.n_embd, layout.n_embd, "ssm", i)
        layout.matrix("shortconv.out_proj", layout.n_embd, layout.n_embd, "ssm", i)
    elif kind == MAMBA:
        _mamba(layout, i)
    elif noted(model, "", "o_lora_rank"):
        _low_rank_output(layout, i)
    elif model.mla_kv_lora_rank and kind != BESIDE:
        mla.attention(layout, i)
        if layout.says("mla output gate", "mla_use_output_gate"):
            layout.matrix(
                "attn_gate", layout.n_heads * (model.mla_v_dim or layout.head), layout.n_embd, "attn_q", i
            )
    else:
        _plain(layout, i, kind)
        if kind == BESIDE:
            _mamba(layout, i)


def _plain(layout: Layout, i: int, kind: str) -> None:
    """Multi-head attention, with the heads this layer has."""
    heads = heads_of(layout.model, kind, i)
    gated = layout.says("gated q", "attn_output_gate", "attention_output_gate")
    layout.matrix("attn_q", heads.n_heads * heads.key * (2 if gated else 1), layout.n_embd, "attn_q", i)
    layout.matrix("attn_k", heads.n_kv * heads.key, layout.n_embd, "attn_k", i)
    layout.matrix("attn_v", heads.n_kv * heads.value, layout.n_embd, "attn_v", i)
    layout.matrix("attn_output", layout.n_embd, heads.n_heads * heads.value, "attn_output", i)
    if layout.says("head-wise gate", "use_head_wise_attn_gate"):
        layout.matrix("attn_gate", heads.n_heads, layout.n_embd, "attn_q", i)


def _low_rank_output(layout: Layout, i: int) -> None:
    """DeepSeek-V4: queries through a low rank, one shared key-value vector, an output projection in groups
    (config.json: q_lora_rank, o_lora_rank, o_groups), and the compressor of the layer's cache."""
    model, width = layout.model, layout.n_embd
    rank_q = model.mla_q_lora_rank or width
    rank_o, groups = noted(model, "", "o_lora_rank") or 0, noted(model, "", "o_groups") or 1
    inner = layout.n_heads * layout.head
    layout.matrix("attn_q_a", rank_q, width, "attn_q", i)
    layout.matrix("attn_q_b", inner, rank_q, "attn_q", i)
    layout.matrix("attn_kv", layout.n_kv * layout.head, width, "attn_k", i)
    layout.add("attn_output_a.weight", inner // groups, rank_o, groups, role="attn_output", layer=i)
    layout.matrix("attn_output_b", width, groups * rank_o, "attn_output", i)
    ratios = by_layer(model, "compress_ratios")
    ratio = ratios[i] if i < len(ratios) else 0
    if ratio:
        layout.matrix("attn_compress_kv", layout.head, width, "other", i)
        layout.matrix("attn_compress_gate", layout.head, width, "other", i)
        if ratio < mla.INDEXER_HEAD:
            mla.indexer(layout, i)


def _linear(layout: Layout, i: int) -> None:
    """Gated delta nets, Kimi delta attention, RWKV, else lightning attention with its output gate."""
    model, width = layout.model, layout.n_embd
    gated, kimi = delta_net(model), kimi_delta(model)
    if gated:
        k_heads, k_dim, v_heads, v_dim, taps = gated
        key, value = k_heads * k_dim, v_heads * v_dim
        layout.matrix("attn_qkv", 2 * key + value, width, "attn_qkv", i)
        layout.matrix("attn_gate", value, width, "attn_q", i)
        layout.add("ssm_conv1d.weight", taps, 2 * key + value, role="ssm", layer=i)
        layout.matrix("ssm_beta", v_heads, width, "ssm", i)
        layout.matrix("ssm_alpha", v_heads, width, "ssm", i)
        layout.matrix("ssm_out", width, value, "ssm", i)
        return
    heads, dim, taps = kimi or (layout.n_heads, layout.head, CONV_KERNEL)
    inner = heads * dim
    for name in ("q", "k", "v"):
        layout.matrix(f"attn_{name}", inner, width, f"attn_{name}", i)
        if kimi:
            layout.add(f"ssm_conv1d_{name}.weight", taps, 1, inner, role="ssm", layer=i)
    layout.matrix("attn_output", width, inner, "attn_output", i)
    full_rank = not kimi or layout.says("full-rank gate", "kda_full_rank_gate")
    for name in ("f", "g") if kimi else ("g",):
        if full_rank and name == "g":
            layout.matrix("ssm_g", inner, width, "ssm", i)
        else:
            layout.matrix(f"ssm_{name}_a", dim, width, "ssm", i)
            layout.matrix(f"ssm_{name}_b", inner, dim, "ssm", i)


def _mamba(layout: Layout, i: int) -> None:
    """Mamba-2 where its heads are stated, else Mamba-1."""
    model, width = layout.model, layout.n_embd
    shape, state = mamba2_shape(model), int(model.ssm_state_size or 16)
    if shape:
        inner, groups = shape
        heads = noted(model, r"heads (\d+)", "mamba_num_heads", "mamba_n_heads") or inner // 64
        channels = inner + 2 * groups * state
        layout.matrix("ssm_in", inner + channels + heads, width, "ssm", i)
        layout.add("ssm_conv1d.weight", CONV_KERNEL, channels, role="ssm", layer=i)
        layout.matrix("ssm_out", width, inner, "ssm", i)
        return
    inner = (noted(model, "", "mamba_expand", "expand") or 2) * width
    rank = noted(model, "", "time_step_rank", "mamba_dt_rank") or -(-width // 16)
    layout.matrix("ssm_in", 2 * inner, width, "ssm", i)
    layout.add("ssm_conv1d.weight", CONV_KERNEL, inner, role="ssm", layer=i)
    layout.matrix("ssm_x", rank + 2 * state, inner, "ssm", i)
    layout.matrix("ssm_dt", inner, rank, "ssm", i)
    layout.add("ssm_a", state, inner, role="ssm", layer=i)
    layout.matrix("ssm_out", width, inner, "ssm", i)


def _dense(layout: Layout, i: int, width: int) -> None:
    if not width and layout.model.is_moe:
        width = layout.model.moe_intermediate_size or 0
    gated = not (layout.model.architecture or "").startswith(_UNGATED)
    layout.ffn(i, width, gated=gated)


def _experts(layout: Layout, i: int) -> None:
    latent = noted(layout.model, r"latent (\d+)", "moe_latent_size", "routed_expert_hidden_size")
    if latent:
        layout.matrix("ffn_latent_down", latent, layout.n_embd, "other", i)
        layout.matrix("ffn_latent_up", layout.n_embd, latent, "other", i)
    gated = not layout.says("two matrices", "ffn_ungated") and not (
        layout.model.architecture or ""
    ).startswith("Nemotron")
    layout.experts(i, Experts(shared_ff=layout.shared_size(), gated=gated, width=latent))
