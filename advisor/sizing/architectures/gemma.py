"""Gemma 3, 3n and 4: sandwich norms, tied embeddings, and from 3n on embeddings of their own for every
layer."""

from __future__ import annotations

from . import dense
from .base import Attention, Experts, Layout
from .dense import SANDWICH

TOKENS = 262144
"""Tokens of the Gemma 3 tokenizer (tokenizer.json of google/gemma-3-4b-it); the configuration states a few
more rows, which the conversion drops."""
PER_LAYER = 256
"""hidden_size_per_layer_input of Gemma 3n and 4 (config.json)."""
ALTUP, LAUREL_RANK = 4, 64
"""altup_num_inputs and laurel_rank of Gemma 3n (config.json)."""


def gemma3(layout: Layout) -> None:
    """Gemma 3."""
    layout.n_vocab = min(layout.n_vocab, TOKENS)
    dense.build(layout, "gemma3")


def gemma3n(layout: Layout) -> None:
    """Gemma 3n: alternating updates (altup), low-rank residual (laurel), per-layer embeddings."""
    n = layout.n_embd
    layout.ends()
    layout.add("altup_proj.weight", n, n, ALTUP - 1)
    layout.add("altup_unembd_proj.weight", n, n, ALTUP - 1)
    _per_layer_embeddings(layout)
    for i in range(layout.n_layers):
        dense.layer(layout, i, dense.SHAPES["gemma3"])
        _per_layer_inputs(layout, i)
        layout.add("altup_correct_coef.weight", ALTUP, ALTUP, layer=i)
        layout.add("altup_correct_scale.weight", n, layer=i)
        layout.add("altup_predict_coef.weight", ALTUP, ALTUP * ALTUP, layer=i)
        layout.matrix("altup_router", ALTUP, n, "other", i)
        layout.norm("altup_router_norm", layer=i)
        layout.matrix("laurel_l", LAUREL_RANK, n, "other", i)
        layout.matrix("laurel_r", n, LAUREL_RANK, "other", i)
        layout.norm("laurel_post_norm", layer=i)


def gemma4(layout: Layout) -> None:
    """Gemma 4: wider heads in full-attention layers, where keys may serve as values; experts beside a dense
    block; in the E models per-layer embeddings, and later layers that reuse the KV cache of earlier ones.
    """
    # E2B and E4B are 1536 and 2560 wide, the smallest other dense one more than 3000.
    small = layout.model.name.split("-")[-1].startswith("E") or (
        layout.n_embd < 3000 and not layout.model.is_moe
    )
    wide = layout.model.head_dim_global or 512
    kv_full = layout.model.n_kv_heads_global or (layout.n_kv if small else 1)
    shares_kv = layout.says("k_eq_v", "attention_k_eq_v") or not small
    period = 1 + int((layout.model.sliding_pattern or "1:5").split(":")[1])
    reused = _REUSED_KV_LAYERS.get(layout.n_layers, 0) if small else 0
    layout.ends()
    layout.add("rope_freqs.weight", wide // 2)
    if small:
        _per_layer_embeddings(layout)
    for i in range(layout.n_layers):
        full = (i + 1) % period == 0
        for name in SANDWICH:
            layout.norm(name, layer=i)
        layout.attention(
            i,
            Attention(
                head=wide if full else None,
                n_kv=kv_full if full else None,
                qk_norm="head",
                shared_kv=full and shares_kv,
            ),
        )
        late = i >= layout.n_layers - reused
        layout.ffn(i, layout.n_ff * (2 if late and layout.n_embd == 1536 else 1))
        layout.add("layer_output_scale.weight", 1, role="norm", layer=i)
        if layout.model.is_moe:
            _experts(layout, i)
        if small:
            _per_layer_inputs(layout, i)


_REUSED_KV_LAYERS = {35: 20, 42: 18}
"""num_kv_shared_layers of E2B and E4B (config.json). E2B doubles the feed-forward width there
(use_double_wide_mlp)."""


def _experts(layout: Layout, i: int) -> None:
    layout.add("ffn_gate_inp.scale", layout.n_embd, layer=i)
    for name in ("pre_ffw_norm_2", "post_ffw_norm_1", "post_ffw_norm_2"):
        layout.norm(name, layer=i)
    layout.experts(i, Experts(fused=True))
    layout.add("ffn_down_exps.scale", layout.model.n_experts or 0, layer=i)


def _per_layer_embeddings(layout: Layout) -> None:
    width = PER_LAYER * layout.n_layers
    layout.add("per_layer_token_embd.weight", width, layout.n_vocab, role="token_embd")
    layout.add("per_layer_model_proj.weight", layout.n_embd, width)
    layout.norm("per_layer_proj_norm", PER_LAYER)


def _per_layer_inputs(layout: Layout, i: int) -> None:
    layout.matrix("inp_gate", PER_LAYER, layout.n_embd, "other", i)
    layout.matrix("proj", layout.n_embd, PER_LAYER, "other", i)
    layout.norm("post_norm", layer=i)
