"""GGUF files of any shape without their data: the header, then a hole.

Enough for llama.cpp to name the types it would choose, and to load the model and check every name and shape.
Needs the `engine` extra (gguf).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from advisor.documents.model import ModelProfile
from advisor.sizing.blocks import padded, tensor_bytes
from advisor.sizing.tensors import Tensor, gguf_architecture, tensors
from advisor.sizing.types import groups


def write_sparse(model: ModelProfile, path: Path) -> None:
    """Write the header and leave the data a hole."""
    import gguf
    import numpy

    architecture = gguf_architecture(model) or ""
    writer = gguf.GGUFWriter(str(path), architecture)
    for key, value in hyperparameters(model).items():
        _add(writer, key if key.startswith(("tokenizer.", "xielu.")) else f"{architecture}.{key}", value)
    stored = {index: g.stored for g in groups(model) for index in g.indices}
    size = 0
    for index, tensor in enumerate(tensors(model)):
        name = "F32" if stored[index] == "F32" else "F16"
        n_bytes = tensor_bytes(name, tensor.shape)
        dtype = numpy.dtype("float32" if name == "F32" else "float16")
        writer.add_tensor_info(tensor.name, tuple(reversed(tensor.shape)), dtype, n_bytes)
        size += padded(n_bytes)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()
    with path.open("r+b") as file:
        file.truncate(padded(file.seek(0, 2)) + size)


def _add(writer, key: str, value) -> None:
    if isinstance(value, list):
        writer.add_array(key, value)
    elif isinstance(value, bool):
        writer.add_bool(key, value)
    elif isinstance(value, str):
        writer.add_string(key, value)
    elif isinstance(value, float):
        writer.add_float32(key, value)
    else:
        writer.add_uint32(key, value)


def hyperparameters(model: ModelProfile) -> dict[str, int | float | str | bool | list]:
    """The keys llama.cpp reads before it looks at tensors; one set for all architectures, unknown keys are
    ignored."""
    listed = tensors(model)
    n_layers = 1 + max(t.layer for t in listed if t.layer is not None)
    head = model.head_dim or (model.hidden_size or 0) // (model.n_heads or 1)
    mla = any(t.name.endswith("attn_kv_a_mqa.weight") for t in listed)
    kv = _kv_heads(model, listed, n_layers)
    keys: dict[str, int | float | str | bool | list] = {
        "block_count": n_layers,
        "context_length": 4096,
        "embedding_length": model.hidden_size or 0,
        "feed_forward_length": _feed_forward(model, listed, n_layers),
        "vocab_size": model.vocab_size or 0,
        "attention.head_count": model.n_heads or 0,
        "attention.head_count_kv": kv,
        "attention.layer_norm_rms_epsilon": 1e-5,
        "attention.layer_norm_epsilon": 1e-5,
        "attention.key_length": head,
        "attention.value_length": head,
        "rope.dimension_count": head,
        "rope.dimension_sections": [16, 24, 24, 0],
        "attention.sliding_window": model.sliding_window or 4096,
        "attention.sliding_window_pattern": [(i + 1) % 6 != 0 for i in range(n_layers)],
        "rope.freq_base": 1e4,
        "logit_scale": 1.0,
        "attention.scale": 1.0,
        "residual_scale": 1.0,
        "embedding_scale": 1.0,
        "attention.shared_kv_layers": 0,
        "embedding_length_per_layer_input": 256,
        "altup.active_idx": 0,
        "altup.num_inputs": 4,
        "attn_logit_softcapping": 50.0,
        "final_logit_softcapping": 30.0,
        "tokenizer.ggml.model": "none",
        "attention.key_length_swa": head,
        "attention.value_length_swa": head,
        "use_parallel_residual": True,
        "shortconv.l_cache": 3,
        "full_attention_interval": 4,
        "activation_sparsity_scale": [1.0] * n_layers,
        "swiglu_clamp_exp": [0.0] * n_layers,
        "attention.indexer.head_count": 32,
        "attention.indexer.key_length": 128,
        "attention.indexer.top_k": 2048,
        "kda.head_dim": 128,
        "attention.causal": True,
        "interleave_moe_layer_step": 1,
        "xielu.alpha_n": [1.0] * n_layers,
        "xielu.alpha_p": [1.0] * n_layers,
        "xielu.beta": [1.0] * n_layers,
        "xielu.eps": [1.0] * n_layers,
    }
    if mla:
        keys |= {
            "attention.kv_lora_rank": model.mla_kv_lora_rank or 0,
            "attention.q_lora_rank": model.mla_q_lora_rank or 0,
            "attention.key_length_mla": (model.mla_nope_dim or head) + (model.mla_rope_dim or 0),
            "attention.value_length_mla": model.mla_v_dim or head,
            "attention.key_length": (model.mla_kv_lora_rank or 0) + (model.mla_rope_dim or 0),
            "attention.value_length": model.mla_kv_lora_rank or 0,
            "rope.dimension_count": model.mla_rope_dim or 0,
        }
    if model.is_moe:
        keys |= _expert_keys(model, n_layers)
    return keys | _recurrent_keys(model, listed)


def _kv_heads(model: ModelProfile, listed: Sequence[Tensor], n_layers: int) -> int | list[int]:
    kv = model.n_kv_heads or model.n_heads or 0
    if (
        any(t.name.endswith("attn_kv_a_mqa.weight") for t in listed)
        and model.architecture != "KimiLinearForCausalLM"
    ):
        return 1
    per_layer = [0] * n_layers
    for t in listed:
        if t.layer is not None and t.name.endswith(
            ("attn_k.weight", "attn_kv_a_mqa.weight", "attn_qkv.weight")
        ):
            per_layer[t.layer] = kv
    if model.architecture == "KimiLinearForCausalLM":
        with_mla = {t.layer for t in listed if t.name.endswith("attn_kv_a_mqa.weight")}
        return [kv if i in with_mla else 0 for i in range(n_layers)]
    return per_layer if 0 in per_layer else kv


def _feed_forward(model: ModelProfile, listed: Sequence[Tensor], n_layers: int) -> int | list[int]:
    if model.architecture == "NemotronHForCausalLM":
        widths = [0] * n_layers
        for t in listed:
            if t.layer is not None and "ffn_up" in t.name:
                widths[t.layer] = model.intermediate_size or t.shape[1]
        return widths
    return model.intermediate_size or model.moe_intermediate_size or 0


def _expert_keys(model: ModelProfile, n_layers: int) -> dict[str, int | float | bool]:
    width = model.moe_intermediate_size or model.intermediate_size or 0
    return {
        "expert_count": model.n_experts or 0,
        "expert_used_count": model.n_experts_used or 1,
        "expert_feed_forward_length": width,
        "expert_shared_feed_forward_length": width,
        "expert_shared_count": model.n_shared_experts or 0,
        "leading_dense_block_count": model.first_dense_layers or 0,
        "expert_weights_scale": 1.0,
        "expert_weights_norm": True,
        "expert_gating_func": 2,
        "expert_group_count": 1,
        "expert_group_used_count": 1,
        "moe_latent_size": 1024,
        "nextn_predict_layers": max(0, n_layers - (model.n_layers or n_layers)),
    }


def _recurrent_keys(model: ModelProfile, listed: Sequence[Tensor]) -> dict[str, int]:
    shapes = {t.name.split(".", 2)[2]: t.shape for t in listed if t.layer is not None}
    if "ssm_conv1d.weight" not in shapes and "ssm_conv1d_q.weight" not in shapes:
        return {}
    inner = shapes.get("ssm_out.weight", (0,))[0]
    heads = shapes.get("ssm_a", (1, 1))[-1]
    return {
        "ssm.conv_kernel": 4,
        "ssm.inner_size": inner,
        "ssm.state_size": model.ssm_state_size or 128,
        "ssm.time_step_rank": heads,
        "ssm.group_count": 1,
    }
