"""The rows of profiles/models.csv as documents."""

from __future__ import annotations

from functools import cache
from typing import Any

from advisor.catalog.names import number, whole
from advisor.catalog.rows import cells, lines
from advisor.documents.model import ModelProfile

_FILE = "models.csv"
_INTEGERS = (
    "n_layers",
    "hidden_size",
    "intermediate_size",
    "n_heads",
    "n_kv_heads",
    "head_dim",
    "vocab_size",
    "n_experts",
    "n_experts_used",
    "n_shared_experts",
    "moe_intermediate_size",
    "first_dense_layers",
    "n_kv_heads_global",
    "head_dim_global",
    "mtp_layers",
    "sliding_window",
    "mla_kv_lora_rank",
    "mla_q_lora_rank",
    "mla_rope_dim",
    "mla_nope_dim",
    "mla_v_dim",
    "linear_attention_layers",
    "ssm_state_size",
    "context_length",
)
_TEXTS = (
    "hf_id",
    "ollama_tag",
    "family",
    "variant",
    "modality",
    "thinking",
    "architecture",
    "layer_pattern",
    "sliding_pattern",
    "attention",
    "native_dtype",
    "native_format",
    "release",
    "licence",
    "extra",
)


@cache
def row(index: int) -> dict[str, str]:
    """One row, cells as text."""
    return cells(_FILE, lines(_FILE)[index])


@cache
def rows() -> tuple[dict[str, str], ...]:
    """All rows, cells as text."""
    return tuple(row(index) for index in range(len(lines(_FILE))))


def squash(text: str) -> str:
    """A name without owner and separators, in small letters: 'meta-llama/Llama-3.1-8B' -> 'llama3.18b'."""
    return text.strip().rpartition("/")[2].lower().translate(_SEPARATORS)


_SEPARATORS = str.maketrans("", "", "-_ ")


@cache
def exact() -> dict[str, int]:
    """Catalogue names and Hugging Face ids without separators -> row number: finds most names without any
    parsing."""
    table: dict[str, int] = {}
    for column in (0, 1):  # name and hf_id stand first and hold no comma, which a test asserts
        for index, line in enumerate(lines(_FILE)):
            table.setdefault(squash(line.split(",", 2)[column]), index)
    table.pop("", None)
    return table


def params_of(index: int) -> float | None:
    """The row's parameter count in 1e9; None when no source states it."""
    return number(row(index)["params_b"])


@cache
def profile_at(index: int) -> ModelProfile:
    """One row as a document."""
    line = row(index)
    n_params = _count(line["params_b"])
    active = line["active_recomputed_b"] or line["active_params_b"]
    stated: dict[str, Any] = {name: whole(line[name]) for name in _INTEGERS}
    stated |= {name: line[name] or None for name in _TEXTS}
    return ModelProfile(
        name=line["name"],
        catalog_name=line["name"],
        source="catalogue",
        edition=line["hf_id"] or None,
        n_params=n_params,
        # exact count of the weights one token touches where it was recomputed, else the vendor's rounded
        # figure
        n_active_params=_count(active) if active and line["n_experts"] else n_params,
        tie_embeddings={"yes": True, "no": False}.get(line["tie_embeddings"]),
        tools={"yes": True, "no": False}.get(line["tools"]),
        n_projector_params=_count(line["mmproj_params_b"]),
        official_quants=tuple(part.strip() for part in line["official_quants"].split(";") if part.strip()),
        metadata={"rope_scaling": line["rope_scaling"]} if line["rope_scaling"] else {},
        **stated,
    )


def _count(billions: str) -> int | None:
    value = number(billions)
    return None if value is None else round(value * 1e9)


@cache
def all_models() -> tuple[ModelProfile, ...]:
    """Every row of the catalogue, in file order."""
    return tuple(profile_at(index) for index in range(len(lines(_FILE))))
