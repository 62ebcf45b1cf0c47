"""GGUF files of any shape without their data: the header, then a hole.

Enough for llama.cpp to name the types it would choose, and to load the model and check every name and shape.
Needs the `engine` extra (gguf).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from advisor.documents.model import ModelProfile
from advisor.sizing.blocks import padded, tensor_bytes
from advisor.sizing.tensors import gguf_architecture, tensors
from advisor.sizing.types import groups

Value = int | float | str | bool | list[Any]
"""What a GGUF key holds."""


def write_sparse(model: ModelProfile, path: Path, more: dict[str, Value] | None = None) -> None:
    """Write the header, with *more* keys than the quantizer needs, and leave the data a hole."""
    import gguf
    import numpy

    architecture = gguf_architecture(model) or ""
    writer = gguf.GGUFWriter(str(path), architecture)
    for key, value in {**hyperparameters(model), **(more or {})}.items():
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


def _add(writer: Any, key: str, value: Value) -> None:
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


def shrunk(model: ModelProfile) -> ModelProfile:
    """*model* with a few layers of every kind it has, few experts and a small vocabulary: quick to load,
    with all
    its tensor names and the widths of its layers."""
    name = model.architecture or ""
    layers = next((n for prefix, n in _FEWEST_LAYERS.items() if name.startswith(prefix)), 3)
    experts = 4 if model.n_experts else None
    metadata = {**model.metadata, "hybrid_override_pattern": "M*E" if experts else "M*-"}
    return replace(
        model,
        n_layers=layers,
        vocab_size=512,
        n_experts=experts,
        n_experts_used=2 if experts else None,
        first_dense_layers=min(1, model.first_dense_layers or 0) or model.first_dense_layers,
        linear_attention_layers=3 if name.startswith("Lfm2") else model.linear_attention_layers,
        metadata=metadata if name.startswith("NemotronH") else model.metadata,
    )


_FEWEST_LAYERS = {
    "Qwen3Next": 4,
    "Qwen3_5": 4,
    "Gemma4": 6,
    "GraniteMoeHybrid": 6,
    "Jamba": 8,
    "KimiLinear": 4,
    "Llama4": 4,
    "Step3p5": 5,
    "MiMoV2": 6,
    "Lfm2": 4,
}
"""Start of a class name -> layers until each kind of layer has come once."""


def hyperparameters(model: ModelProfile) -> dict[str, Value]:
    """The keys llama.cpp reads before it looks at tensors; one set for all architectures, unknown keys are
    ignored. Widths come from the tensors themselves, so that the engine can check one against the other."""
    shapes = _by_layer(model)
    listed = tensors(model)
    vocabulary = next(t.shape[1] for t in listed if t.name == "token_embd.weight")
    per_layer_embedding = any(t.name == "per_layer_token_embd.weight" for t in listed)
    keys = _CONSTANTS | {
        "block_count": len(shapes),
        "embedding_length": model.hidden_size or 0,
        "vocab_size": vocabulary,
        "feed_forward_length": _feed_forward(model, shapes),
        "embedding_length_per_layer_input": 256 if per_layer_embedding else 0,
        "attention.sliding_window": model.sliding_window or 4096,
    }
    for name in ("activation_sparsity_scale", "swiglu_clamp_exp", *_XIELU):
        keys[name] = [1.0] * len(shapes)
    keys |= _attention_keys(model, shapes)
    if model.is_moe:
        keys |= _expert_keys(model, shapes)
    return keys | _recurrent_keys(model, shapes)


_XIELU = ("xielu.alpha_n", "xielu.alpha_p", "xielu.beta", "xielu.eps")
_CONSTANTS: dict[str, Value] = {
    "context_length": 4096,
    "attention.layer_norm_rms_epsilon": 1e-5,
    "attention.layer_norm_epsilon": 1e-5,
    "rope.dimension_sections": [16, 24, 24, 0],
    "rope.freq_base": 1e4,
    "logit_scale": 1.0,
    "attention.scale": 1.0,
    "residual_scale": 1.0,
    "embedding_scale": 1.0,
    "attention.shared_kv_layers": 0,
    "altup.active_idx": 0,
    "altup.num_inputs": 4,
    "attn_logit_softcapping": 50.0,
    "final_logit_softcapping": 30.0,
    "tokenizer.ggml.model": "none",
    "use_parallel_residual": True,
    "shortconv.l_cache": 3,
    "full_attention_interval": 4,
    "attention.indexer.head_count": 32,
    "attention.indexer.key_length": 128,
    "attention.indexer.top_k": 2048,
    "kda.head_dim": 128,
    "attention.causal": True,
}
"""What no tensor's shape depends on, or what all models of the architecture share."""


def _by_layer(model: ModelProfile) -> list[dict[str, tuple[int, ...]]]:
    """For each layer: name without 'blk.N.' -> shape."""
    layers: dict[int, dict[str, tuple[int, ...]]] = {}
    for t in tensors(model):
        if t.layer is not None:
            layers.setdefault(t.layer, {})[t.name.split(".", 2)[2]] = t.shape
    return [layers[i] for i in range(len(layers))]


def _attention_keys(model: ModelProfile, shapes: list[dict[str, tuple[int, ...]]]) -> dict[str, Value]:
    head = model.head_dim or (model.hidden_size or 0) // (model.n_heads or 1)
    if any("attn_kv_a_mqa.weight" in layer for layer in shapes):
        return _latent_keys(model, shapes, head)
    keys_at = [
        layer["attn_q_norm.weight"][0] if len(layer.get("attn_q_norm.weight", ())) == 1 else head
        for layer in shapes
    ]
    if model.architecture in (
        "Olmo2ForCausalLM",
        "Olmo3ForCausalLM",
        "OlmoeForCausalLM",
        "MiniMaxM2ForCausalLM",
    ):
        keys_at = [head] * len(shapes)  # their query norm spans all heads
    outputs = [layer.get("attn_output.weight", (0,))[0] for layer in shapes]
    kv_rows = [layer.get("attn_k.weight", (0, 0))[1] for layer in shapes]
    value = 128 if (model.architecture or "").startswith("MiMoV2") else max(keys_at)
    values_at = [value] * len(shapes) if value != max(keys_at) else keys_at
    heads = [out // size for out, size in zip(outputs, values_at, strict=True)]
    kv = [rows // size for rows, size in zip(kv_rows, keys_at, strict=True)]
    fused = any("attn_qkv.weight" in layer for layer in shapes)
    windows = [(i + 1) % 6 != 0 for i in range(len(shapes))]
    for row in (kv, heads, keys_at):
        if len(set(row) - {0}) > 1:
            windows = [size != row[-1] for size in row]
    if min(keys_at) != max(keys_at):
        windows = [size == min(keys_at) for size in keys_at]
    return {
        "attention.head_count": heads if len(set(heads) - {0}) > 1 else model.n_heads or 0,
        "attention.head_count_kv": (model.n_kv_heads or model.n_heads or 0)
        if fused or len(set(kv)) == 1
        else kv,
        "attention.key_length": max(keys_at),
        "attention.value_length": value,
        "attention.key_length_swa": min(keys_at),
        "attention.value_length_swa": min(values_at),
        "attention.sliding_window_pattern": windows,
        "rope.dimension_count": max(keys_at),
    }


def _latent_keys(
    model: ModelProfile, shapes: list[dict[str, tuple[int, ...]]], head: int
) -> dict[str, Value]:
    rank, rope = model.mla_kv_lora_rank or 0, model.mla_rope_dim or 0
    mixed = not all("attn_kv_a_mqa.weight" in layer for layer in shapes)
    heads = model.n_heads or 0
    return {
        "attention.head_count": heads,
        "attention.head_count_kv": [heads if "attn_kv_a_mqa.weight" in x else 0 for x in shapes]
        if mixed
        else 1,
        "attention.kv_lora_rank": rank,
        "attention.q_lora_rank": model.mla_q_lora_rank or 0,
        "attention.key_length_mla": (model.mla_nope_dim or head) + rope,
        "attention.value_length_mla": model.mla_v_dim or head,
        "attention.key_length": rank + rope,
        "attention.value_length": rank,
        "rope.dimension_count": rope,
    }


def _feed_forward(model: ModelProfile, shapes: list[dict[str, tuple[int, ...]]]) -> Value:
    widths = [layer.get("ffn_down.weight", (0,))[0] for layer in shapes]
    if model.architecture == "NemotronHForCausalLM":
        return [
            width or layer.get("ffn_down_exps.weight", (0,))[0]
            for width, layer in zip(widths, shapes, strict=True)
        ]
    dense = {width for width in widths if width}
    if len(dense) > 1:
        return widths
    return dense.pop() if dense else model.intermediate_size or model.moe_intermediate_size or 0


def _expert_keys(model: ModelProfile, shapes: list[dict[str, tuple[int, ...]]]) -> dict[str, Value]:
    def width(stem: str) -> int:
        return next((layer[stem][0] for layer in shapes if stem in layer), 0)

    steps = [i for i, layer in enumerate(shapes) if "ffn_down_exps.weight" in layer]
    return {
        "expert_count": model.n_experts or 0,
        "expert_used_count": model.n_experts_used or 1,
        "expert_feed_forward_length": width("ffn_down_exps.weight"),
        "expert_shared_feed_forward_length": width("ffn_down_shexp.weight"),
        "expert_shared_count": model.n_shared_experts or 0,
        "leading_dense_block_count": model.first_dense_layers or 0,
        "interleave_moe_layer_step": steps[1] - steps[0] if len(steps) > 1 else 1,
        "expert_weights_scale": 1.0,
        "expert_weights_norm": True,
        "expert_gating_func": 2,
        "expert_group_count": 1,
        "expert_group_used_count": 1,
        "moe_latent_size": width("ffn_latent_up.weight"),
        "nextn_predict_layers": max(0, len(shapes) - (model.n_layers or len(shapes))),
    }


def _recurrent_keys(model: ModelProfile, shapes: list[dict[str, tuple[int, ...]]]) -> dict[str, Value]:
    layer = next((layer for layer in shapes if "ssm_conv1d.weight" in layer), None)
    if layer is None:
        return {"ssm.conv_kernel": 4}
    inner = layer["ssm_out.weight"][0]
    first_generation = "ssm_dt.weight" in layer
    state = layer["ssm_a"][0] if first_generation else model.ssm_state_size or layer["ssm_norm.weight"][0]
    return {
        "ssm.conv_kernel": layer["ssm_conv1d.weight"][0],
        "ssm.inner_size": inner,
        "ssm.state_size": state,
        "ssm.time_step_rank": layer["ssm_dt.weight"][0] if first_generation else layer["ssm_a"][-1],
        "ssm.group_count": (layer["ssm_conv1d.weight"][1] - inner) // (2 * state),
    }
