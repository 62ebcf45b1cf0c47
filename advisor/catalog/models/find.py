"""The model a name means: its edition, its repository, its shapes."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any

from advisor.catalog.models.basis import Match, said
from advisor.catalog.models.editions import (
    Edition,
    edition_named,
    edition_names,
    edition_of,
    editions_of,
    is_mirror,
)
from advisor.catalog.models.kinds import refuse_other_kinds
from advisor.catalog.models.match import ROUNDED_SIZE, match_row
from advisor.catalog.models.ollama_defaults import DEFAULTS, LATEST, plain_name
from advisor.catalog.models.spelling import LONGEST_NAME, strip_quant, take_apart, variant_of
from advisor.catalog.models.table import exact, profile_at, row, rows, squash
from advisor.catalog.names import KEPT_ANSWERS, compiled, nearest
from advisor.documents.kinds import Variant
from advisor.documents.model import ModelProfile
from advisor.errors import UnknownNameError

_ADDRESS = (
    r"^(?:https?://)?(?:www\.)?(?:hf\.co|huggingface\.co)/(?:models/)?"
    r"|^(?:https?://)?(?:www\.)?ollama\.com/(?:library/)?"
)
_REPOSITORY = r"[\w.\-]+/[\w.\-]+"
_OLLAMA = "{text!r}: no size is stated: {name} is taken, the size Ollama's library has by default"
_SIBLING = (
    "{text!r} has the shapes of {name} and the accuracy measured on it; it was trained otherwise, so the "
    "published scores of {name} are not its own"
)
_NO_REPOSITORY = (
    "{text!r}: no repository of this name is known; the commands name a folder, put the model there"
)


def plain(text: str) -> str:
    """What was typed, without the address of a website or the path and revision inside a repository."""
    bare = text.strip()
    if "/" not in bare and "@" not in bare:
        return bare
    bare = compiled(_ADDRESS).sub("", bare).rstrip("/")
    return re.sub(r"(?<=.)/(?:tree|resolve|blob)/.*$|@[\w.\-]+$", "", bare)


def is_repository(text: str) -> bool:
    """Whether *text* is written as owner/name."""
    return (
        "/" in text and re.fullmatch(_REPOSITORY, text) is not None and not text.startswith((".", "library/"))
    )


@lru_cache(maxsize=KEPT_ANSWERS)
def find_model(text: str) -> ModelProfile:
    """The model a name means, in any usual spelling, served from the repository that was typed.

    HF id, Ollama tag, 'llama-3.1-8b', 'Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf', 'qwen3:30b-a3b' … The
    catalogue gives shapes only: `name`, `hf_id`, `edition` and `variant` are those of the edition meant.
    Raises UnknownNameError with the five nearest names, or UnsupportedError for a model that writes no text.
    """
    typed = plain(text[: LONGEST_NAME * 4])
    if len(typed) > LONGEST_NAME:
        raise UnknownNameError("model", f"{typed[:40]}…", (), f"a name has at most {LONGEST_NAME} characters")
    if not is_repository(typed.partition(":")[0]) and (index := exact().get(squash(typed))) is not None:
        return profile_at(index)
    refuse_other_kinds(typed)
    found = _find(typed)
    if found is not None:
        return found
    stated = take_apart(typed).total_params
    hint = "give a GGUF file or config.json, or --params 8B"
    if stated is not None:
        size = f"{stated / 1e9:g}B" if stated >= 1e9 else f"{stated / 1e6:g}M"
        hint = f"--params {size} works for any model of that size, or give its GGUF file or config.json"
    names = [line["name"] for line in rows()]
    family, relatives = _family(typed, names)
    if family and not relatives:
        hint = f"no model of the catalogue is called {family!r}; {hint}"
    raise UnknownNameError("model", text, nearest(typed, relatives or names), hint)


def _family(typed: str, names: list[str]) -> tuple[str, list[str]]:
    """The word that *typed* begins with, where no catalogue name has it, and the editions that have it; ''
    and nothing where one has."""
    word = next(iter(re.findall(r"[a-z]{3,}", typed.rpartition("/")[2].lower())), "")
    if not word or any(word in name.lower() for name in names):
        return "", []
    return word, [tail for tail in edition_names() if word in tail.lower()]


def _find(typed: str) -> ModelProfile | None:
    repository, _, tag = typed.partition(":")
    if is_repository(repository):
        edition = edition_of(repository) or edition_named(repository)
        found = None if edition is None else _of_edition(edition, repository)
        match = match_row(repository) or (match_row(typed) if tag else None)
        return found or (None if match is None else _of_match(match, repository))
    if (default := DEFAULTS.get(plain_name(typed))) is not None:
        profile = _released(profile_at(exact()[squash(default)]), typed)
        return replace(profile, notes=(_OLLAMA.format(text=typed, name=profile.name), *profile.notes))
    edition = None if tag else edition_named(typed)
    if edition is not None and (found := _of_edition(edition, typed)) is not None:
        return found
    match = match_row(typed) or (match_row(plain_name(typed)) if typed.lower().endswith(LATEST) else None)
    return _only_size(typed) if match is None else _of_match(match, typed)


def _only_size(typed: str) -> ModelProfile | None:
    """What a name of Ollama's library without a size means, where the table has one size under it."""
    library = plain_name(typed)
    alike = [line["name"] for line in rows() if line["ollama_tag"].partition(":")[0] == library]
    if len(alike) != 1:
        return None
    profile = _released(profile_at(exact()[squash(alike[0])]), typed)
    return replace(profile, notes=(_OLLAMA.format(text=typed, name=profile.name), *profile.notes))


def _released(profile: ModelProfile, typed: str) -> ModelProfile:
    """The edition Ollama's library serves: the one trained to chat, or the base where the tag says so."""
    wanted: Variant = "base" if re.search(r"[:\-](?:text|base)\b", typed.lower()) else "instruct"
    if (profile.variant == "base") == (wanted == "base"):
        return profile
    for edition in editions_of(profile.name):
        if edition.variant == wanted and (found := _of_edition(edition, typed)) is not None:
            return found
    return profile


def _of_edition(edition: Edition, typed: str) -> ModelProfile | None:
    """The edition as a document; None when no catalogue row has its shapes."""
    index = exact().get(squash(edition.model)) if edition.model else None
    native = edition_of(edition.copy_of) if edition.copy_of else edition
    if index is None:
        return _of_shapes(native or edition, typed, edition)
    profile = profile_at(index)
    repository = typed if is_repository(typed) else edition.hf_id
    base = native or edition
    if base.hf_id == profile.edition or is_mirror(base, profile.edition or ""):
        return replace(profile, hf_id=repository)
    return replace(
        profile,
        name=_own_name(base),
        hf_id=repository,
        edition=base.hf_id,
        ollama_tag=None,
        variant=base.variant,
        modality=base.modality or profile.modality,
        licence=base.licence or profile.licence,
        release=base.release or profile.release,
        context_length=base.context_length or profile.context_length,
        thinking=None,
        official_quants=(),
        notes=(_SIBLING.format(text=typed, name=profile.name),),
    )


def _of_shapes(edition: Edition, typed: str, copy: Edition) -> ModelProfile | None:
    """An edition without a catalogue row: another row's shapes where sizes agree, else its size alone."""
    repository = typed if is_repository(typed) else copy.hf_id
    stated: dict[str, Any] = {
        "name": _own_name(edition),
        "hf_id": repository,
        "edition": edition.hf_id,
        "variant": edition.variant,
        "modality": edition.modality,
        "licence": edition.licence,
        "release": edition.release,
        "official_quants": (),
        "ollama_tag": None,
    }
    counted, match = _params(edition), None
    if counted is not None:
        match = match_row(edition.hf_id, counted / 1e9)
    room = _SAME_SIZE if counted == edition.n_params else ROUNDED_SIZE
    if match is not None and _same_size(profile_at(match.row), counted, room):
        profile = profile_at(match.row)
        notes = said(typed, profile.name, match) or (_SIBLING.format(text=typed, name=profile.name),)
        longest = edition.context_length or profile.context_length
        return replace(profile, thinking=None, notes=notes, context_length=longest, **stated)
    if counted is None:
        return None
    return ModelProfile(
        source="catalogue",
        n_params=counted,
        n_active_params=take_apart(edition.hf_id).active_params or counted,
        context_length=edition.context_length,
        notes=(
            f"{typed!r}: only its size is known here: sizes and speeds are computed from the parameter "
            "count; give its config.json for its shapes",
        ),
        **stated,
    )


_SAME_SIZE = 0.03
"""Share by which two counts of one set of shapes differ: rounding to two digits (a judgement)."""


def _same_size(profile: ModelProfile, stated: float | None, room: float) -> bool:
    counted = profile.n_params
    return bool(counted and stated and abs(stated / counted - 1) <= room)


_CREDIBLE = (0.85, 1.9)
"""Bounds of counted / stated parameters of a model of a billion and more: vendors round up by less than 15 %,
and down to half of what embeddings make of a small one (Granite-4.0-1B has 1.63e9)."""


def _params(edition: Edition) -> int | None:
    """The edition's parameters: its name's where the count contradicts it, as those of checkpoints do that
    hold several weights in a number, lack a matrix of the feed-forward layers or have every tensor twice."""
    counted, stated = edition.n_params, take_apart(edition.hf_id).total_params
    if counted is None or stated is None or not 1e9 <= stated < 1e12:
        return counted
    return counted if _CREDIBLE[0] <= counted / stated <= _CREDIBLE[1] else round(stated)


def _own_name(edition: Edition) -> str:
    """The repository's name; with its owner where the catalogue uses that name for another edition."""
    tail = edition.hf_id.partition("/")[2]
    index = exact().get(squash(tail))
    return tail if index is None or row(index)["hf_id"] == edition.hf_id else edition.hf_id


def _of_match(match: Match, typed: str) -> ModelProfile:
    """The row as the model *typed*: the row's own edition where the name says no other, else a model of its
    own that only has its shapes."""
    profile = profile_at(match.row)
    notes = said(typed, profile.name, match)
    if match.basis in ("same", "version") and not is_repository(typed):
        variant = variant_of(typed)
        if ":" in typed:
            return replace(_released(profile, typed), notes=notes)
        if variant in (None, profile.variant) or profile.variant == "hybrid":
            return replace(profile, notes=notes)
    own = is_repository(typed) and match.basis == "same" and _says_nothing_else(typed, profile)
    if own:
        return replace(profile, hf_id=typed, notes=notes)
    name = typed.rpartition("/")[2] if is_repository(typed) else typed
    repository = typed if is_repository(typed) else None
    if not notes:
        notes = (_SIBLING.format(text=typed, name=profile.name),)
    if repository is None:
        notes = (*notes, _NO_REPOSITORY.format(text=typed))
    return replace(
        profile,
        name=name,
        hf_id=repository,
        edition=None,
        ollama_tag=None,
        variant=variant_of(typed),
        thinking=None,
        official_quants=(),
        notes=notes,
    )


def _says_nothing_else(typed: str, profile: ModelProfile) -> bool:
    """Whether a repository's name holds no other words than those of the row, quantization marks apart."""
    words = set(take_apart(strip_quant(typed)).tokens)
    own = set(take_apart(profile.name).tokens) | set(take_apart(profile.hf_id or "").tokens)
    return words <= own and variant_of(typed) in (None, profile.variant)
