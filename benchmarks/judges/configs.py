"""A config.json for a model of the catalogue under a scheme: enough to build it without its weights."""

from __future__ import annotations

from typing import Any

_COMMON = {
    "rms_norm_eps": 1e-6,
    "rope_theta": 1e6,
    "hidden_act": "silu",
    "torch_dtype": "bfloat16",
    "bos_token_id": 1,
    "eos_token_id": 2,
}
_TYPES = {
    "LlamaForCausalLM": "llama",
    "Qwen2ForCausalLM": "qwen2",
    "Qwen3ForCausalLM": "qwen3",
    "Qwen3MoeForCausalLM": "qwen3_moe",
    "MixtralForCausalLM": "mixtral",
    "MistralForCausalLM": "mistral",
    "DeepseekV3ForCausalLM": "deepseek_v3",
    "GptOssForCausalLM": "gpt_oss",
}
"""Architectures whose config follows from the catalogue's shapes."""


def model_config(model: dict[str, Any]) -> dict[str, Any] | None:
    """The config of an unquantized checkpoint; None for an architecture not listed here."""
    architecture = model["architecture"]
    if architecture not in _TYPES:
        return None
    config = {
        **_COMMON,
        "architectures": [architecture],
        "model_type": _TYPES[architecture],
        "hidden_size": model["hidden_size"],
        "intermediate_size": model["intermediate_size"] or model["moe_intermediate_size"],
        "num_hidden_layers": model["n_layers"],
        "num_attention_heads": model["n_heads"],
        "num_key_value_heads": model["n_kv_heads"] or model["n_heads"],
        "head_dim": model["head_dim"],
        "vocab_size": model["vocab_size"],
        "max_position_embeddings": model["context_length"] or 32768,
        "tie_word_embeddings": bool(model["tie_embeddings"]),
    }
    experts = model["n_experts"] or 0
    if experts > 1:
        config |= {
            "num_experts": experts,
            "num_local_experts": experts,
            "num_experts_per_tok": model["n_experts_used"],
            "moe_intermediate_size": model["moe_intermediate_size"] or model["intermediate_size"],
            "decoder_sparse_step": 1,
            "mlp_only_layers": [],
            "norm_topk_prob": True,
        }
    return config | _family(model, experts)


def _family(model: dict[str, Any], experts: int) -> dict[str, Any]:
    if model["architecture"] == "DeepseekV3ForCausalLM":
        return {
            "q_lora_rank": model["mla_q_lora_rank"],
            "kv_lora_rank": model["mla_kv_lora_rank"],
            "qk_nope_head_dim": model["mla_nope_dim"],
            "qk_rope_head_dim": model["mla_rope_dim"],
            "v_head_dim": model["mla_v_dim"],
            "n_routed_experts": experts,
            "n_shared_experts": model["n_shared_experts"] or 1,
            "n_group": 8,
            "topk_group": 4,
            "first_k_dense_replace": model["first_dense_layers"] or 0,
            "moe_layer_freq": 1,
            "routed_scaling_factor": 2.5,
            "scoring_func": "sigmoid",
            "topk_method": "noaux_tc",
            "num_nextn_predict_layers": 0,
        }
    if model["architecture"] == "GptOssForCausalLM":
        layers = model["n_layers"]
        return {
            "layer_types": (["sliding_attention", "full_attention"] * layers)[:layers],
            "sliding_window": 128,
            "swiglu_limit": 7.0,
            "attention_bias": True,
            "initial_context_length": 4096,
            "experts_per_token": model["n_experts_used"],
        }
    return {}


def quantization_config(scheme: dict[str, Any], moe: bool) -> dict[str, Any] | None:
    """What a checkpoint of the scheme says of itself; None for full precision and for others."""
    name, bits, group = scheme["name"], scheme["weight_bits"], scheme["group_size"]
    if scheme["family"] == "gptq":
        return _gptq("gptq", bits, group)
    if scheme["family"] == "autoround":
        return _gptq("auto-round", bits, group) | {"packing_format": "auto_round:auto_gptq"}
    float8, token = _weights("float", 8, "channel"), _weights("float", 8, "token", dynamic=True)
    tensor = _weights("float", 8, "tensor")
    block = _weights("float", 8, "block") | {"block_structure": [128, 128]}
    grouped = _weights("float", 8, "group", dynamic=True) | {"group_size": 128}
    int8 = _weights("int", 8, "channel"), _weights("int", 8, "token", dynamic=True)
    fp4 = _weights("float", 4, "tensor_group") | {"group_size": 16}
    mx4 = _weights("float", 4, "group") | {"group_size": 32, "scale_dtype": "torch.uint8"}
    whole = {
        "W8A8-FP-dynamic": ("float-quantized", float8, token),
        "W8A8-FP-static": ("float-quantized", tensor, tensor),
        "W8A8-FP-block": ("float-quantized", block, grouped),
        "W8A8-INT": ("int-quantized", *int8),
        "W8A16-INT": ("pack-quantized", int8[0], None),
        "NVFP4": ("nvfp4-pack-quantized", fp4, fp4 | {"dynamic": "local"}),
        "NVFP4A16": ("nvfp4-pack-quantized", fp4, None),
        "MXFP4": ("mxfp4-pack-quantized", mx4, mx4 | {"dynamic": True}),
        "MXFP4A16": ("mxfp4-pack-quantized", mx4, None),
    }
    if name in whole:
        return _compressed(*whole[name])
    if scheme["family"] in ("awq", "rtn") and scheme["act_bits"] == 16:
        strategy = "channel" if group == -1 else "group"
        weights = _weights("int", int(bits), strategy, symmetric=moe or scheme["family"] == "rtn")
        weights["group_size"] = None if group == -1 else group
        return _compressed("pack-quantized", weights, None)
    return None


def _weights(
    kind: str, bits: int, strategy: str, dynamic: bool = False, symmetric: bool = True
) -> dict[str, Any]:
    return {
        "num_bits": bits,
        "type": kind,
        "symmetric": symmetric,
        "strategy": strategy,
        "dynamic": dynamic,
        "observer": None if dynamic else "minmax",
    }


def _compressed(form: str, weights: dict[str, Any], inputs: dict[str, Any] | None) -> dict[str, Any]:
    group = {"targets": ["Linear"], "weights": weights, "input_activations": inputs}
    return {
        "quant_method": "compressed-tensors",
        "format": form,
        "quantization_status": "compressed",
        "ignore": ["lm_head", "re:.*gate$", "re:.*router.*"],
        "config_groups": {"group_0": group | {"output_activations": None}},
    }


def _gptq(method: str, bits: float, group: int | None) -> dict[str, Any]:
    return {
        "quant_method": method,
        "bits": int(bits),
        "group_size": group,
        "desc_act": False,
        "sym": True,
        "lm_head": False,
        "checkpoint_format": "gptq",
        "data_type": "int",
    }
