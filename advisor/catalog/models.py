"""Models by name: any usual spelling -> a row of profiles/models.csv as a ModelProfile."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from advisor.catalog.model_names import BLOCKING, SOFT, ModelName, strip_quant, take_apart, variant_of
from advisor.catalog.names import nearest, number, whole
from advisor.catalog.ollama_defaults import DEFAULTS, LATEST, plain_name
from advisor.data import folder
from advisor.documents.model import ModelProfile
from advisor.errors import UnknownNameError

_SEPARATORS = str.maketrans("", "", "-_ ")
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
    "architecture",
    "sliding_pattern",
    "attention",
    "native_dtype",
    "release",
    "extra",
)

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
}
"""Fine-tunes whose names do not contain the base model's; each base is stated on the model's own card."""


@cache
def _raw() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(column names, lines): a line is taken apart only when a name may mean it."""
    header, *lines = (folder("profiles") / "models.csv").read_text(encoding="utf-8").splitlines()
    return tuple(header.split(",")), tuple(lines)


@cache
def _line(index: int) -> dict[str, str]:
    """One row, cells as text."""
    columns, lines = _raw()
    return dict(zip(columns, next(csv.reader((lines[index],))), strict=False))


@cache
def _lines() -> tuple[dict[str, str], ...]:
    """All rows."""
    return tuple(_line(index) for index in range(len(_raw()[1])))


@cache
def _profile(index: int) -> ModelProfile:
    line = _line(index)
    n_params = _count(line["params_b"])
    active = line["active_recomputed_b"] or line["active_params_b"]
    return ModelProfile(
        name=line["name"],
        source="catalogue",
        n_params=n_params,
        # exact count of the weights one token touches where it was recomputed, else the vendor's rounded
        # figure
        n_active_params=_count(active) if active and line["n_experts"] else n_params,
        tie_embeddings={"yes": True, "no": False}.get(line["tie_embeddings"]),
        licence=line["licence"] or None,
        metadata={"rope_scaling": line["rope_scaling"]} if line["rope_scaling"] else {},
        **{name: whole(line[name]) for name in _INTEGERS},
        **{name: line[name] or None for name in _TEXTS},
    )


def _count(billions: str) -> int | None:
    value = number(billions)
    return None if value is None else round(value * 1e9)


@cache
def all_models() -> tuple[ModelProfile, ...]:
    """Every row of the catalogue, in file order."""
    return tuple(_profile(index) for index in range(len(_lines())))


@cache
def _names() -> tuple[tuple[int, ModelName], ...]:
    """Row number and name, for the catalogue name and the Hugging Face id of each row."""
    return tuple(
        (index, take_apart(text))
        for index, line in enumerate(_lines())
        for text in (line["name"], line["hf_id"])
        if text
    )


@cache
def _exact() -> dict[str, int]:
    """Catalogue names and Hugging Face ids without separators -> row number: finds most names without any
    parsing."""
    table: dict[str, int] = {}
    for column in (0, 1):  # name and hf_id stand first and hold no comma, which a test asserts
        for index, line in enumerate(_raw()[1]):
            table.setdefault(_squash(line.split(",", 2)[column]), index)
    return table


@cache
def _listed() -> dict[str, tuple[str, str]]:
    """Names the measurements use, without separators -> (catalogue name, basis)."""
    with (folder("profiles") / "model_aliases.csv").open(newline="", encoding="utf-8") as handle:
        return {_squash(line["raw"]): (line["catalog"], line["basis"]) for line in csv.DictReader(handle)}


def _squash(text: str) -> str:
    return text.rpartition("/")[2].lower().translate(_SEPARATORS)


@cache
def _index(sizes: bool = True, soft: bool = True, version: bool = True, active: bool = True) -> dict:
    """Key -> row numbers, over catalogue names and Hugging Face ids."""
    table: dict[tuple[str, ...], list[int]] = {}
    for row, name in _names():
        rows = table.setdefault(name.key(sizes=sizes, soft=soft, version=version, active=active), [])
        if row not in rows:
            rows.append(row)
    return table


@cache
def _tags() -> dict[str, int]:
    """Ollama tags without their quantization -> row number; the first row wins."""
    table: dict[str, int] = {}
    for index, line in enumerate(_lines()):
        if line["ollama_tag"]:
            table.setdefault(_tag(line["ollama_tag"]), index)
    return table


def _tag(text: str) -> str:
    words = re.sub(
        r"[\s-]+", "-", re.sub(r"[-:_](?:instruct|chat|it|text)(?=[-_ ]|$)", "", strip_quant(text))
    )
    return words.strip("- ").replace("_", "-")


def _by_tag(text: str, name: ModelName) -> list[int]:
    row = _tags().get(_tag(text)) if ":" in text else None
    return [] if row is None else [row]


def _states_other_size(index: int, name: ModelName) -> bool:
    """Whether the row's own name or its parameter count contradicts the size the text states."""
    stated = name.total_params
    own = take_apart(_line(index)["name"]).total_params
    if stated is None:
        return False
    if own is not None:
        return own != stated
    # a vendor's rounding and counting of embeddings stays within 12 %: Gemma-2-9B is 9.24 B, DeepSeek-V3
    # 685 B with MTP
    return abs(stated / (number(_line(index)["params_b"]) * 1e9) - 1) > 0.12


def _sizeless(text: str, name: ModelName, soft: bool = True) -> list[int]:
    """Rows of this name whatever the size, when the text states none or one that agrees."""
    rows = [
        row
        for row in _index(sizes=False, soft=soft).get(name.key(sizes=False, soft=soft), [])
        if not _states_other_size(row, name)
    ]
    if not name.sizes:
        return rows
    return [row for row in rows if not take_apart(_line(row)["name"]).sizes or name.sizes <= _all_sizes(row)]


def _all_sizes(row: int) -> frozenset[str]:
    line = _line(row)
    return take_apart(line["name"]).sizes | take_apart(line["hf_id"]).sizes


def _without_active(text: str, name: ModelName) -> list[int]:
    """'Qwen3-30B' for Qwen3-30B-A3B, when only one row has that total."""
    return _index(soft=False, active=False).get(name.key(soft=False), [])


def _without_version(text: str, name: ModelName) -> list[int]:
    """'Mistral-7B' for the versions v0.1 … v0.3: the newest first."""
    if name.total_params is None:
        return []
    rows = _index(version=False, soft=False).get(name.key(soft=False), [])
    return sorted(rows, key=lambda row: _line(row)["release"], reverse=True)


def _known_fine_tune(text: str, name: ModelName) -> list[int]:
    plain = "-".join(strip_quant(text).replace("_", "-").split())
    for start, base in _FINE_TUNES.items():
        if plain.startswith(start):
            return [index for index, line in enumerate(_lines()) if line["name"] == base]
    return []


def _contains_base(text: str, name: ModelName) -> list[int]:
    """Rows whose whole name, size included, stands inside the text with only a fine-tune's own words around
    it."""
    best: dict[int, int] = {}
    for row, base in _names():
        if not base.sizes or not base.sizes <= set(name.tokens):
            continue
        words = [token for token in base.tokens if token not in base.sizes and token not in SOFT]
        if len(words) < 2 and not re.search(r"[a-z]{4}", "".join(words)):
            continue
        order = [token for token in name.tokens if token not in base.sizes]
        starts = [
            place
            for place in range(len(order) - len(words) + 1)
            if order[place : place + len(words)] == words
        ]
        if starts and _harmless(order[: starts[0]]) and _harmless(order[starts[0] + len(words) :]):
            best[row] = max(best.get(row, 0), len(base.tokens))
    longest = max(best.values(), default=0)
    return [row for row, length in best.items() if length == longest]


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


_FINE_TUNE = "taken as a fine-tune of {name}, whose shapes it has"
_SHAPES = "a model of its own with the shapes of {name}, which stands in for it"
_VERSION = "which version is meant is not stated: {name} is assumed"
_OLLAMA = "no size is stated: {name} is taken, the size Ollama's library has by default"
_LISTED_NOTES = {"fine-tune": _FINE_TUNE, "same-shapes": _SHAPES, "variant-assumed": _VERSION}
"""What is said of an answer from profiles/model_aliases.csv, by the basis stated there."""
_STAGES: tuple[tuple[Callable[[str, ModelName], list[int]], str, bool], ...] = (
    (lambda text, name: _index().get(name.key(), []), "", False),
    (_by_tag, "", False),
    (_sizeless, "", True),
    (lambda text, name: _index(soft=False).get(name.key(soft=False), []), "", False),
    (lambda text, name: _sizeless(text, name, soft=False), "", True),
    (_without_active, "", True),
    (_without_version, _VERSION, False),
    (_known_fine_tune, _FINE_TUNE, False),
    (_contains_base, _FINE_TUNE, False),
)
"""(rows for a name, note on the answer, whether the rows must agree on one size), tried in this order."""


_SAME_MODEL, _SAME_VERSION = 0.45, 0.03
"""Shares by which a stated parameter count may differ from the row's: of one model, see `match_model`; of
versions among which it chooses (a judgement: rounding to two digits)."""


@cache
def match_model(text: str, params_b: float | None = None) -> ModelProfile | None:
    """The catalogue model a name means, or None.

    Instruct, base, dated and quantized copies of a model have its shapes and match its row; another size or
    generation never does. *params_b*: the size another source states for it, in 1e9; it chooses between
    versions, and a row that differs by more than 45 % is refused (counting embeddings twice explains no more:
    Falcon3-1B has 1.67 B, Gemma-3-1B 1.3 B with its embeddings counted twice).
    """
    row = _exact().get(_squash(text))
    if row is not None and (params_b is None or _agrees(row, params_b, _SAME_MODEL)):
        return _finish(row, text, "")
    listed, basis = _listed().get(_squash(text), ("", ""))
    row = _exact().get(_squash(listed)) if listed else None
    if row is not None and (params_b is None or _agrees(row, params_b, _SAME_MODEL)):
        return _finish(row, text, _LISTED_NOTES.get(basis, ""))
    name = take_apart(text)
    if not name.tokens:
        return None
    for stage, note, one_size in _STAGES:
        rows = [row for row in stage(text, name) if params_b is None or _agrees(row, params_b, _SAME_MODEL)]
        if params_b is not None and len(rows) > 1 and one_size:
            rows = [row for row in rows if _agrees(row, params_b, _SAME_VERSION)]
        if rows and not (one_size and len({_line(row)["params_b"][:5] for row in rows}) > 1):
            return _finish(_prefer(rows, text, name, params_b), text, note)
    return None


def _agrees(row: int, params_b: float, room: float) -> bool:
    return abs(params_b / number(_line(row)["params_b"]) - 1) <= room


def _prefer(rows: list[int], text: str, name: ModelName, params_b: float | None) -> int:
    """Among rows of one key: the one that shares most words with the text, then the closest size, then file
    order."""

    def rank(row: int) -> tuple[float, ...]:
        own = [set(take_apart(part).tokens) for part in (_line(row)["name"], _line(row)["hf_id"]) if part]
        overlap = max(len(words & set(name.tokens)) - len(words - set(name.tokens)) for words in own)
        off = 0.0 if params_b is None else abs(params_b / number(_line(row)["params_b"]) - 1)
        return (-overlap, round(off, 4), rows.index(row))

    return min(rows, key=rank)


def _finish(row: int, text: str, note: str) -> ModelProfile:
    profile = _profile(row)
    notes = (f"{text!r}: " + note.format(name=profile.name),) if note else ()
    return replace(profile, variant=variant_of(text), notes=notes)


def _ollama_default(text: str) -> ModelProfile | None:
    """The size Ollama takes where its name states none; a catalogue name spelled alike means itself."""
    plain = plain_name(text)
    if plain not in DEFAULTS or (_squash(text) == _squash(plain) and _squash(plain) in _exact()):
        return None
    return _finish(_exact()[_squash(DEFAULTS[plain])], text, _OLLAMA)


def find_model(text: str) -> ModelProfile:
    """The catalogue model a name means, in any usual spelling.

    HF id, Ollama tag, 'llama-3.1-8b', 'Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf', 'qwen3:30b-a3b' … Raises
    UnknownNameError with the five nearest names.
    """
    profile = _ollama_default(text) or match_model(text)
    if profile is None and text.strip().lower().endswith(LATEST):
        profile = match_model(plain_name(text))
    if profile is not None:
        return profile
    stated = take_apart(text).total_params
    hint = "give a GGUF file or config.json, or --params 8B"
    if stated is not None:
        size = f"{stated / 1e9:g}B" if stated >= 1e9 else f"{stated / 1e6:g}M"
        hint = f"--params {size} works for any model of that size, or give its GGUF file or config.json"
    raise UnknownNameError("model", text, nearest(text, (line["name"] for line in _lines())), hint)
