"""The shapes of a model, from the values of a GGUF header and the tensors themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from advisor.documents.model import StoredTensor

_ARCHITECTURES = {
    "llama": "LlamaForCausalLM",
    "llama4": "Llama4ForConditionalGeneration",
    "deci": "DeciLMForCausalLM",
    "mistral3": "Mistral3ForConditionalGeneration",
    "falcon": "FalconForCausalLM",
    "falcon-h1": "FalconH1ForCausalLM",
    "gptneox": "GPTNeoXForCausalLM",
    "stablelm": "StableLmForCausalLM",
    "qwen2": "Qwen2ForCausalLM",
    "qwen2moe": "Qwen2MoeForCausalLM",
    "qwen2vl": "Qwen2_5_VLForConditionalGeneration",
    "qwen3": "Qwen3ForCausalLM",
    "qwen3moe": "Qwen3MoeForCausalLM",
    "qwen3next": "Qwen3NextForCausalLM",
    "qwen3vl": "Qwen3VLForConditionalGeneration",
    "qwen35": "Qwen3_5ForConditionalGeneration",
    "qwen35moe": "Qwen3_5MoeForConditionalGeneration",
    "phi2": "PhiForCausalLM",
    "phi3": "Phi3ForCausalLM",
    "phimoe": "PhiMoEForCausalLM",
    "internlm2": "InternLM2ForCausalLM",
    "minicpm": "MiniCPMForCausalLM",
    "gemma": "GemmaForCausalLM",
    "gemma2": "Gemma2ForCausalLM",
    "gemma3": "Gemma3ForConditionalGeneration",
    "gemma3n": "Gemma3nForConditionalGeneration",
    "gemma4": "Gemma4ForConditionalGeneration",
    "starcoder2": "Starcoder2ForCausalLM",
    "jamba": "JambaForCausalLM",
    "command-r": "CohereForCausalLM",
    "cohere2": "Cohere2ForCausalLM",
    "olmo": "OlmoForCausalLM",
    "olmo2": "Olmo2ForCausalLM",
    "olmoe": "OlmoeForCausalLM",
    "deepseek": "DeepseekForCausalLM",
    "deepseek2": "DeepseekV2ForCausalLM",
    "chatglm": "GlmForCausalLM",
    "glm4": "Glm4ForCausalLM",
    "glm4moe": "Glm4MoeForCausalLM",
    "glm-dsa": "GlmMoeDsaForCausalLM",
    "nemotron": "NemotronForCausalLM",
    "nemotron_h": "NemotronHForCausalLM",
    "nemotron_h_moe": "NemotronHForCausalLM",
    "exaone": "ExaoneForCausalLM",
    "exaone4": "Exaone4ForCausalLM",
    "exaone-moe": "ExaoneMoEForCausalLM",
    "granite": "GraniteForCausalLM",
    "granitemoe": "GraniteMoeForCausalLM",
    "granitehybrid": "GraniteMoeHybridForCausalLM",
    "bailingmoe2": "BailingMoeV2ForCausalLM",
    "arcee": "ArceeForCausalLM",
    "afmoe": "AfmoeForCausalLM",
    "ernie4_5": "Ernie4_5ForCausalLM",
    "ernie4_5-moe": "Ernie4_5_MoeForCausalLM",
    "hunyuan-moe": "HunYuanMoEV1ForCausalLM",
    "hunyuan-dense": "HunYuanDenseV1ForCausalLM",
    "smollm3": "SmolLM3ForCausalLM",
    "gpt-oss": "GptOssForCausalLM",
    "lfm2": "Lfm2ForCausalLM",
    "lfm2moe": "Lfm2MoeForCausalLM",
    "seed_oss": "SeedOssForCausalLM",
    "apertus": "ApertusForCausalLM",
    "minimax-m2": "MiniMaxM2ForCausalLM",
    "mimo2": "MiMoV2FlashForCausalLM",
    "step35": "Step3p5ForCausalLM",
    "kimi-linear": "KimiLinearForCausalLM",
}
"""llama.cpp's architecture names (gguf-py's constants.py) -> the class names of Hugging Face config.json."""

_RECURRENT = r"blk\.(\d+)\.(?:ssm_|shortconv)"
_BEYOND = 1 << 40
"""No setting of a model is as large; a damaged header may say anything."""


class _Settings:
    """The settings of one model, under its architecture's name."""

    def __init__(self, metadata: Mapping[str, object]) -> None:
        self.kind, self._metadata = str(metadata["general.architecture"]), metadata

    def __call__(self, *keys: str) -> int | None:
        """The first of *keys* that is stated; of a per-layer list the largest (layers without attention say
        0)."""
        for key in keys:
            found = self._metadata.get(f"{self.kind}.{key}")
            if isinstance(found, tuple):
                found = max((item for item in found if isinstance(item, int)), default=None)
            if isinstance(found, int) and not isinstance(found, bool) and 0 < found < _BEYOND:
                return found
        return None


def shapes(
    metadata: Mapping[str, object], lengths: Mapping[str, int], tensors: Sequence[StoredTensor]
) -> dict[str, Any]:
    """The shape fields of a profile; *lengths*: of the header's arrays."""
    value = _Settings(metadata)
    recurrent = {found[1] for tensor in tensors if (found := re.match(_RECURRENT, tensor.name))}
    return {
        "architecture": _architecture(value),
        "n_layers": value("block_count"),
        "hidden_size": value("embedding_length"),
        "intermediate_size": value("feed_forward_length"),
        "first_dense_layers": value("leading_dense_block_count"),
        "sliding_window": value("attention.sliding_window"),
        "linear_attention_layers": len(recurrent) or None,
        "ssm_state_size": value("ssm.state_size"),
        "context_length": value("context_length"),
        **_vocabulary(value, lengths, tensors),
        **_attention(value, bool(recurrent)),
        **_experts(value, tensors),
    }


def _architecture(value: _Settings) -> str | None:
    if value.kind == "llama" and value("expert_count"):
        return "MixtralForCausalLM"
    return _ARCHITECTURES.get(value.kind)


def _vocabulary(
    value: _Settings, lengths: Mapping[str, int], tensors: Sequence[StoredTensor]
) -> dict[str, Any]:
    by_name = {tensor.name: tensor for tensor in tensors}
    embedding = by_name.get("token_embd.weight")
    stored = embedding.shape[1] if embedding and len(embedding.shape) > 1 else None
    return {
        "vocab_size": stored or value("vocab_size") or lengths.get("tokenizer.ggml.tokens"),
        "tie_embeddings": "output.weight" not in by_name if embedding else None,
    }


def _attention(value: _Settings, recurrent: bool) -> dict[str, Any]:
    heads, hidden = value("attention.head_count"), value("embedding_length")
    kv_heads = value("attention.head_count_kv") or heads
    key = value("attention.key_length_mla", "attention.key_length")
    latent = value("attention.kv_lora_rank")
    found: dict[str, Any] = {
        "n_heads": heads,
        "n_kv_heads": kv_heads,
        "head_dim": key or (hidden // heads if hidden and heads else None),
        "mla_kv_lora_rank": latent,
        "mla_q_lora_rank": value("attention.q_lora_rank"),
    }
    if latent:
        rope = value("rope.dimension_count")
        found |= {
            "mla_rope_dim": rope,
            "mla_nope_dim": key - rope if key and rope and key > rope else None,
            "mla_v_dim": value("attention.value_length_mla", "attention.value_length"),
        }
    return found | {"attention": _attention_kind(bool(latent), recurrent, heads, kv_heads)}


def _attention_kind(latent: bool, recurrent: bool, heads: int | None, kv_heads: int | None) -> str | None:
    if latent or recurrent or not heads or not kv_heads:
        return "mla" if latent else "hybrid" if recurrent else None
    return "mha" if kv_heads == heads else "mqa" if kv_heads == 1 else "gqa"


def _experts(value: _Settings, tensors: Sequence[StoredTensor]) -> dict[str, Any]:
    """Counts and widths of the experts, and how many weights there are in all and for one token."""
    n_experts, n_used = value("expert_count"), value("expert_used_count")
    total = sum(prod(tensor.shape) for tensor in tensors)
    in_experts = sum(prod(tensor.shape) for tensor in tensors if "_exps." in tensor.name)
    idle = in_experts * (1 - n_used / n_experts) if n_experts and n_used and n_used <= n_experts else 0
    return {
        "n_params": total,
        "n_active_params": round(total - idle),
        "n_experts": n_experts,
        "n_experts_used": n_used,
        "n_shared_experts": value("expert_shared_count"),
        "moe_intermediate_size": value(
            "expert_feed_forward_length", *(("feed_forward_length",) if n_experts else ())
        ),
    }
