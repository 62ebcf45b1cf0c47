"""A GGUF file -> ModelProfile: its shapes, its tensors, and which scheme it really has."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from math import prod
from pathlib import Path
from typing import Any

from advisor.catalog.gguf_header import read_header
from advisor.catalog.gguf_scheme import recognise
from advisor.catalog.models import all_models, match_model
from advisor.catalog.names import compiled
from advisor.documents.model import ModelProfile, StoredTensor
from advisor.errors import BadFileError

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

_KEPT = (
    r"general\.(?:architecture|name|basename|file_type|quantized_by|size_label|finetune|repo_url)$"
    r"|quantize\.imatrix\.|split\.count|tokenizer\.ggml\.(?:model|pre)$"
    r"|[\w-]+\.(?:ssm\.\w+|attention\.shared_kv_layers)$"
)
_PART = r"-(\d{5})-of-(\d{5})\.gguf$"
_MOST_LAYERS = 100_000
_LAYERS_BESIDE = 16
"""Prediction blocks that may follow the layers the header counts: published models have up to 7."""
_MOST_PARTS = 2000
"""Parts of a split file looked for at most: a name may claim 99,999. Published models have about 200."""
_SAME_COUNT = 0.02
"""Parameter counts this close are one model's (a judgement: tables round to three digits, files hold tensors
the publisher does not count)."""


def read_gguf(path: str | Path) -> ModelProfile:
    """The model in a GGUF file, or in a split one of which any part is named; only headers are read.

    `tensors` holds every tensor with type and bytes, `fixed_scheme` what the mix of types is (not what the
    name says), `notes` what is unusual. A file that ends after its header (a prefix) gives the same answer
    with a note. Raises BadFileError: not GGUF, version 1, big-endian, damaged, a part of a split file
    missing.
    """
    headers = [read_header(part) for part in _parts(Path(path))]
    metadata = dict(headers[0].metadata)
    lengths = dict(headers[0].array_lengths)
    for header in headers[1:]:
        metadata = {**header.metadata, **metadata}
        lengths = {**header.array_lengths, **lengths}
    tensors = tuple(tensor for header in headers for tensor in header.tensors)
    notes = [note for header in headers for note in header.notes]
    if not tensors:
        raise BadFileError(f"{path} holds no tensors; give the file with the model's weights")
    if len({tensor.name for tensor in tensors}) != len(tensors):
        raise BadFileError(f"{path}: two parts hold the same tensor; download the parts again")
    if not isinstance(metadata.get("general.architecture"), str):
        raise BadFileError(f"{path} does not say its architecture (general.architecture); convert it again")
    _check_layers(path, tensors, metadata)
    scheme, scheme_notes = recognise(tensors, metadata)
    shapes = _shapes(metadata, lengths, tensors)
    profile = ModelProfile(
        name=_name(metadata, Path(path)),
        source="gguf",
        fixed_scheme=scheme,
        tensors=tensors,
        file_path=str(path),
        file_size_bytes=sum(
            max(header.file_bytes, header.complete_bytes if header.notes else 0) for header in headers
        ),
        metadata={**_kept(metadata), "data_offset_bytes": sum(header.data_start for header in headers)},
        notes=(*notes, *scheme_notes),
        **shapes,
    )
    return _completed(profile)


def _check_layers(path: str | Path, tensors: tuple[StoredTensor, ...], metadata: dict[str, object]) -> None:
    """Refuses a file that is no language model's, and layers beyond those the header states: what is summed
    up by layer would take memory by the number in a name."""
    if not any(tensor.name == "token_embd.weight" for tensor in tensors):
        raise BadFileError(
            f"{path} holds no token embedding: it is no language model (a vision projector, an adapter or "
            "another part); give the model's own file"
        )
    stated = metadata.get(f"{metadata['general.architecture']}.block_count")
    most = stated + _LAYERS_BESIDE if isinstance(stated, int) else _MOST_LAYERS
    for tensor in tensors:
        found = re.match(r"blk\.(\d+)", tensor.name, re.ASCII)
        if found and (len(found[1]) > 6 or int(found[1]) >= min(most, _MOST_LAYERS)):
            raise BadFileError(
                f"{path}: the tensor {tensor.name[:60]!r} lies beyond the layers the header states; "
                "download the file again"
            )


def _parts(path: Path) -> list[Path]:
    """All parts of a split file in order; the file itself when it is not split."""
    match = compiled(_PART).search(path.name)
    if not match:
        return [path]
    count = int(match.group(2))
    if not 1 <= count <= _MOST_PARTS:
        raise BadFileError(f"{path} claims to be one of {count} parts; 1 to {_MOST_PARTS} are read")
    stem = path.name[: match.start()]
    parts = [path.with_name(f"{stem}-{number:05d}-of-{count:05d}.gguf") for number in range(1, count + 1)]
    missing = [part.name for part in parts if not part.exists()]
    if missing:
        raise BadFileError(
            f"{path} is one of {count} parts and {missing[0]} is missing"
            + (f" (with {len(missing) - 1} more)" if len(missing) > 1 else "")
            + "; download every part into one folder"
        )
    return parts


def _name(metadata: dict[str, object], path: Path) -> str:
    name = metadata.get("general.name") or metadata.get("general.basename")
    return str(name) if name else compiled(_PART).sub("", path.name).removesuffix(".gguf")


def _kept(metadata: dict[str, object]) -> dict[str, str | int | float | bool]:
    return {
        key: value
        for key, value in metadata.items()
        if compiled(_KEPT).match(key) and isinstance(value, (str, int, float, bool))
    }


def _shapes(
    metadata: dict[str, object], lengths: dict[str, int], tensors: tuple[StoredTensor, ...]
) -> dict[str, Any]:
    """The shape fields of a profile from the header's values and the tensors themselves."""
    kind = metadata["general.architecture"]

    def value(key: str) -> int | None:
        """A setting of the model; of a per-layer list the largest (layers without attention say 0)."""
        found = metadata.get(f"{kind}.{key}")
        if isinstance(found, tuple):
            found = max((item for item in found if isinstance(item, int)), default=None)
        return (
            found if isinstance(found, int) and not isinstance(found, bool) and 0 < found < 1 << 40 else None
        )

    by_name = {tensor.name: tensor for tensor in tensors}
    embedding = by_name.get("token_embd.weight")
    n_experts, n_used = value("expert_count"), value("expert_used_count")
    total = sum(prod(tensor.shape) for tensor in tensors)
    in_experts = sum(prod(tensor.shape) for tensor in tensors if "_exps." in tensor.name)
    idle = in_experts * (1 - n_used / n_experts) if n_experts and n_used and n_used <= n_experts else 0
    heads, kv_heads = value("attention.head_count"), value("attention.head_count_kv")
    hidden = value("embedding_length")
    is_mla = value("attention.kv_lora_rank") is not None
    recurrent = {
        tensor.name.split(".")[1]
        for tensor in tensors
        if re.match(r"blk\.\d+\.(?:ssm_|shortconv)", tensor.name)
    }
    rope = value("rope.dimension_count")
    key_length = value("attention.key_length_mla") or value("attention.key_length")
    return {
        "architecture": _architecture(str(kind), bool(n_experts)),
        "n_params": total,
        "n_active_params": round(total - idle),
        "n_layers": value("block_count"),
        "hidden_size": hidden,
        "intermediate_size": value("feed_forward_length"),
        "n_heads": heads,
        "n_kv_heads": kv_heads or heads,
        "head_dim": key_length or (hidden // heads if hidden and heads else None),
        "vocab_size": embedding.shape[1]
        if embedding and len(embedding.shape) > 1
        else value("vocab_size") or lengths.get("tokenizer.ggml.tokens"),
        "tie_embeddings": "output.weight" not in by_name if embedding else None,
        "n_experts": n_experts,
        "n_experts_used": n_used,
        "n_shared_experts": value("expert_shared_count"),
        "moe_intermediate_size": value("expert_feed_forward_length")
        or (value("feed_forward_length") if n_experts else None),
        "first_dense_layers": value("leading_dense_block_count"),
        "sliding_window": value("attention.sliding_window"),
        "attention": _attention(is_mla, bool(recurrent), heads, kv_heads or heads),
        "mla_kv_lora_rank": value("attention.kv_lora_rank"),
        "mla_q_lora_rank": value("attention.q_lora_rank"),
        "mla_rope_dim": rope if is_mla else None,
        "mla_nope_dim": key_length - rope if is_mla and key_length and rope and key_length > rope else None,
        "mla_v_dim": (value("attention.value_length_mla") or value("attention.value_length"))
        if is_mla
        else None,
        "linear_attention_layers": len(recurrent) or None,
        "ssm_state_size": value("ssm.state_size"),
        "context_length": value("context_length"),
    }


def _architecture(kind: str, experts: bool) -> str | None:
    if kind == "llama" and experts:
        return "MixtralForCausalLM"
    return _ARCHITECTURES.get(kind)


def _attention(is_mla: bool, recurrent: bool, heads: int | None, kv_heads: int | None) -> str | None:
    if is_mla or recurrent or not heads or not kv_heads:
        return "mla" if is_mla else "hybrid" if recurrent else None
    return "mha" if kv_heads == heads else "mqa" if kv_heads == 1 else "gqa"


_SAME = ("n_layers", "hidden_size", "n_heads", "n_experts")


def _completed(profile: ModelProfile) -> ModelProfile:
    """The profile with what a header cannot say (family, sliding pattern, HF id …) from the catalogue's row
    of it."""
    row = _catalogue_row(profile)
    if row is None:
        if profile.architecture is None:
            kind = profile.metadata["general.architecture"]
            return replace(
                profile,
                notes=(
                    *profile.notes,
                    f"llama.cpp's architecture {kind!r} is not in the catalogue: "
                    "sizes come from the file, the KV cache is estimated from its heads",
                ),
            )
        return profile
    known = {
        item.name for item in fields(ModelProfile) if getattr(profile, item.name) not in (None, (), {}, "")
    }
    gaps = {
        item.name: getattr(row, item.name)
        for item in fields(ModelProfile)
        if item.name not in known and item.name not in ("notes", "tensors", "metadata", "licence")
    }
    return replace(profile, **{**gaps, "architecture": row.architecture})


def _catalogue_row(profile: ModelProfile) -> ModelProfile | None:
    """The catalogue's row of this model: by name if the shapes agree, else the only row with these shapes."""

    def agrees(row: ModelProfile) -> bool:
        return all(
            getattr(row, name) == getattr(profile, name)
            for name in _SAME
            if getattr(profile, name) is not None and getattr(row, name) is not None
        )

    for text in (
        profile.name,
        str(profile.metadata.get("general.basename", "")),
        Path(profile.file_path or "").name,
    ):
        row = match_model(text) if text else None
        if row is not None and agrees(row):
            return row
    rows = [
        row
        for row in all_models()
        if row.architecture == profile.architecture
        and agrees(row)
        and profile.n_params
        and row.n_params
        and abs(profile.n_params / row.n_params - 1) < _SAME_COUNT
    ]
    return rows[0] if rows and len({row.family for row in rows}) == 1 else None
