"""Decoders with one attention and one feed-forward block per layer: Llama and its many relatives."""

from typing import NamedTuple

from advisor.errors import UnsupportedError

from .base import PLAIN, Attention, Layout


class Shape(NamedTuple):
    """How a relative of Llama differs from it."""

    attention: Attention = PLAIN
    ffn_bias: bool = False
    fused_up: bool = False
    gated: bool = True
    norm_bias: bool = False
    output_bias: bool = False
    norms: tuple[str, ...] = ("attn_norm", "ffn_norm")
    output_norm: str | None = "output_norm"


SANDWICH = ("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm")

SHAPES: dict[str, Shape] = {
    "llama": Shape(),
    "qwen2": Shape(attention=Attention(qkv_bias=True)),
    "qwen3": Shape(attention=Attention(qk_norm="head")),
    "gemma": Shape(),
    "gemma2": Shape(norms=SANDWICH),
    "gemma3": Shape(attention=Attention(qk_norm="head"), norms=SANDWICH),
    "phi3": Shape(attention=Attention(fused=True), fused_up=True),
    "phi2": Shape(
        attention=Attention(qkv_bias=True, out_bias=True),
        ffn_bias=True,
        gated=False,
        norm_bias=True,
        output_bias=True,
        norms=("attn_norm",),
    ),
    "starcoder2": Shape(
        attention=Attention(qkv_bias=True, out_bias=True), ffn_bias=True, gated=False, norm_bias=True
    ),
    "gptneox": Shape(
        attention=Attention(qkv_bias=True, out_bias=True, fused=True),
        ffn_bias=True,
        gated=False,
        norm_bias=True,
    ),
    "cohere": Shape(norms=("attn_norm",)),
    "glm4": Shape(fused_up=True, norms=SANDWICH),
    "chatglm": Shape(attention=Attention(qkv_bias=True, fused=True), fused_up=True),
    "olmo": Shape(norms=(), output_norm=None),
    "olmo2": Shape(attention=Attention(qk_norm="full"), norms=("post_attention_norm", "post_ffw_norm")),
    "exaone4": Shape(attention=Attention(qk_norm="head"), norms=("post_attention_norm", "post_ffw_norm")),
    "nemotron": Shape(gated=False, norm_bias=True),
    "seed_oss": Shape(attention=Attention(qkv_bias=True), norms=("attn_norm", "post_attention_norm")),
    "arcee": Shape(gated=False),
    "apertus": Shape(attention=Attention(qk_norm="head"), gated=False),
}


def build(layout: Layout, kind: str) -> None:
    """A model whose layers are all of one *kind* (a key of SHAPES)."""
    if layout.model.is_moe:
        raise UnsupportedError(
            f"{layout.model.name}: {layout.model.architecture} with experts is not modelled; "
            "give the GGUF file itself"
        )
    shape = SHAPES[kind]
    layout.ends(norm_bias=shape.norm_bias, output_norm=shape.output_norm, output_bias=shape.output_bias)
    rope_factors(layout)
    if kind == "glm4" and layout.n_embd == 4096:  # attention_bias of GLM-4-9B-0414, not of the 32B
        shape = shape._replace(attention=Attention(qkv_bias=True))
    for i in range(layout.n_layers):
        layer(layout, i, shape)


def layer(layout: Layout, i: int, shape: Shape) -> None:
    """One layer."""
    for name in shape.norms:
        layout.norm(name, layer=i, bias=shape.norm_bias)
    layout.attention(i, shape.attention)
    layout.ffn(i, gated=shape.gated, bias=shape.ffn_bias, fused=shape.fused_up)


def rope_factors(layout: Layout) -> None:
    """The frequency table of models with Llama-3.1 or LongRoPE scaling, which GGUF stores as a tensor.

    Without a stated scaling it is told by tokenizer and context: Llama 3.1 and what is made of it, Phi-3
    128k and later.
    """
    model = layout.model
    long_context = (model.context_length or 0) > 32768
    stated = str(model.metadata.get("rope_scaling", ""))
    llama3 = long_context and model.vocab_size in LLAMA3_VOCABULARIES
    longrope = long_context and model.architecture == "Phi3ForCausalLM"
    rotary = int(model.metadata.get("rope_dim", layout.head))
    if stated.startswith("llama3") or (llama3 and not stated):
        layout.add("rope_freqs.weight", rotary // 2)
    elif stated.startswith("longrope") or (longrope and not stated):
        layout.add("rope_factors_long.weight", rotary // 2)
        layout.add("rope_factors_short.weight", rotary // 2)


LLAMA3_VOCABULARIES = (128256, 128258, 128264)
"""Llama 3's tokenizer, and with the few tokens some fine-tunes add."""


def cohere(layout: Layout) -> None:
    """Command-R: one norm per layer; the Plus models normalise queries and keys head by head."""
    layout.ends()
    normed = layout.says("qk_norm", "use_qk_norm")
    for i in range(layout.n_layers):
        layout.norm("attn_norm", layer=i)
        layout.attention(i, Attention(qk_norm="per-head" if normed else ""))
        layout.ffn(i)


def stablelm(layout: Layout) -> None:
    """StableLM 3B/1.6B (sequential) and 12B (parallel residual, per-head query and key norms, no
    ffn_norm)."""
    parallel = layout.says("parallel residual", "use_parallel_residual")
    layout.ends(norm_bias=True)
    for i in range(layout.n_layers):
        layout.norm("attn_norm", layer=i, bias=True)
        if not parallel:
            layout.norm("ffn_norm", layer=i, bias=True)
        layout.attention(
            i,
            Attention(
                qkv_bias=layout.says("qkv_bias", "use_qkv_bias"), qk_norm="per-head" if parallel else ""
            ),
        )
        layout.ffn(i)


def falcon(layout: Layout) -> None:
    """Falcon: fused attn_qkv, no gate; the 40B and 11B normalise attention and feed-forward apart.

    The checkpoints and their GGUF files carry an output matrix of their own although the configuration ties
    it.
    """
    layout.add("token_embd.weight", layout.n_embd, layout.n_vocab, role="token_embd")
    layout.norm("output_norm", bias=True)
    layout.add("output.weight", layout.n_embd, layout.n_vocab, role="output")
    for i in range(layout.n_layers):
        layout.norm("attn_norm", layer=i, bias=True)
        # Falcon-7B is 4544 wide and has one KV head; 40B and 180B normalise attention and block apart.
        if layout.n_kv > 1 and layout.n_embd > 4544:
            layout.norm("attn_norm_2", layer=i, bias=True)
        layout.attention(i, Attention(fused=True))
        layout.ffn(i, gated=False)
