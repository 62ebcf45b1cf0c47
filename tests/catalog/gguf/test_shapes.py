"""The shapes in a GGUF header."""

from __future__ import annotations

import pytest

from advisor.catalog.gguf import read_gguf
from advisor.catalog.gguf.shapes import shapes
from advisor.documents.model import StoredTensor


def test_shapes(q4_k_m) -> None:
    """The header's settings become the profile's fields."""
    model = read_gguf(q4_k_m)
    assert (
        model.name,
        model.source,
        model.architecture,
        model.n_layers,
        model.hidden_size,
        model.intermediate_size,
        model.n_heads,
        model.n_kv_heads,
        model.head_dim,
        model.vocab_size,
        model.tie_embeddings,
        model.context_length,
        model.attention,
    ) == ("Tiny Test", "gguf", "LlamaForCausalLM", 2, 256, 512, 8, 2, 32, 512, False, 4096, "gqa")
    assert model.n_params == sum(t.shape[0] * (t.shape[1] if len(t.shape) > 1 else 1) for t in model.tensors)


def stored(name: str, *shape: int) -> StoredTensor:
    """A tensor of which only name and shape matter."""
    return StoredTensor(name=name, shape=shape, type="F16", n_bytes=0)


def header(**settings: object) -> dict[str, object]:
    """The values of a DeepSeek-like header; a dot in a key is written as two underscores."""
    found = {f"deepseek2.{key.replace('__', '.')}": value for key, value in settings.items()}
    return {"general.architecture": "deepseek2", **found}


def test_latent_attention_has_ranks_and_widths() -> None:
    """The key's width without its rotary part, and the value's, as each head has them."""
    metadata = header(
        attention__kv_lora_rank=512,
        attention__q_lora_rank=1536,
        attention__key_length_mla=192,
        attention__value_length_mla=128,
        attention__head_count=128,
        attention__head_count_kv=1,
        rope__dimension_count=64,
    )
    found = shapes(metadata, {}, ())
    assert ("mla", 512, 1536, 64, 128, 128, 192) == tuple(
        found[key]
        for key in (
            "attention",
            "mla_kv_lora_rank",
            "mla_q_lora_rank",
            "mla_rope_dim",
            "mla_nope_dim",
            "mla_v_dim",
            "head_dim",
        )
    )


def test_idle_experts_are_not_active() -> None:
    """Of eight experts a token passes two: a quarter of their weights is active."""
    tensors = (stored("blk.0.ffn_up_exps.weight", 10, 10, 8), stored("output_norm.weight", 10))
    found = shapes(header(expert_count=8, expert_used_count=2), {}, tensors)
    assert (810, 210) == (found["n_params"], found["n_active_params"])


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (32, 32),
        ((0, 8, 4), 8),
        ((), None),
        (0, None),
        (-5, None),
        (True, None),
        ("32", None),
        (1 << 50, None),
    ],
)
def test_only_a_count_is_a_count(stated: object, expected: int | None) -> None:
    """Of a list by layer the largest; a negative, endless or other value says nothing."""
    assert expected == shapes(header(attention__head_count=stated), {}, ())["n_heads"]


def test_recurrent_layers_are_counted_by_their_tensors() -> None:
    """Two layers with a state space, however many tensors each has."""
    names = (
        "blk.0.ssm_in.weight",
        "blk.0.ssm_out.weight",
        "blk.3.shortconv.conv.weight",
        "blk.1.attn_q.weight",
    )
    found = shapes(header(), {}, [stored(name, 4, 4) for name in names])
    assert (2, "hybrid") == (found["linear_attention_layers"], found["attention"])


@pytest.mark.parametrize(
    ("tensor", "words", "expected"),
    [
        (stored("token_embd.weight", 8, 500), 512, (500, True)),
        (stored("token_embd.weight", 8), 512, (512, True)),
        (stored("other", 8), 512, (512, None)),
        (stored("other", 8), None, (None, None)),
    ],
)
def test_the_vocabulary_is_the_embedding_or_the_tokenizer(
    tensor: StoredTensor, words: int | None, expected: tuple[int | None, bool | None]
) -> None:
    """Rows of the embedding first, then tokens; without an embedding nobody knows whether it is tied."""
    found = shapes(header(), {"tokenizer.ggml.tokens": words} if words else {}, (tensor,))
    assert expected == (found["vocab_size"], found["tie_embeddings"])
