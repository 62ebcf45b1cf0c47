"""Mixture-of-experts decoders with ordinary attention."""

from typing import NamedTuple

from .base import PLAIN, Attention, Experts, Layout, _needed
from .dense import SANDWICH, rope_factors


class Shape(NamedTuple):
    """How a mixture-of-experts model differs from Mixtral."""

    attention: Attention = PLAIN
    norm_bias: bool = False
    output_bias: bool = False
    norms: tuple[str, ...] = ("attn_norm", "ffn_norm")
    shared_gate: bool = False
    score_bias: bool = False
    attention_gate: str = ""
    """'' none, 'channel' one gate per attention output, 'head' one per head."""


SHAPES: dict[str, Shape] = {
    "mixtral": Shape(),
    "qwen2moe": Shape(attention=Attention(qkv_bias=True), shared_gate=True),
    "qwen3moe": Shape(attention=Attention(qk_norm="head")),
    "olmoe": Shape(attention=Attention(qk_norm="full")),
    "phimoe": Shape(attention=Attention(qkv_bias=True, out_bias=True), norm_bias=True, output_bias=True),
    "hunyuan": Shape(attention=Attention(qk_norm="head")),
    "ernie": Shape(score_bias=True),
    "minimax-m2": Shape(attention=Attention(qk_norm="full"), score_bias=True),
    "bailingmoe2": Shape(attention=Attention(fused=True, qk_norm="head"), score_bias=True),
    "afmoe": Shape(
        attention=Attention(qk_norm="head"), norms=SANDWICH, score_bias=True, attention_gate="channel"
    ),
    "exaone-moe": Shape(attention=Attention(qk_norm="head"), score_bias=True),
    "solar-open": Shape(norms=("attn_norm", "post_attention_norm"), score_bias=True),
}


def build(layout: Layout, kind: str) -> None:
    """Leading dense layers, where there are any, then experts in every layer."""
    shape = SHAPES[kind]
    layout.ends(norm_bias=shape.norm_bias, output_bias=shape.output_bias)
    rope_factors(layout)
    for i in range(layout.n_layers):
        layer(layout, i, shape)


def layer(layout: Layout, i: int, shape: Shape) -> None:
    """One layer."""
    for name in shape.norms:
        layout.norm(name, layer=i, bias=shape.norm_bias)
    layout.attention(i, shape.attention)
    if shape.attention_gate:
        layout.matrix("attn_gate", layout.n_heads * layout.head, layout.n_embd, "attn_q", i)
    if i < (layout.model.first_dense_layers or 0):
        layout.ffn(i)
    else:
        layout.experts(
            i,
            Experts(
                shared_ff=layout.shared_size(), shared_gate=shape.shared_gate, score_bias=shape.score_bias
            ),
        )


def glm4moe(layout: Layout) -> None:
    """GLM 4.5 to 4.7. The file keeps the multi-token-prediction block as one more layer."""
    shape = Shape(
        attention=Attention(qkv_bias=True, qk_norm="head" if layout.says("qk_norm", "use_qk_norm") else ""),
        norms=("attn_norm", "post_attention_norm"),
        score_bias=True,
    )
    layout.ends()
    for i in range(layout.n_layers):
        layer(layout, i, shape)
    if layout.says("MTP", "num_nextn_predict_layers"):
        trunk = sum(t.n_elements for t in layout.tensors)
        layer(layout, layout.n_layers, shape)
        next_token(layout, layout.n_layers, trunk)


def next_token(layout: Layout, i: int, trunk: int) -> None:
    """What a multi-token-prediction block has beside a layer: a projection, norms and, in some checkpoints
    (told by
    the parameter count), copies of the embedding and the output matrix."""
    block = sum(t.n_elements for t in layout.tensors) - trunk
    copies = (
        layout.model.n_params or 0
    ) > trunk + block + 2 * layout.n_embd**2 + layout.n_embd * layout.n_vocab
    layout.matrix("nextn.eh_proj", layout.n_embd, 2 * layout.n_embd, "other", i)
    for name in ("nextn.enorm", "nextn.hnorm", "nextn.shared_head_norm"):
        layout.norm(name, layer=i)
    if copies:
        layout.matrix("nextn.embed_tokens", layout.n_vocab, layout.n_embd, "other", i)
        layout.matrix("nextn.shared_head_head", layout.n_vocab, layout.n_embd, "other", i)


def gpt_oss(layout: Layout) -> None:
    """Biases everywhere, attention sinks, 2-D expert biases."""
    layout.ends()
    n, width = _needed(layout.model, "n_experts"), layout.model.moe_intermediate_size or layout.n_ff
    for i in range(layout.n_layers):
        layout.norm("attn_norm", layer=i)
        layout.norm("post_attention_norm", layer=i)
        layout.attention(i, Attention(qkv_bias=True, out_bias=True))
        layout.add("attn_sinks.weight", layout.n_heads, layer=i)
        layout.experts(i)
        layout.add("ffn_gate_inp.bias", n, layer=i)
        layout.add("ffn_gate_exps.bias", width, n, role="expert_gate", layer=i)
        layout.add("ffn_up_exps.bias", width, n, role="expert_up", layer=i)
        layout.add("ffn_down_exps.bias", layout.n_embd, n, role="expert_down", layer=i)


def llama4(layout: Layout) -> None:
    """Llama 4: experts in every `moe_step`-th layer, each with a shared expert, dense layers between."""
    layout.ends()
    rope_factors(layout)
    step = layout.noted(r"moe_step=(\d+)", "interleave_moe_layer_step") or 1
    for i in range(layout.n_layers):
        layout.norm("attn_norm", layer=i)
        layout.norm("ffn_norm", layer=i)
        layout.attention(i)
        if (i + 1) % step == 0:
            layout.experts(i, Experts(shared_ff=layout.shared_size()))
        else:
            layout.ffn(i)


def step35(layout: Layout) -> None:
    """Step 3.5: sliding layers have half as many query heads again; one gate per head.

    Published configuration (stepfun-ai/Step-3.5-Flash): 96 heads in sliding layers, dense width 11264 in
    three leading layers, shared expert as wide as a routed one.
    """
    layout.ends()
    shape = Shape(score_bias=True)
    for i in range(layout.n_layers):
        for name in shape.norms:
            layout.norm(name, layer=i)
        heads = layout.n_heads if i % 4 == 0 else layout.n_heads * 3 // 2
        layout.attention(i, Attention(qk_norm="head", n_heads=heads))
        layout.matrix("attn_gate", heads, layout.n_embd, "attn_q", i)
        if i < (layout.model.first_dense_layers or 3):
            layout.ffn(i, layout.n_ff or 11264)
        else:
            layout.experts(i, Experts(shared_ff=layout.model.moe_intermediate_size or 0, score_bias=True))


def mimo2(layout: Layout) -> None:
    """MiMo V2: keys 192 wide, values 128; sliding layers have twice the KV heads and a sink per head; layer
    0 dense."""
    layout.ends()
    value = 128
    for i in range(layout.n_layers):
        full = i == 0 or (i + 1) % 6 == 0
        kv = layout.n_kv if full else 2 * layout.n_kv
        layout.norm("attn_norm", layer=i)
        layout.norm("ffn_norm", layer=i)
        layout.matrix("attn_q", layout.n_heads * layout.head, layout.n_embd, "attn_q", i)
        layout.matrix("attn_k", kv * layout.head, layout.n_embd, "attn_k", i)
        layout.matrix("attn_v", kv * value, layout.n_embd, "attn_v", i)
        layout.matrix("attn_output", layout.n_embd, layout.n_heads * value, "attn_output", i)
        if not full:
            layout.add("attn_sinks.weight", layout.n_heads, layer=i)
        if i == 0:
            layout.ffn(i, layout.n_ff or 16384)
        else:
            layout.experts(i, Experts(score_bias=True))
