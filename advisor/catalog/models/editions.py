"""Editions of the catalogue's models: base, instruct, reasoning, code, quantized copies, by repository."""

import re
from functools import cache
from typing import Literal, NamedTuple, cast

from advisor.catalog.models.spelling import strip_quant
from advisor.catalog.names import number, whole
from advisor.catalog.rows import cells, lines
from advisor.documents.kinds import Modality, Variant

_FILE = "editions.csv"
Relation = Literal["own", "copy", "sibling", ""]
"""To the catalogue row: its own repository, a quantized copy, another training of its shapes, or none."""


class Edition(NamedTuple):
    """One row of profiles/editions.csv."""

    hf_id: str
    model: str
    """The row of profiles/models.csv with its shapes; empty when there is none."""
    relation: Relation
    variant: Variant | None
    copy_of: str
    """The repository it was quantized from; empty for an unquantized one."""
    quantized: str
    """How a quantized copy is called: fp8, nvfp4, awq-int4 …; empty for the native weights."""
    ollama_tag: str
    licence: str | None
    release: str | None
    modality: Modality | None
    n_params: int | None
    context_length: int | None


@cache
def _ids() -> tuple[str, ...]:
    """The repository of every row; it stands first in its line and holds no comma."""
    return tuple(line.partition(",")[0] for line in lines(_FILE))


@cache
def edition_names() -> tuple[str, ...]:
    """The name of every edition, without its owner."""
    return tuple(dict.fromkeys(name.partition("/")[2] for name in _ids()))


def edition_at(index: int) -> Edition:
    """One row as an object."""
    line = cells(_FILE, lines(_FILE)[index])
    params = number(line["params_b"])
    return Edition(
        hf_id=line["hf_id"],
        model=line["model"],
        relation=cast(Relation, line["basis"]),
        variant=cast(Variant, line["variant"]) if line["variant"] else None,
        copy_of=line["copy_of"],
        quantized=line["quantized"],
        ollama_tag=line["ollama_tag"],
        licence=line["licence"] or None,
        release=line["release"] or None,
        modality=cast(Modality, line["modality"]) if line["modality"] else None,
        n_params=None if params is None else round(params * 1e9),
        context_length=whole(line["context_length"]),
    )


@cache
def _by_id() -> dict[str, int]:
    return {name.lower(): index for index, name in enumerate(_ids())}


@cache
def _by_name() -> dict[str, list[int]]:
    """The repository's name without its owner and separators -> rows."""
    table: dict[str, list[int]] = {}
    for index, name in enumerate(_ids()):
        table.setdefault(_plain(name.partition("/")[2]), []).append(index)
    return table


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9.]", "", text.lower())


def edition_of(repository: str) -> Edition | None:
    """The edition of exactly this repository, in any case of letters."""
    index = _by_id().get(repository.strip().lower())
    return None if index is None else edition_at(index)


_REPACKED = r"^(?:[a-z0-9\-]+_(?=[a-z])|[a-z\-]+\.(?=[a-z]))"
"""What packers of GGUF files put before a name: 'Qwen_Qwen3-8B', 'swiss-ai.Apertus-8B'."""


def edition_named(text: str) -> Edition | None:
    """The edition whose repository has the name *text*, whoever copied or quantized it.

    'TheBloke/Llama-2-13B-chat-GGUF' and 'Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf' name the edition that was
    quantized; 'Qwen3-8B-FP8' names the vendor's own copy. None when no edition is called so.
    """
    tail = re.split(r"[/\\]", text.strip())[-1]
    exact = _first(_by_name().get(_plain(tail), []), text)
    if exact is not None:
        return exact
    bare = "-".join(strip_quant(tail).split()).strip("-._")
    names = (bare, re.sub(_REPACKED, "", bare), re.sub(r"^meta[-_]", "", bare))
    found = [
        index
        for name in names
        for ending in ("", "hf")
        for index in _by_name().get(_plain(name) + ending, ())
    ]
    return _first(found, text)


def _first(rows: list[int], text: str) -> Edition | None:
    """Of several repositories of one name the typed owner's, then the catalogue's own, then the copy of
    whoever trained the model, then the first."""
    if not rows:
        return None
    owner = text.strip().lower().partition("/")[0]
    order = ("own", "sibling", "copy", "")

    def rank(one: Edition) -> tuple[bool, int, bool]:
        publisher = one.hf_id.partition("/")[0]
        vendor = (one.copy_of or "").partition("/")[0]
        return publisher.lower() != owner, order.index(one.relation), publisher != vendor

    return min((edition_at(index) for index in rows), key=rank)


def is_mirror(edition: Edition, repository: str) -> bool:
    """Whether the edition is the same training as *repository* under another owner or with another prefix."""
    names = (_plain(name.partition("/")[2]) for name in (edition.hf_id, repository))
    first, second = (re.sub(r"^meta|hf$", "", name) for name in names)
    return first == second


@cache
def editions_of(model: str) -> tuple[Edition, ...]:
    """The unquantized editions that have the shapes of the catalogue row *model*, its own first."""
    places = [index for index, line in enumerate(lines(_FILE)) if line.split(",", 2)[1] == model]
    found = [edition for index in places if not (edition := edition_at(index)).copy_of]
    return tuple(sorted(found, key=lambda edition: edition.relation != "own"))
