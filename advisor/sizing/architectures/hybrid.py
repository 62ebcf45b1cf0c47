"""Models that mix attention with recurrent layers: gated delta nets, Mamba, short convolutions, Kimi delta
attention."""

from __future__ import annotations

from typing import NamedTuple

from advisor.errors import UnsupportedError
from advisor.sizing.published_shapes import FALCON_H1, LFM2_ATTENTION, NEMOTRON_PATTERNS

from . import mla
from .base import Attention, Experts, Layout, _needed


def qwen_next(layout: Layout, kind: str) -> None:
    """Qwen3-Next and Qwen3.5: three gated delta nets, then one attention layer with a gate beside each
    query."""
    shape = layout.several(
        r"gdn k(\d+)x(\d+) v(\d+)x(\d+) conv(\d+)",
        "linear_num_key_heads",
        "linear_key_head_dim",
        "linear_num_value_heads",
        "linear_value_head_dim",
        "linear_conv_kernel_dim",
    )
    if not shape:
        raise UnsupportedError(
            f"{layout.model.name}: the shapes of its delta-net layers are not known; "
            "give the GGUF file itself"
        )
    layout.ends()
    for i in range(layout.n_layers):
        layout.norm("attn_norm", layer=i)
        layout.norm("post_attention_norm", layer=i)
        if (i + 1) % 4 == 0:
            layout.attention(i, Attention(qk_norm="head", gated_q=True))
        else:
            _delta_net(layout, i, shape, joint=kind == "qwen3next")
        if layout.model.is_moe:
            layout.experts(i, Experts(shared_ff=layout.shared_size(), shared_gate=True))
        else:
            layout.ffn(i)


def _delta_net(layout: Layout, i: int, shape: tuple[int, ...], joint: bool) -> None:
    """*joint*: decay and step come from one matrix (Qwen3-Next) or two."""
    k_heads, k_dim, v_heads, v_dim, conv = shape
    key, value = k_heads * k_dim, v_heads * v_dim
    layout.matrix("attn_qkv", 2 * key + value, layout.n_embd, "attn_qkv", i)
    layout.matrix("attn_gate", value, layout.n_embd, "attn_q", i)
    layout.add("ssm_conv1d.weight", conv, 2 * key + value, role="ssm", layer=i)
    layout.add("ssm_dt.bias", v_heads, role="ssm", layer=i)
    layout.add("ssm_a", v_heads, role="ssm", layer=i)
    if joint:
        layout.matrix("ssm_ba", 2 * v_heads, layout.n_embd, "ssm", i)
    else:
        layout.matrix("ssm_beta", v_heads, layout.n_embd, "ssm", i)
        layout.matrix("ssm_alpha", v_heads, layout.n_embd, "ssm", i)
    layout.norm("ssm_norm", v_dim, i)
    layout.matrix("ssm_out", layout.n_embd, value, "ssm", i)


class Mamba2(NamedTuple):
    """The shape of a Mamba-2 mixer."""

    inner: int
    heads: int
    groups: int
    conv: int = 4
    norm: bool = True


def mamba2(layout: Layout, i: int, shape: Mamba2) -> None:
    """A Mamba-2 mixer in layer *i*."""
    state = _needed(layout.model, "ssm_state_size")
    channels = shape.inner + 2 * shape.groups * state
    layout.matrix("ssm_in", shape.inner + channels + shape.heads, layout.n_embd, "ssm", i)
    layout.add("ssm_conv1d.weight", shape.conv, channels, role="ssm", layer=i)
    layout.add("ssm_conv1d.bias", channels, role="ssm", layer=i)
    layout.add("ssm_dt.bias", shape.heads, role="ssm", layer=i)
    layout.add("ssm_a", 1, shape.heads, role="ssm", layer=i)
    layout.add("ssm_d", 1, shape.heads, role="ssm", layer=i)
    if shape.norm:
        layout.add("ssm_norm.weight", shape.inner // shape.groups, shape.groups, role="norm", layer=i)
    layout.matrix("ssm_out", layout.n_embd, shape.inner, "ssm", i)


def granite(layout: Layout) -> None:
    """Granite 4: Mamba-2 with attention in every tenth layer from the sixth; all attention in the plain
    variant."""
    found = _granite_mixer(layout)
    layout.ends()
    for i in range(layout.n_layers):
        layout.norm("attn_norm", layer=i)
        layout.norm("ffn_norm", layer=i)
        if found is None or i % 10 == 5:
            layout.attention(i)
        else:
            mamba2(layout, i, found)
        if layout.model.is_moe:
            layout.experts(i, Experts(shared_ff=layout.shared_size()))
        else:
            layout.ffn(i)


def _granite_mixer(layout: Layout) -> Mamba2 | None:
    """The catalogue's shape or config.json's; None for the all-attention variant."""
    found = layout.several(r"d_inner (\d+) heads (\d+) groups (\d+) conv(\d+)")
    if found:
        inner, heads, groups, conv = found
        return Mamba2(inner, heads, groups, conv)
    if not layout.model.linear_attention_layers:
        return None
    stated = layout.several("(?!)", "mamba_n_heads", "mamba_d_head", "mamba_n_groups", "mamba_d_conv")
    if stated is None:
        raise UnsupportedError(
            f"{layout.model.name}: its Mamba widths are not known; give the GGUF file itself"
        )
    heads, size, groups, conv = stated
    return Mamba2(heads * size, heads, groups, conv)


def nemotron(layout: Layout) -> None:
    """Nemotron-H: every layer is one thing only."""
    pattern = str(layout.model.metadata.get("hybrid_override_pattern", "")) or NEMOTRON_PATTERNS.get(
        layout.n_layers
    )
    found = layout.several(
        r"mamba heads (\d+)x(\d+) groups (\d+) conv(\d+)",
        "mamba_num_heads",
        "mamba_head_dim",
        "n_groups",
        "conv_kernel",
    )
    if not pattern or not found:
        raise UnsupportedError(
            f"{layout.model.name}: the order of its layers is not known; give the GGUF file itself"
        )
    heads, size, groups, conv = found
    mixer = Mamba2(heads * size, heads, groups, conv)
    latent = layout.noted(r"latent (\d+)", "moe_latent_size")
    layout.ends()
    for i, kind in enumerate(pattern):
        layout.norm("attn_norm", layer=i)
        if kind == "M":
            mamba2(layout, i, mixer)
        elif kind == "*":
            layout.attention(i)
        elif kind == "-":
            layout.ffn(i, gated=False)
        else:
            if latent:
                layout.matrix("ffn_latent_down", latent, layout.n_embd, "other", i)
                layout.matrix("ffn_latent_up", layout.n_embd, latent, "other", i)
            layout.experts(
                i, Experts(shared_ff=layout.shared_size(), gated=False, score_bias=True, width=latent)
            )


def falcon_h1(layout: Layout) -> None:
    """Falcon-H1: attention and Mamba-2 side by side in every layer; from 3B on the mixer is normalised."""
    stated = layout.several("(?!)", "mamba_d_ssm", "mamba_n_heads")
    if stated is None and layout.n_embd not in FALCON_H1:
        raise UnsupportedError(
            f"{layout.model.name}: its Mamba width is not known; give the GGUF file itself"
        )
    inner, heads = stated or FALCON_H1[layout.n_embd]
    mixer = Mamba2(inner, heads, 2 if layout.n_embd == 5120 else 1, norm=layout.n_embd > 1024)
    layout.ends()
    for i in range(layout.n_layers):
        layout.norm("attn_norm", layer=i)
        layout.add("ffn_norm", layout.n_embd, role="norm", layer=i)
        layout.attention(i)
        mamba2(layout, i, mixer)
        layout.ffn(i)


def lfm2(layout: Layout) -> None:
    """LFM2: short convolutions with a few attention layers between."""
    n = layout.n_embd
    n_attention = layout.n_layers - _needed(layout.model, "linear_attention_layers")
    # Elsewhere spread evenly: which layer attends changes no size, only where a type rule may look.
    attention = LFM2_ATTENTION.get(layout.n_layers) or {
        round((k + 0.7) * layout.n_layers / n_attention) for k in range(n_attention)
    }
    layout.ends(output_norm="token_embd_norm")
    for i in range(layout.n_layers):
        layout.norm("attn_norm", layer=i)
        layout.norm("ffn_norm", layer=i)
        if i in attention:
            layout.attention(i, Attention(qk_norm="head"))
        else:
            layout.matrix("shortconv.in_proj", 3 * n, n, "ssm", i)
            layout.add("shortconv.conv.weight", 3, n, role="ssm", layer=i)
            layout.matrix("shortconv.out_proj", n, n, "ssm", i)
        if layout.model.is_moe and i >= (layout.model.first_dense_layers or 0):
            layout.experts(i, Experts(score_bias=True))
        else:
            layout.ffn(i)


def jamba(layout: Layout) -> None:
    """Jamba: Mamba-1, attention in every eighth layer, experts in every second."""
    state = _needed(layout.model, "ssm_state_size")
    inner, rank = 2 * layout.n_embd, layout.n_embd // 16
    width = layout.model.moe_intermediate_size
    layout.ends()
    for i in range(layout.n_layers):
        layout.norm("attn_norm", layer=i)
        layout.norm("ffn_norm", layer=i)
        if i % 8 == 4:
            layout.attention(i)
        else:
            layout.matrix("ssm_in", 2 * inner, layout.n_embd, "ssm", i)
            layout.add("ssm_conv1d.weight", 4, inner, role="ssm", layer=i)
            layout.add("ssm_conv1d.bias", inner, role="ssm", layer=i)
            layout.matrix("ssm_x", rank + 2 * state, inner, "ssm", i)
            layout.norm("ssm_dt_norm", rank, i)
            layout.matrix("ssm_dt", inner, rank, "ssm", i, bias=True)
            layout.norm("ssm_b_norm", state, i)
            layout.norm("ssm_c_norm", state, i)
            layout.add("ssm_a", state, inner, role="ssm", layer=i)
            layout.add("ssm_d", inner, role="ssm", layer=i)
            layout.matrix("ssm_out", layout.n_embd, inner, "ssm", i)
        if i % 2 == 1:
            layout.experts(i)
        else:
            layout.ffn(i, width)


def kimi_linear(layout: Layout) -> None:
    """Kimi Linear: Kimi delta attention, MLA in every fourth layer and the last."""
    layout.ends()
    for i in range(layout.n_layers):
        layout.norm("attn_norm", layer=i)
        layout.norm("ffn_norm", layer=i)
        if (i + 1) % 4 == 0 or i == layout.n_layers - 1:
            mla.attention(layout, i)
        else:
            _kimi_delta(layout, i)
        if i < (layout.model.first_dense_layers or 0):
            layout.ffn(i)
        else:
            layout.experts(i, Experts(shared_ff=layout.shared_size(), score_bias=True))


def _kimi_delta(layout: Layout, i: int, conv: int = 4) -> None:
    head = layout.head
    width = layout.n_heads * head
    for name in ("q", "k", "v"):
        layout.add(f"ssm_conv1d_{name}.weight", conv, 1, width, role="ssm", layer=i)
        layout.matrix(f"attn_{name}", width, layout.n_embd, f"attn_{name}", i)
    for name in ("f", "g"):
        layout.matrix(f"ssm_{name}_a", head, layout.n_embd, "ssm", i)
        layout.matrix(f"ssm_{name}_b", width, head, "ssm", i)
    layout.matrix("ssm_beta", layout.n_heads, layout.n_embd, "ssm", i)
    layout.add("ssm_a", 1, layout.n_heads, role="ssm", layer=i)
    layout.add("ssm_dt.bias", width, role="ssm", layer=i)
    layout.norm("ssm_norm", head, i)
    layout.matrix("attn_output", layout.n_embd, width, "attn_output", i)
