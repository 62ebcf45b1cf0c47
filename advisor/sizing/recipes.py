"""GGUF schemes beyond llama-quantize's own names: community recipes, Unsloth's mixes, ik_llama.cpp's types."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from advisor.documents.model import ModelProfile
from advisor.documents.scheme import SchemeProfile
from advisor.errors import UnsupportedError

from .type_rules import BASE_TYPES


class Recipe(NamedTuple):
    """How to size one GGUF scheme."""

    ftype: str
    vocabulary: str | None = None
    """Type forced on token_embd and output."""
    adjust: Callable | None = None
    """Turns the exact size of the nearest ftype into an estimate, for mixes whose rules are not public."""


def resolve(scheme: SchemeProfile) -> Recipe:
    """The recipe of a GGUF *scheme*."""
    name = scheme.name
    if name in BASE_TYPES or name.removesuffix("-pure") in BASE_TYPES:
        return Recipe(name, scheme.embedding_type)
    if scheme.ftype in BASE_TYPES:
        return Recipe(scheme.ftype, scheme.embedding_type)
    raise UnsupportedError(f"how {name} chooses its types is not known")


__all__ = ["ModelProfile", "Recipe", "resolve"]
