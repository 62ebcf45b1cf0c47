"""The real quantizer, asked for its choices without quantizing: llama.cpp through the `cyllama` wheel.

A GGUF file of any shape is written sparse (header only, the data are holes), and llama.cpp's `dry_run` names the type of
every tensor. Needs the `engine` extra (cyllama, gguf).
"""

from __future__ import annotations

import ctypes
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from advisor.documents.model import ModelProfile
from advisor.errors import UsageError
from advisor.sizing.blocks import padded, tensor_bytes
from advisor.sizing.tensors import Tensor, gguf_architecture, tensors
from advisor.sizing.types import groups

FTYPES = {
    "F32": 0, "F16": 1, "Q4_0": 2, "Q4_1": 3, "Q8_0": 7, "Q5_0": 8, "Q5_1": 9, "Q2_K": 10, "Q3_K_S": 11, "Q3_K_M": 12,
    "Q3_K_L": 13, "Q4_K_S": 14, "Q4_K_M": 15, "Q5_K_S": 16, "Q5_K_M": 17, "Q6_K": 18, "IQ2_XXS": 19, "IQ2_XS": 20,
    "Q2_K_S": 21, "IQ3_XS": 22, "IQ3_XXS": 23, "IQ1_S": 24, "IQ4_NL": 25, "IQ3_S": 26, "IQ3_M": 27, "IQ2_S": 28,
    "IQ2_M": 29, "IQ4_XS": 30, "IQ1_M": 31, "BF16": 32, "TQ1_0": 36, "TQ2_0": 37, "MXFP4_MOE": 38, "Q1_0": 40,
}
"""enum llama_ftype (https://github.com/ggml-org/llama.cpp/blob/master/include/llama.h)."""

_LINE = re.compile(r"\[\s*\d+/\s*\d+\]\s+(\S+)\s+- \[[^\]]*\], type =\s+(\S+), size = .*?(?:->.*?\((\w+)\))?\s*$")
_IMATRIX_OFFSET = 24
"""Of the pointer in llama_model_quantize_params: four 32-bit fields, six flags, padding."""


def engine_commit() -> str:
    """The llama.cpp commit inside the installed wheel; raises UsageError when it is not installed."""
    return str(_engine().ggml_commit())


def _engine():  # noqa: ANN202 - a compiled module
    try:
        from cyllama.llama import llama_cpp
    except ImportError as error:
        raise UsageError("the real quantizer is not installed; run `pip install 'quant-advisor[engine]'`") from error
    return llama_cpp


@contextmanager
def sparse_file(model: ModelProfile) -> Iterator[Path]:
    """A GGUF file with the model's tensors as F16 and F32 holes, gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.gguf"
        write_sparse(model, path)
        yield path


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


def _add(writer, key: str, value) -> None:  # noqa: ANN001
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
    """The keys llama.cpp reads before it looks at tensors; one set for all architectures, unknown keys are ignored."""
    listed = tensors(model)
    n_layers = 1 + max(t.layer for t in listed if t.layer is not None)
    head = model.head_dim or (model.hidden_size or 0) // (model.n_heads or 1)
    mla = any(t.name.endswith("attn_kv_a_mqa.weight") for t in listed)
    kv = _kv_heads(model, listed, n_layers)
    keys: dict[str, int | float | str | bool | list] = {
        "block_count": n_layers, "context_length": 4096, "embedding_length": model.hidden_size or 0,
        "feed_forward_length": _feed_forward(model, listed, n_layers), "vocab_size": model.vocab_size or 0,
        "attention.head_count": model.n_heads or 0, "attention.head_count_kv": kv,
        "attention.layer_norm_rms_epsilon": 1e-5, "attention.layer_norm_epsilon": 1e-5,
        "attention.key_length": head, "attention.value_length": head, "rope.dimension_count": head,
        "rope.dimension_sections": [16, 24, 24, 0], "attention.sliding_window": model.sliding_window or 4096,
        "attention.sliding_window_pattern": [(i + 1) % 6 != 0 for i in range(n_layers)],
        "rope.freq_base": 1e4, "logit_scale": 1.0, "attention.scale": 1.0, "residual_scale": 1.0,
        "embedding_scale": 1.0, "attention.shared_kv_layers": 0, "embedding_length_per_layer_input": 256,
        "altup.active_idx": 0, "altup.num_inputs": 4, "attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0,
        "tokenizer.ggml.model": "none", "attention.key_length_swa": head, "attention.value_length_swa": head,
        "use_parallel_residual": True, "shortconv.l_cache": 3, "full_attention_interval": 4,
        "activation_sparsity_scale": [1.0] * n_layers, "swiglu_clamp_exp": [0.0] * n_layers,
        "attention.indexer.head_count": 32, "attention.indexer.key_length": 128, "attention.indexer.top_k": 2048,
        "kda.head_dim": 128, "attention.causal": True, "interleave_moe_layer_step": 1,
        "xielu.alpha_n": [1.0] * n_layers, "xielu.alpha_p": [1.0] * n_layers, "xielu.beta": [1.0] * n_layers,
        "xielu.eps": [1.0] * n_layers,
    }
    if mla:
        keys |= {"attention.kv_lora_rank": model.mla_kv_lora_rank or 0, "attention.q_lora_rank": model.mla_q_lora_rank or 0,
                 "attention.key_length_mla": (model.mla_nope_dim or head) + (model.mla_rope_dim or 0),
                 "attention.value_length_mla": model.mla_v_dim or head,
                 "attention.key_length": (model.mla_kv_lora_rank or 0) + (model.mla_rope_dim or 0),
                 "attention.value_length": model.mla_kv_lora_rank or 0, "rope.dimension_count": model.mla_rope_dim or 0}
    if model.is_moe:
        keys |= _expert_keys(model, n_layers)
    return keys | _recurrent_keys(model, listed)


def _kv_heads(model: ModelProfile, listed: Sequence[Tensor], n_layers: int) -> int | list[int]:
    kv = model.n_kv_heads or model.n_heads or 0
    if any(t.name.endswith("attn_kv_a_mqa.weight") for t in listed) and model.architecture != "KimiLinearForCausalLM":
        return 1
    per_layer = [0] * n_layers
    for t in listed:
        if t.layer is not None and t.name.endswith(("attn_k.weight", "attn_kv_a_mqa.weight", "attn_qkv.weight")):
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
        "expert_count": model.n_experts or 0, "expert_used_count": model.n_experts_used or 1,
        "expert_feed_forward_length": width, "expert_shared_feed_forward_length": width,
        "expert_shared_count": model.n_shared_experts or 0,
        "leading_dense_block_count": model.first_dense_layers or 0, "expert_weights_scale": 1.0,
        "expert_weights_norm": True, "expert_gating_func": 2, "expert_group_count": 1, "expert_group_used_count": 1,
        "moe_latent_size": 1024, "nextn_predict_layers": max(0, n_layers - (model.n_layers or n_layers)),
    }


def _recurrent_keys(model: ModelProfile, listed: Sequence[Tensor]) -> dict[str, int]:
    shapes = {t.name.split(".", 2)[2]: t.shape for t in listed if t.layer is not None}
    if "ssm_conv1d.weight" not in shapes and "ssm_conv1d_q.weight" not in shapes:
        return {}
    inner = shapes.get("ssm_out.weight", (0,))[0]
    heads = shapes.get("ssm_a", (1, 1))[-1]
    return {"ssm.conv_kernel": 4, "ssm.inner_size": inner, "ssm.state_size": model.ssm_state_size or 128,
            "ssm.time_step_rank": heads, "ssm.group_count": 1}


def quantizer_types(path: Path, ftype: str, imatrix: bool) -> dict[str, str] | None:
    """Tensor name -> ggml type the quantizer would store; None when it refuses the run.

    With *imatrix* the quantizer is handed a matrix without entries, which is all its choice of types looks at.
    """
    engine = _engine()
    lines: list[str] = []
    engine.set_log_callback(lambda _level, text: lines.append(text))
    parameters = engine.LlamaModelQuantizeParams()
    parameters.ftype, parameters.dry_run, parameters.nthread = FTYPES[ftype], True, 1
    keep = _give_imatrix(parameters) if imatrix else None
    try:
        engine.model_quantize(str(path), str(path) + ".out", parameters)
    except RuntimeError:
        return None
    finally:
        engine.disable_logging()
        del keep
    found: dict[str, str] = {}
    for line in "".join(lines).splitlines():
        match = _LINE.match(line)
        if match:
            found[match[1]] = _canonical(match[3] or match[2])
    return found


class _ImatrixEntry(ctypes.Structure):
    """struct llama_model_imatrix_data."""

    _fields_ = (("name", ctypes.c_char_p), ("data", ctypes.POINTER(ctypes.c_float)), ("size", ctypes.c_size_t))


def _give_imatrix(parameters) -> object:  # noqa: ANN001
    """Point the C structure inside *parameters* at an imatrix: the wheel offers the field for reading only."""
    threads, ftype = parameters.nthread, parameters.ftype
    parameters.nthread = mark = 0x5EED5EED
    memory = (ctypes.c_char * 160).from_address(id(parameters)).raw
    offset = memory.find(mark.to_bytes(4, "little") + int(ftype).to_bytes(4, "little"))
    parameters.nthread = threads
    if offset < 0:
        raise UsageError("this cyllama lays its parameters out differently; install the version named in pyproject.toml")
    one = (ctypes.c_float * 1)(1.0)
    entries = (_ImatrixEntry * 2)(_ImatrixEntry(b"none", one, 1), _ImatrixEntry(None, None, 0))
    ctypes.c_void_p.from_address(id(parameters) + offset + _IMATRIX_OFFSET).value = ctypes.addressof(entries)
    return one, entries


def _canonical(name: str) -> str:
    return name.upper()
