"""The shapes a config.json states, from the many names its authors give them.

Names as the configuration classes of transformers and of models with their own code spell them
(https://github.com/huggingface/transformers, src/transformers/models/*/configuration_*.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.catalog.layer_kinds import (
    BESIDE,
    CONVOLUTION,
    DENSE,
    LINEAR,
    MAMBA,
    attention_letters,
    feed_forward_letters,
    n_layers_listed,
    per_layer,
)
from advisor.catalog.names import word_set

LARGEST_VALUE = 1 << 40
"""Integers of a configuration above this are nonsense: no model has a trillion of anything but parameters."""
MOST_LAYERS = 100_000
"""Layers and experts are looped over: a larger number is a slip or an attack, and would cost all memory."""
_NAMES = {
    "n_layers": ("num_hidden_layers", "n_layer", "num_layers", "n_layers", "num_transformer_layers"),
    "hidden_size": ("hidden_size", "n_embd", "n_embed", "d_model", "model_dim", "dim"),
    "n_heads": ("num_attention_heads", "n_head", "num_heads", "n_heads", "num_query_heads"),
    "vocab_size": ("vocab_size", "padded_vocab_size"),
    "n_experts": (
        "num_local_experts",
        "num_experts",
        "n_routed_experts",
        "moe_num_experts",
        "num_routed_experts",
    ),
    "n_experts_used": (
        "num_experts_per_tok",
        "num_experts_per_token",
        "moe_topk",
        "moe_top_k",
        "moe_k",
        "top_k_experts",
        "num_selected_experts",
    ),
    "n_shared_experts": (
        "n_shared_experts",
        "num_shared_experts",
        "num_shared_expert",
        "moe_num_shared_experts",
    ),
    "first_dense_layers": ("first_k_dense_replace", "num_dense_layers", "moe_layer_start_index"),
    "sliding_window": ("sliding_window", "sliding_window_size", "attention_chunk_size"),
    "n_kv_heads_global": ("num_global_key_value_heads",),
    "head_dim_global": ("global_head_dim",),
    "mla_kv_lora_rank": ("kv_lora_rank",),
    "mla_q_lora_rank": ("q_lora_rank",),
    "mla_nope_dim": ("qk_nope_head_dim",),
    "ssm_state_size": ("mamba_d_state", "ssm_state_size", "state_size", "d_state"),
    "context_length": (
        "max_position_embeddings",
        "n_positions",
        "max_seq_len",
        "seq_length",
        "max_sequence_length",
        "n_ctx",
    ),
}
_NESTED = ("attn_config", "ffn_config", "ssm_cfg", "attn_cfg")
"""Parts in which MPT, DBRX and Mamba keep some of their settings."""
_FOUR_TIMES = ("GPT", "Bloom", "CodeGen", "Falcon", "MPT", "RW", "OPT")
"""Classes whose feed-forward width is four times the hidden size unless stated (transformers)."""
_KEPT_STARTS = ("linear_", "mamba_", "swa_")
_KEPT = word_set(
    "model_type n_groups conv_kernel hybrid_override_pattern shared_expert_intermediate_size "
    "shared_intermediate_size moe_shared_expert_intermediate_size use_qk_norm use_qkv_bias "
    "use_parallel_residual interleave_moe_layer_step moe_latent_size routed_expert_hidden_size "
    "attention_k_eq_v index_n_heads num_nextn_predict_layers "
    "v_head_dim num_kv_shared_layers o_lora_rank o_groups attn_output_gate attention_output_gate "
    "use_head_wise_attn_gate mla_use_output_gate expand time_step_rank conv_L_cache ngram_size "
    "heads_per_ngram ngram_vocab_size_base ple_embed_dim expert_dtype hidden_size_per_layer_input"
)
"""Settings without a field of their own which decide tensor shapes; sizing reads them by these names."""


class _Settings:
    """A configuration asked for whole numbers."""

    def __init__(self, text: Mapping[str, Any]) -> None:
        self.text = text

    def value(self, *names: str) -> int | None:
        """The first of *names* that holds a sensible number; of a per-layer list the largest."""
        for name in names:
            for place in (self.text, *(self.text.get(part) for part in _NESTED)):
                found = place.get(name) if isinstance(place, Mapping) else None
                if isinstance(found, list) and found and all(isinstance(item, int) for item in found):
                    found = max(found)
                if isinstance(found, int) and not isinstance(found, bool) and 0 < found < LARGEST_VALUE:
                    return found
        return None

    def field(self, name: str) -> int | None:
        """A field of the profile by its usual names."""
        return self.value(*_NAMES[name])


def shapes(text: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
    """The shape fields of a profile. *text* describes the language model, *config* is the whole file.

    Raises ValueError for more layers or experts than any model has.
    """
    ask = _Settings(text)
    found: dict[str, Any] = {name: ask.field(name) for name in _NAMES}
    found["architecture"] = architecture = _architecture(text, config)
    found["n_layers"] = found["n_layers"] or n_layers_listed(text)
    found["vocab_size"] = found["vocab_size"] or _Settings(config).field("vocab_size")
    if max(found["n_layers"] or 0, found["n_experts"] or 0) > MOST_LAYERS:
        raise ValueError(f"more than {MOST_LAYERS} layers or experts")
    found |= _attention(ask, found)
    found |= _feed_forward(ask, found, architecture or "")
    tied = text.get("tie_word_embeddings", config.get("tie_word_embeddings"))
    found["tie_embeddings"] = tied if isinstance(tied, bool) else None
    return found


def kept_settings(text: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, str | int | float | bool]:
    """What sizing needs beside the fields: scalars by their names, the kind of each layer, rotary settings
    in the catalogue's form."""
    kept: dict[str, str | int | float | bool] = {
        key: value
        for key, value in text.items()
        if (key in _KEPT or key.startswith(_KEPT_STARTS))
        and isinstance(value, (str, int, float, bool))
        and not (isinstance(value, int) and abs(value) >= LARGEST_VALUE)
    }
    n = int(found["n_layers"] or 0)
    attention, feed_forward = attention_letters(text, n), feed_forward_letters(text, n)
    kept |= {"attention_kinds": attention} if attention else {}
    kept |= {"ffn_kinds": feed_forward} if feed_forward and set(feed_forward) != {DENSE} else {}
    kept |= per_layer(text, n)
    kept |= _kimi_delta(text) | _sliding_heads(text) | _rotary(text, found["head_dim"])
    shared = text.get("share_expert_dim")
    if isinstance(shared, int):
        kept["shared_expert_intermediate_size"] = shared
    return kept


def _architecture(text: Mapping[str, Any], config: Mapping[str, Any]) -> str | None:
    stated = config.get("architectures") or text.get("architectures")
    return str(stated[0]) if isinstance(stated, list) and stated else None


def _attention(ask: _Settings, found: Mapping[str, Any]) -> dict[str, Any]:
    """Heads, windows and how many layers are recurrent."""
    text, heads, hidden = ask.text, found["n_heads"], found["hidden_size"]
    kv = ask.value("num_key_value_heads", "num_kv_heads", "n_head_kv", "kv_n_heads", "num_attention_groups")
    if kv is None and text.get("multi_query_attention") is True:
        kv = ask.value("multi_query_group_num")
    kv = kv or (1 if text.get("multi_query") is True else heads)
    blocks = per_layer(text, int(found["n_layers"] or 0)).get("kv_heads")
    if blocks:
        kv = max(map(int, blocks.split(","))) or kv
    head = ask.value("head_dim", "kv_channels", "attention_head_dim")
    head = head or (hidden // heads if hidden and heads else None)
    rank, nope = found["mla_kv_lora_rank"], found["mla_nope_dim"]
    rope = text.get("qk_rope_head_dim")
    rope = (
        rope if isinstance(rope, int) and not isinstance(rope, bool) and 0 <= rope < LARGEST_VALUE else None
    )
    letters = attention_letters(text, int(found["n_layers"] or 0))
    recurrent = sum(kind in (LINEAR, MAMBA, CONVOLUTION, BESIDE) for kind in letters)
    return {
        "n_kv_heads": kv,
        "head_dim": (nope or 0) + (rope or 0) if rank and rope is not None else head,
        "mla_rope_dim": rope,
        "mla_v_dim": ask.value("v_head_dim") if rank else None,
        "sliding_window": found["sliding_window"] if text.get("use_sliding_window") is not False else None,
        "sliding_pattern": _sliding_pattern(letters),
        "linear_attention_layers": recurrent or None,
        "attention": "mla"
        if rank
        else "hybrid"
        if recurrent
        else None
        if not heads or not kv
        else "mha"
        if kv == heads
        else "mqa"
        if kv == 1
        else "gqa",
    }


def _sliding_pattern(letters: str) -> str | None:
    """'1:5': one full-attention layer per five sliding ones."""
    sliding, full = letters.count("S"), letters.count("F")
    if not sliding:
        return None
    return f"1:{round(sliding / full)}" if full else "0:1"


def _feed_forward(ask: _Settings, found: Mapping[str, Any], architecture: str) -> dict[str, Any]:
    """Widths. Where a file has two, the dense layers' has a name of its own and `intermediate_size` is an
    expert's (Llama 4, MiniMax-M3)."""
    width = ask.value("intermediate_size", "ffn_dim", "n_inner", "ffn_hidden_size", "d_ff")
    dense = ask.value("dense_intermediate_size", "intermediate_size_mlp")
    expert = ask.value(
        "moe_intermediate_size", "expert_ffn_hidden_size", "moe_ffn_hidden_size", "expert_intermediate_size"
    )
    if dense:
        expert, width = expert or width, dense
    listed = per_layer(ask.text, int(found["n_layers"] or 0)).get("ffn_widths")
    if listed:
        width = max(map(int, listed.split(",")))
    if architecture == "QWenLMHeadModel" and width:
        width //= 2  # Qwen 1 states gate and up together
    hidden = found["hidden_size"]
    if width is None and hidden and architecture.startswith(_FOUR_TIMES):
        width = 4 * hidden
    return {"intermediate_size": width, "moe_intermediate_size": expert}


def _kimi_delta(text: Mapping[str, Any]) -> dict[str, str | int | float | bool]:
    """Heads, width and taps of Kimi delta attention, which stand in a part of their own."""
    part = text.get("linear_attn_config")
    if not isinstance(part, dict):
        return {}
    names = {"kda_heads": "num_heads", "kda_head_dim": "head_dim", "kda_taps": "short_conv_kernel_size"}
    kept: dict[str, str | int | float | bool] = {
        name: part[key] for name, key in names.items() if isinstance(part.get(key), int)
    }
    return kept | ({"kda_full_rank_gate": True} if part.get("use_full_rank_gate") is True else {})


def _sliding_heads(text: Mapping[str, Any]) -> dict[str, str | int | float | bool]:
    """Step's sliding layers have heads of their own (attention_other_setting)."""
    part = text.get("attention_other_setting")
    if not isinstance(part, dict):
        return {}
    names = {
        "swa_num_attention_heads": "num_attention_heads",
        "swa_num_key_value_heads": "num_attention_groups",
    }
    return {name: part[key] for name, key in names.items() if isinstance(part.get(key), int)}


def _rotary(text: Mapping[str, Any], head_dim: int | None) -> dict[str, str | int | float | bool]:
    rotary = text.get("rope_scaling") or text.get("rope_parameters")
    rotary = rotary if isinstance(rotary, dict) else {}
    kept: dict[str, str | int | float | bool] = {}
    kind = rotary.get("rope_type", rotary.get("type"))
    if isinstance(kind, str) and kind != "default":
        kept["rope_scaling"] = "longrope" if kind == "su" else kind  # Phi-3's first name for it
    share = text.get("partial_rotary_factor", rotary.get("partial_rotary_factor"))
    if isinstance(share, float) and 0 < share < 1 and head_dim:
        kept["rope_dim"] = int(head_dim * share)
    return kept
