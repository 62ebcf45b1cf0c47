"""Which row of profiles/models.csv a name means: exact names, names taken apart, then fine-tunes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache, lru_cache

from advisor.catalog.models.basis import Basis, Match, said
from advisor.catalog.models.spelling import (
    BLOCKING,
    LONGEST_NAME,
    SOFT,
    ModelName,
    strip_quant,
    take_apart,
)
from advisor.catalog.models.table import exact, params_of, profile_at, row, rows, squash
from advisor.catalog.names import KEPT_ANSWERS
from advisor.catalog.rows import every
from advisor.documents.model import ModelProfile

_FINE_TUNES = {
    "vicuna-7b-v1.5": "Llama-2-7B",
    "vicuna-13b-v1.5": "Llama-2-13B",
    "longchat-7b-v1.5": "Llama-2-7B",
    "zephyr-7b": "Mistral-7B-v0.1",
    "neural-chat-7b": "Mistral-7B-v0.1",
    "wizardlm-2-8x22b": "Mixtral-8x22B",
    "qvikhr-3-1.7b": "Qwen3-1.7B",
    "phi-4-reasoning-plus": "Phi-4-reasoning",
    "exaone-deep-2.4b": "EXAONE-3.5-2.4B",
    "exaone-deep-7.8b": "EXAONE-3.5-7.8B",
    "exaone-deep-32b": "EXAONE-3.5-32B",
    "hermes-4-70b": "Llama-3.1-70B",
    "hermes-4-405b": "Llama-3.1-405B",
    "tulu-3-405b": "Llama-3.1-405B",
    "ring-flash-2.0": "Ling-flash-2.0",
    "ring-1t": "Ling-1T",
    "qwen2-math-7b": "Qwen2-7B",
    "qwen2-math-72b": "Qwen2-72B",
    "qwen2.5-math-72b": "Qwen2.5-72B",
    "qwen2.5.1-coder-7b": "Qwen2.5-Coder-7B",
    "deepseek-r1t-chimera": "DeepSeek-R1",
    "dolphin3-8b": "Llama-3.1-8B",
    "openthinker-32b": "Qwen2.5-32B",
    "cogito-8b": "Llama-3.1-8B",
    "cogito-14b": "Qwen2.5-14B",
    "cogito-32b": "Qwen2.5-32B",
}
"""Fine-tunes whose names do not contain the base model's; each base is stated on the model's own card."""

_LISTED: dict[str, Basis] = {
    "fine-tune": "fine-tune",
    "same-shapes": "same-shapes",
    "variant-assumed": "version",
}
"""Word of profiles/model_aliases.csv -> basis; every other word there means the row itself."""


@cache
def _names() -> tuple[tuple[int, ModelName], ...]:
    """Row number and name, for the catalogue name and the Hugging Face id of each row."""
    return tuple(
        (index, take_apart(text))
        for index, line in enumerate(rows())
        for text in (line["name"], line["hf_id"])
        if text
    )


@cache
def _listed() -> dict[str, tuple[str, Basis]]:
    """Names the measurements use, without separators -> (catalogue name, basis)."""
    return {
        squash(line["raw"]): (line["catalog"], _LISTED.get(line["basis"], "same"))
        for line in every("model_aliases.csv")
    }


@cache
def _index(
    sizes: bool = True, soft: bool = True, version: bool = True, active: bool = True, context: bool = True
) -> dict[tuple[str, ...], list[int]]:
    """Key -> row numbers, over catalogue names and Hugging Face ids."""
    table: dict[tuple[str, ...], list[int]] = {}
    for index, name in _names():
        key = name.key(sizes=sizes, soft=soft, version=version, active=active, context=context)
        found = table.setdefault(key, [])
        if index not in found:
            found.append(index)
    return table


@cache
def _tags() -> dict[str, int]:
    """Ollama tags without their quantization -> row number; the first row wins."""
    table: dict[str, int] = {}
    for index, line in enumerate(rows()):
        if line["ollama_tag"]:
            table.setdefault(_tag(line["ollama_tag"]), index)
    return table


def _tag(text: str) -> str:
    stages = r"[-:_](?:instruct|chat|it|text)(?=[-_ ]|$)"
    words = re.sub(r"[\s-]+", "-", re.sub(stages, "", strip_quant(text)))
    return words.strip("- ").replace("_", "-")


def _by_tag(text: str, name: ModelName) -> list[int]:
    index = _tags().get(_tag(text)) if ":" in text else None
    return [] if index is None else [index]


def _states_other_size(index: int, name: ModelName) -> bool:
    """Whether the row's own name or its parameter count contradicts the size the text states."""
    stated, counted = name.total_params, params_of(index)
    own = take_apart(row(index)["name"]).total_params
    if stated is None:
        return False
    if own is not None or counted is None:
        return own != stated
    return abs(stated / (counted * 1e9) - 1) > ROUNDED_SIZE


ROUNDED_SIZE = 0.12
"""Share within which a vendor's rounding and counting of embeddings stays: Gemma-2-9B is 9.24 B, DeepSeek-V3
685 B with MTP."""


def _sizeless(name: ModelName, soft: bool) -> list[int]:
    """Rows of this name whatever the size, when the text states none or one that agrees."""
    alike = _index(sizes=False, soft=soft).get(name.key(sizes=False, soft=soft), [])
    found = [index for index in alike if not _states_other_size(index, name)]
    if not name.sizes:
        return found
    return [
        index
        for index in found
        if not take_apart(row(index)["name"]).sizes or name.sizes <= _all_sizes(index)
    ]


def _all_sizes(index: int) -> frozenset[str]:
    line = row(index)
    return take_apart(line["name"]).sizes | take_apart(line["hf_id"]).sizes


def _without_active(text: str, name: ModelName) -> list[int]:
    """'Qwen3-30B' for Qwen3-30B-A3B, when only one row has that total."""
    return _index(soft=False, active=False).get(name.key(soft=False), [])


def _without_version(text: str, name: ModelName) -> list[int]:
    """'Mistral-7B' for the versions v0.1 … v0.3: the newest first."""
    if name.total_params is None:
        return []
    found = _index(version=False, soft=False).get(name.key(soft=False), [])
    return sorted(found, key=lambda index: row(index)["release"], reverse=True)


def _without_context(text: str, name: ModelName) -> list[int]:
    """'Phi-3-mini' for its versions of 4k and 128k: the first of the catalogue."""
    return _index(context=False).get(name.key(context=False), [])[:1]


def _known_fine_tune(text: str, name: ModelName) -> list[int]:
    plain = "-".join(re.sub(r"[_:]", "-", strip_quant(text)).split())
    for start, base in _FINE_TUNES.items():
        if plain.startswith(start):
            return [index for index, line in enumerate(rows()) if line["name"] == base]
    return []


def _contains_base(text: str, name: ModelName, version: bool = True) -> list[int]:
    """Rows whose whole name, size included, stands inside the text with only a fine-tune's own words around
    it; without *version* that of the row may be left out."""
    best: dict[int, int] = {}
    for index, base in _names():
        if not base.sizes or not base.sizes <= set(name.tokens):
            continue
        tokens = base.tokens if version else _versionless(base.tokens)
        words = [token for token in tokens if token not in base.sizes and token not in SOFT]
        if len(words) < 2 and not re.search(r"[a-z]{4}", "".join(words)):
            continue
        order = [token for token in name.tokens if token not in base.sizes]
        starts = [
            place
            for place in range(len(order) - len(words) + 1)
            if order[place : place + len(words)] == words
        ]
        if starts and _harmless(order[: starts[0]]) and _harmless(order[starts[0] + len(words) :]):
            best[index] = max(best.get(index, 0), len(base.tokens))
    longest = max(best.values(), default=0)
    return [index for index, length in best.items() if length == longest]


def _versionless(tokens: tuple[str, ...]) -> tuple[str, ...]:
    return tokens[: tokens.index("v")] if "v" in tokens[1:] else tokens


def _contains_a_version(text: str, name: ModelName) -> list[int]:
    """'OpenHermes-2.5-Mistral-7B': the versions of Mistral-7B, the first of which fine-tunes leave out."""
    return _contains_base(text, name, version=False)


def _harmless(extras: list[str]) -> bool:
    """Whether the words around a base name leave its shapes alone: no size, no generation, no other kind of
    model."""
    for place, token in enumerate(extras):
        if token in BLOCKING or re.fullmatch(r"\d+(?:\.\d+)?[bmt]|a\d.*b|e\d+b", token):
            return False
        if (
            token[0].isdigit()
            and not re.fullmatch(r"\d{4}|\d{6}|\d+k", token)
            and (place == 0 or not extras[place - 1].isalpha())
        ):
            return False
    return True


_STAGES: tuple[tuple[Callable[[str, ModelName], list[int]], Basis, bool], ...] = (
    (lambda text, name: _index().get(name.key(), []), "same", False),
    (_by_tag, "same", False),
    (lambda text, name: _sizeless(name, soft=True), "same", True),
    (lambda text, name: _index(soft=False).get(name.key(soft=False), []), "sibling", False),
    (lambda text, name: _sizeless(name, soft=False), "sibling", True),
    (_without_active, "same", True),
    (_without_version, "version", False),
    (_without_context, "version", False),
    (_known_fine_tune, "fine-tune", False),
    (_contains_base, "fine-tune", False),
    (_contains_a_version, "fine-tune", False),
)
"""(rows for a name, how sure they are, whether they must agree on one size), tried in this order."""
_SAME_MODEL, _SAME_VERSION = 0.45, 0.03
"""Shares by which a stated parameter count may differ from the row's: of one model, see `match_model`; of
versions among which it chooses (a judgement: rounding to two digits)."""


@lru_cache(maxsize=KEPT_ANSWERS)
def match_row(text: str, params_b: float | None = None) -> Match | None:
    """The row a name means and how sure that is, or None; see `match_model`."""
    if len(text) > LONGEST_NAME:
        return None
    index = exact().get(squash(text))
    if index is not None and _agrees(index, params_b, _SAME_MODEL):
        return Match(index, "same")
    listed, basis = _listed().get(squash(text), ("", "same"))
    index = exact().get(squash(listed)) if listed else None
    if index is not None and _agrees(index, params_b, _SAME_MODEL):
        return Match(index, basis)
    name = take_apart(text)
    if not name.tokens:
        return None
    for stage, basis, one_size in _STAGES:
        found = [index for index in stage(text, name) if _agrees(index, params_b, _SAME_MODEL)]
        if params_b is not None and len(found) > 1 and one_size:
            found = [index for index in found if _agrees(index, params_b, _SAME_VERSION)]
        if found and not (one_size and len({row(index)["params_b"][:5] for index in found}) > 1):
            return Match(_prefer(found, name, params_b), basis)
    return None


def match_model(text: str, params_b: float | None = None) -> ModelProfile | None:
    """The catalogue model whose shapes a name has, or None.

    Instruct, base, dated and quantized copies of a model have its shapes and match its row; another size or
    generation never does. *params_b*: the size another source states for it, in 1e9; it chooses between
    versions, and a row that differs by more than 45 % is refused (counting embeddings twice explains no more:
    Falcon3-1B has 1.67 B, Gemma-3-1B 1.3 B with its embeddings counted twice).
    """
    found = match_row(text, params_b)
    if found is None:
        return None
    profile = profile_at(found.row)
    return replace(profile, notes=said(text, profile.name, found))


def _agrees(index: int, params_b: float | None, room: float) -> bool:
    counted = params_of(index)
    return params_b is None or (counted is not None and abs(params_b / counted - 1) <= room)


def _prefer(found: list[int], name: ModelName, params_b: float | None) -> int:
    """Among rows of one key: the one that shares most words with the text, then the closest size, then file
    order."""

    def rank(index: int) -> tuple[float, ...]:
        own = [set(take_apart(part).tokens) for part in (row(index)["name"], row(index)["hf_id"]) if part]
        overlap = max(len(words & set(name.tokens)) - len(words - set(name.tokens)) for words in own)
        counted = params_of(index)
        off = 0.0 if params_b is None or counted is None else abs(params_b / counted - 1)
        return (-overlap, round(off, 4), found.index(index))

    return min(found, key=rank)
