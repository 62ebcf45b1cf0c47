"""A Hugging Face model directory or config.json -> ModelProfile."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields, replace
from math import prod
from pathlib import Path
from typing import Any

from advisor.catalog.hf_shapes import LARGEST_VALUE, kept_settings, shapes
from advisor.catalog.models import all_models, match_model
from advisor.catalog.models.kinds import kind_of
from advisor.catalog.native import UNREAD
from advisor.catalog.quantization_config import is_float_only, method_of, parts_of, scheme_of
from advisor.catalog.quantized_parts import as_text
from advisor.catalog.safetensors import read_safetensors
from advisor.documents.files import is_folder, is_there, read_text
from advisor.documents.model import ModelProfile, StoredTensor
from advisor.errors import BadFileError, UnsupportedError

_LARGEST_CONFIG = 20_000_000
"""Bytes of JSON read at most; index files of the largest models have about 10 MB."""
_FP8_BLOCKS = "W8A8-FP-block"
_MOST_SHARDS = 2000
"""Shards looked for at most: an index may name any number. Published models have about 200."""


def read_hf(path: str | Path) -> ModelProfile:
    """The model in a directory (config.json, safetensors files or index) or in a lone config.json.

    `fixed_scheme` is set for a prequantized checkpoint; `tensors` are read from the headers of the
    safetensors files when they are there. Raises BadFileError: unreadable, not JSON, not a model's config;
    UnsupportedError for a model with an encoder.
    """
    place = Path(path)
    if place.suffix == ".safetensors":
        place = place.parent
    config_path = place / "config.json" if is_folder(place) else place
    config = _load(config_path)
    folder = config_path.parent
    text = _text_config(config)
    _refuse_encoders(config, path)
    try:
        found = shapes(text, config)
    except ValueError as error:
        raise BadFileError(f"{path} states {error}: no model has as many") from None
    if found["n_layers"] is None or found["hidden_size"] is None:
        raise BadFileError(
            f"{config_path} is not a model's config.json: it states no number of layers or no hidden size; "
            "give the config.json of the model's directory"
        )
    stored = _weights(folder, config_path)
    scheme, note, parts = _scheme(config, text, folder)
    profile = ModelProfile(
        name=_name(config, folder, config_path),
        source="hf-config",
        hf_id=_hf_id(config),
        n_params=sum(prod(tensor.shape) for tensor in stored.tensors)
        if stored.tensors and scheme is None
        else stored.n_params,
        native_dtype=_dtype(config, text),
        fixed_scheme=scheme,
        tensors=stored.tensors,
        file_path=str(path),
        file_size_bytes=stored.n_bytes,
        notes=tuple(part for part in (*stored.notes, note) if part),
        metadata={**kept_settings(text, found), **parts},
        **found,
    )
    return _completed(profile, str(path))


_TWO_HALVES = ["t5", "mt5", "umt5", "t5gemma", "bart", "mbart", "pegasus", "m2m_100", "marian", "nllb-moe"]


def _refuse_encoders(config: dict[str, Any], path: str | Path) -> None:
    """Raises UnsupportedError for what writes no text, or writes it with an encoder beside the decoder."""
    kind = str(config.get("model_type") or "").lower()
    if config.get("is_encoder_decoder") or kind in _TWO_HALVES:
        raise UnsupportedError(
            f"{path} is of a model with an encoder and a decoder, which is not modelled here"
        )
    if (what := kind_of(kind) or "").startswith("an encoder"):
        raise UnsupportedError(f"{path} is of {what}; models that write text are covered here")


def _scheme(
    config: dict[str, Any], text: dict[str, Any], folder: Path
) -> tuple[str | None, str, dict[str, str]]:
    """(scheme, note, metadata that names the schemes of single parts) of a quantized checkpoint."""
    stated = config.get("quantization_config") or text.get("quantization_config") or _side_file(folder)
    if stated is None and isinstance(config.get("quantization"), dict):
        stated = config["quantization"]  # mlx-lm
    if not isinstance(stated, dict):
        return None, "", {}
    scheme, note = scheme_of(stated)
    parts = parts_of(stated)
    if text.get("expert_dtype") == "fp4" and scheme == _FP8_BLOCKS:
        # DeepSeek-V4: FP8 blocks, but for the experts, which hold most bytes
        scheme, parts = "MXFP4", dict.fromkeys(("attention", "mlp", "shared"), _FP8_BLOCKS)
    if scheme is None:
        return None, note, {UNREAD: method_of(stated) or "unstated"}
    return scheme, note, {"schemes_by_part": as_text(parts)} if parts else {}


def _dtype(config: dict[str, Any], text: dict[str, Any]) -> str | None:
    """The stored type in short: bf16, fp16, fp32, or as it is stated."""
    stated = (config.get(key) or text.get(key) for key in ("torch_dtype", "dtype"))
    dtype = str(next(filter(None, stated), ""))
    names = {"bfloat16": "bf16", "float16": "fp16", "float32": "fp32"}
    return names.get(dtype.removeprefix("torch."), dtype or None)


def _load(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(read_text(path, _LARGEST_CONFIG))
    except BadFileError:
        if is_there(path):
            raise
        raise BadFileError(
            f"{path} does not exist; give a directory with a config.json, or a .gguf file"
        ) from None
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


@dataclass(frozen=True, slots=True)
class _Stored:
    """What lies beside the configuration."""

    tensors: tuple[StoredTensor, ...] = ()
    n_params: int | None = None
    """Parameters as the index states them."""
    n_bytes: int | None = None
    """Bytes of all tensors: of the files here, else as the index states them."""
    notes: tuple[str, ...] = ()


def _weights(folder: Path, config_path: Path) -> _Stored:
    """Tensors of the safetensors files, or what their index says of those that are not here."""
    if config_path.name != "config.json":
        return _Stored()
    files = sorted(folder.glob("*.safetensors"))
    index_path = folder / "model.safetensors.index.json"
    expected: set[str] = set()
    n_params = n_bytes = None
    if index_path.exists():
        index = _load(index_path)
        if not isinstance(index.get("weight_map"), dict):
            raise BadFileError(f"{index_path} has no weight_map; download it again")
        expected = {str(name) for name in index["weight_map"].values()}
        files = [file for file in files if file.name in expected]
        metadata = index.get("metadata")
        n_params, n_bytes = (
            _stated(metadata.get(key) if isinstance(metadata, dict) else None)
            for key in ("total_parameters", "total_size")
        )
    if len(files) > _MOST_SHARDS:
        raise BadFileError(
            f"{folder} holds {len(files)} safetensors files; a model has at most {_MOST_SHARDS}"
        )
    missing = sorted(expected - {file.name for file in files})
    if not missing and files:
        tensors = tuple(tensor for file in files for tensor in read_safetensors(file))
        return _Stored(tensors, n_params, sum(tensor.n_bytes for tensor in tensors))
    source = "the total is the index's own" if n_bytes else "sizes are computed from the shapes"
    note = f"{len(missing)} of {len(expected)} weight files are not here: {source}"
    return _Stored((), n_params, n_bytes, (note,) if missing and (files or n_bytes) else ())


def _stated(value: object) -> int | None:
    """A whole number of an index; some write it as a float."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 < value < LARGEST_VALUE * 1024 else None


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


_SAME = ("n_layers", "hidden_size", "n_heads", "vocab_size", "n_experts")
_ALL_SHAPES = (*_SAME, "architecture", "n_kv_heads", "head_dim", "moe_intermediate_size", "n_experts_used")
_OF_THE_SHAPE = ("extra", "n_params", "n_active_params", "family", "release")
"""What a model of other weights but the very shapes of a catalogue row shares with it."""


def _completed(profile: ModelProfile, path: str) -> ModelProfile:
    """Gaps filled from the catalogue: from the row the name means if it has these shapes, else, whatever the
    folder is called, what rows of all these shapes agree on."""
    row = _named(profile, path)
    if row is None:
        alike = [other for other in all_models() if _agree(other, profile, _ALL_SHAPES)]
        gaps = {
            name: getattr(alike[0], name)
            for name in _OF_THE_SHAPE
            if alike
            and getattr(profile, name) is None
            and len({getattr(other, name) for other in alike}) == 1
        }
        metadata = {**alike[0].metadata, **profile.metadata} if alike else profile.metadata
        dtype = profile.native_dtype
        unknown = profile.fixed_scheme is None and dtype and not is_float_only(dtype)
        note = (f"weights are stored as {dtype}",) if unknown else ()
        return replace(profile, **gaps, metadata=metadata, notes=(*profile.notes, *note))
    gaps = {
        item.name: getattr(row, item.name)
        for item in fields(ModelProfile)
        if getattr(profile, item.name) is None
        and item.name not in ("fixed_scheme", "file_path", "file_size_bytes")
    }
    return replace(profile, **gaps, metadata={**row.metadata, **profile.metadata})


def _named(profile: ModelProfile, path: str) -> ModelProfile | None:
    for text in (profile.hf_id, profile.name, Path(path).parent.name):
        row = match_model(text) if text else None
        if row is not None and _agree(row, profile, _SAME):
            return row
    return None


def _agree(row: ModelProfile, profile: ModelProfile, names: tuple[str, ...]) -> bool:
    return all(getattr(row, name) == getattr(profile, name) for name in names)
