"""A Hugging Face model directory or config.json -> ModelProfile."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from math import prod
from pathlib import Path
from typing import Any

from advisor.catalog.models import match_model
from advisor.catalog.names import word_set
from advisor.catalog.quantization_config import is_float_only, scheme_of
from advisor.catalog.safetensors import read_safetensors
from advisor.documents.model import ModelProfile, StoredTensor
from advisor.errors import BadFileError

_LARGEST_CONFIG = 20_000_000
"""Bytes of JSON read at most; index files of the largest models have about 10 MB."""
_LARGEST_VALUE = 1 << 40
"""Integers of a configuration above this are nonsense: no model has a trillion of anything but parameters."""
_MOST_SHARDS = 2000
"""Shards looked for at most: an index may name any number. Published models have about 200."""


def read_hf(path: str | Path) -> ModelProfile:
    """The model in a directory (config.json, safetensors files or index) or in a lone config.json.

    `fixed_scheme` is set for a prequantized checkpoint; `tensors` are read from the headers of the
    safetensors files when they are there. Raises BadFileError: unreadable, not JSON, not a model's config.
    """
    place = Path(path)
    if place.suffix == ".safetensors":
        place = place.parent
    config_path = place / "config.json" if place.is_dir() else place
    config = _load(config_path)
    folder = config_path.parent
    text = _text_config(config)
    shapes = _shapes(text, config)
    if (shapes["n_layers"] or 0) > _MOST_LAYERS or (shapes["n_experts"] or 0) > _MOST_LAYERS:
        raise BadFileError(f"{path} states more than {_MOST_LAYERS} layers or experts: no model has as many")
    if shapes["n_layers"] is None or shapes["hidden_size"] is None:
        raise BadFileError(
            f"{config_path} is not a model's config.json: it states no number of layers or no hidden size; "
            "give the config.json of the model's directory"
        )
    tensors, n_params_stated, notes = _weights(folder, config_path)
    quantization = config.get("quantization_config") or text.get("quantization_config") or _side_file(folder)
    if quantization is None and isinstance(config.get("quantization"), dict):
        quantization = config["quantization"]  # mlx-lm
    scheme, note = scheme_of(quantization) if isinstance(quantization, dict) else (None, "")
    dtype = str(
        config.get("torch_dtype") or config.get("dtype") or text.get("torch_dtype") or text.get("dtype") or ""
    )
    counted = sum(prod(tensor.shape) for tensor in tensors) if tensors and scheme is None else n_params_stated
    profile = ModelProfile(
        name=_name(config, folder, config_path),
        source="hf-config",
        hf_id=_hf_id(config),
        n_params=counted,
        native_dtype=_short_dtype(dtype),
        fixed_scheme=scheme,
        tensors=tensors,
        file_path=str(path),
        file_size_bytes=sum(tensor.n_bytes for tensor in tensors) or None,
        notes=tuple(part for part in (*notes, note) if part),
        metadata=_kept(text, shapes["head_dim"]),
        **shapes,
    )
    return _completed(profile, str(path))


_KEPT_STARTS = ("linear_", "mamba_")
_KEPT = word_set(
    "model_type n_groups conv_kernel hybrid_override_pattern shared_expert_intermediate_size "
    "shared_intermediate_size moe_shared_expert_intermediate_size use_qk_norm use_qkv_bias "
    "use_parallel_residual interleave_moe_layer_step moe_latent_size global_head_dim "
    "num_global_key_value_heads attention_k_eq_v index_n_heads num_nextn_predict_layers"
)
"""Settings without a field of their own which decide tensor shapes; sizing reads them by these names."""


def _kept(text: dict[str, Any], head_dim: int | None) -> dict[str, str | int | float | bool]:
    """The scalars of a config.json that sizing needs; the rotary settings in the catalogue's form."""
    kept = {
        key: value
        for key, value in text.items()
        if (key in _KEPT or key.startswith(_KEPT_STARTS)) and isinstance(value, (str, int, float, bool))
    }
    rotary = text.get("rope_scaling") or text.get("rope_parameters")
    rotary = rotary if isinstance(rotary, dict) else {}
    kind = rotary.get("rope_type", rotary.get("type"))
    if isinstance(kind, str) and kind != "default":
        kept["rope_scaling"] = "longrope" if kind == "su" else kind  # Phi-3's first name for it
    share = text.get("partial_rotary_factor", rotary.get("partial_rotary_factor"))
    if isinstance(share, float) and 0 < share < 1 and head_dim:
        kept["rope_dim"] = int(head_dim * share)
    return kept


def _load(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST_CONFIG:
            raise BadFileError(f"{path} has {path.stat().st_size} bytes, too many for a config.json")
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadFileError(
            f"{path} does not exist; give a directory with a config.json, or a .gguf file"
        ) from None
    except OSError as error:
        raise BadFileError(f"cannot read {path}: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise BadFileError(f"{path} is not JSON ({error}); download it again") from None
    if not isinstance(value, dict):
        raise BadFileError(
            f"{path} holds a JSON {type(value).__name__}, not an object; give a model's config.json"
        )
    return value


def _text_config(config: dict[str, Any]) -> dict[str, Any]:
    """The part that describes the language model: nested in models with a vision or audio tower."""
    for key in ("text_config", "llm_config", "language_config", "thinker_config"):
        nested = config.get(key)
        if isinstance(nested, dict):
            return _text_config(nested) if "hidden_size" not in nested and key != "text_config" else nested
    return config


def _short_dtype(dtype: str) -> str | None:
    names = {"bfloat16": "bf16", "float16": "fp16", "float32": "fp32"}
    return names.get(dtype.removeprefix("torch."), dtype or None)


def _shapes(text: dict[str, Any], config: dict[str, Any]) -> dict[str, Any]:
    """The shape fields, from the many names config.json files give them."""

    def value(*names: str) -> int | None:
        for name in names:
            found = text.get(name)
            if isinstance(found, list) and found and all(isinstance(item, int) for item in found):
                found = max(found)
            if isinstance(found, int) and not isinstance(found, bool) and 0 < found < _LARGEST_VALUE:
                return found
        return None

    architectures = config.get("architectures") or text.get("architectures")
    heads = value("num_attention_heads", "n_head", "num_heads")
    hidden = value("hidden_size", "n_embd", "d_model", "dim")
    kv = value("num_key_value_heads", "num_kv_heads", "n_head_kv") or (
        1 if text.get("multi_query") is True else heads
    )
    head_dim = value("head_dim") or (hidden // heads if hidden and heads else None)
    rank, rope, nope = value("kv_lora_rank"), value("qk_rope_head_dim"), value("qk_nope_head_dim")
    experts = value("num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts")
    kinds = text.get("layer_types") if isinstance(text.get("layer_types"), list) else []
    recurrent = sum(1 for kind in kinds if str(kind) in ("linear_attention", "mamba", "conv", "recurrent"))
    window = value("sliding_window") if text.get("use_sliding_window") is not False else None
    tied = text.get("tie_word_embeddings", config.get("tie_word_embeddings"))
    return {
        "architecture": str(architectures[0]) if isinstance(architectures, list) and architectures else None,
        "n_layers": value("num_hidden_layers", "n_layer", "num_layers"),
        "hidden_size": hidden,
        "intermediate_size": value("intermediate_size", "ffn_dim", "n_inner", "ffn_hidden_size"),
        "n_heads": heads,
        "n_kv_heads": kv,
        "head_dim": (nope or 0) + (rope or 0) if rank and rope else head_dim,
        "vocab_size": value("vocab_size"),
        "tie_embeddings": tied if isinstance(tied, bool) else None,
        "n_experts": experts,
        "n_experts_used": value("num_experts_per_tok", "moe_topk", "moe_k", "top_k_experts"),
        "n_shared_experts": value("n_shared_experts", "num_shared_experts"),
        "moe_intermediate_size": value("moe_intermediate_size", "expert_ffn_hidden_size"),
        "first_dense_layers": value("first_k_dense_replace", "num_dense_layers"),
        "sliding_window": window,
        "sliding_pattern": _pattern(kinds),
        "mla_kv_lora_rank": rank,
        "mla_q_lora_rank": value("q_lora_rank"),
        "mla_rope_dim": rope,
        "mla_nope_dim": nope,
        "mla_v_dim": value("v_head_dim"),
        "linear_attention_layers": recurrent or None,
        "ssm_state_size": value("mamba_d_state", "ssm_state_size"),
        "attention": _attention(rank, recurrent, heads, kv),
        "context_length": value("max_position_embeddings", "n_positions", "max_seq_len", "seq_length"),
    }


def _attention(rank: int | None, recurrent: int, heads: int | None, kv: int | None) -> str | None:
    if rank or recurrent or not heads or not kv:
        return "mla" if rank else "hybrid" if recurrent else None
    return "mha" if kv == heads else "mqa" if kv == 1 else "gqa"


def _pattern(kinds: list[Any]) -> str | None:
    """'1:5' from layer_types: one full-attention layer per five sliding ones."""
    sliding = sum(1 for kind in kinds if kind == "sliding_attention")
    full = sum(1 for kind in kinds if kind == "full_attention")
    if not sliding:
        return None
    return f"1:{round(sliding / full)}" if full else "0:1"


def _weights(folder: Path, config_path: Path) -> tuple[tuple[StoredTensor, ...], int | None, list[str]]:
    """(tensors of the safetensors files, parameters the index states, notes)."""
    files = sorted(folder.glob("*.safetensors")) if config_path.name == "config.json" else []
    index_path = folder / "model.safetensors.index.json"
    stated, expected = None, set()
    if config_path.name == "config.json" and index_path.exists():
        index = _load(index_path)
        metadata = index.get("metadata")
        total = metadata.get("total_parameters") if isinstance(metadata, dict) else None
        stated = total if isinstance(total, int) and 0 < total < _LARGEST_VALUE * 1024 else None
        weight_map = index.get("weight_map")
        if not isinstance(weight_map, dict):
            raise BadFileError(f"{index_path} has no weight_map; download it again")
        expected = {str(name) for name in weight_map.values()}
        files = [file for file in files if file.name in expected]
    if len(files) > _MOST_SHARDS:
        raise BadFileError(
            f"{folder} holds {len(files)} safetensors files; a model has at most {_MOST_SHARDS}"
        )
    missing = sorted(expected - {file.name for file in files})
    if missing or not files:
        note = (
            f"{len(missing)} of {len(expected)} weight files are not here: sizes are computed from the shapes"
        )
        return (), stated, [note] if missing and files else []
    return tuple(tensor for file in files for tensor in read_safetensors(file)), stated, []


def _side_file(folder: Path) -> dict[str, Any] | None:
    """Settings some tools write beside config.json: AutoGPTQ's quantize_config.json, modelopt's
    hf_quant_config.json."""
    for name, method in (
        ("quantize_config.json", "gptq"),
        ("quant_config.json", "awq"),
        ("hf_quant_config.json", "modelopt"),
    ):
        if (folder / name).is_file():
            return {"quant_method": method, **_load(folder / name)}
    return None


def _hf_id(config: dict[str, Any]) -> str | None:
    name = config.get("_name_or_path")
    return name if isinstance(name, str) and re.fullmatch(r"[\w.-]+/[\w.-]+", name) else None


def _name(config: dict[str, Any], folder: Path, config_path: Path) -> str:
    stated = _hf_id(config)
    if config_path.name == "config.json" and folder.name not in ("", "."):
        # the cache of huggingface_hub keeps models in models--owner--name/snapshots/<revision>
        cached = re.search(r"models--[^/]+?--([^/]+)", str(folder))
        return cached.group(1) if cached else stated or folder.resolve().name
    return stated or config_path.stem


_MOST_LAYERS = 100_000
"""Layers and experts are looped over: a larger number is a slip or an attack, and would cost all memory."""
_SHAPE = ("n_layers", "hidden_size", "n_heads", "vocab_size", "n_experts")


def _completed(profile: ModelProfile, path: str) -> ModelProfile:
    """Gaps filled from the catalogue when it has a row of these very shapes."""
    row = next(
        (
            row
            for text in (profile.hf_id, profile.name, Path(path).parent.name)
            if text
            and (row := match_model(text)) is not None
            and all(getattr(row, name) == getattr(profile, name) for name in _SHAPE)
        ),
        None,
    )
    if row is None:
        unknown = (
            profile.fixed_scheme is None and not is_float_only(profile.native_dtype) and profile.native_dtype
        )
        note = (f"weights are stored as {profile.native_dtype}",) if unknown else ()
        return replace(profile, notes=(*profile.notes, *note))
    gaps = {
        item.name: getattr(row, item.name)
        for item in fields(ModelProfile)
        if getattr(profile, item.name) is None
        and item.name not in ("fixed_scheme", "file_path", "file_size_bytes")
    }
    return replace(profile, **gaps, metadata={**row.metadata, **profile.metadata})
