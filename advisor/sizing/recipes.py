"""GGUF schemes beyond llama-quantize's own names: community recipes, Unsloth's mixes, ik_llama.cpp's
types."""

from typing import NamedTuple

from advisor.documents.scheme import SchemeProfile
from advisor.errors import UnsupportedError

from .fitted import Spreads
from .type_rules import BASE_TYPES


class Recipe(NamedTuple):
    """How to size one GGUF scheme."""

    ftype: str
    """llama-quantize's name whose rules apply."""
    vocabulary: str | None = None
    """Type forced on token_embd and output (the `_L` and `_XL` recipes of Bartowski's repositories)."""
    base: tuple[str, str] | None = None
    """(type, replacement): ik_llama.cpp's type in place of the ftype's own."""
    ratio: tuple[float, float, float] | None = None
    """(value, low, high) of the true size over the computed one, where the mix itself is not public."""
    evidence: str = ""


IK_ANALOGUES = {
    "IQ1_KT": "IQ1_M",
    "IQ2_KT": "IQ2_XS",
    "IQ2_KS": "IQ2_XS",
    "IQ2_K": "IQ2_XS",
    "IQ2_KL": "IQ2_XS",
    "IQ3_KT": "IQ3_S",
    "IQ3_KS": "IQ3_S",
    "IQ3_K": "IQ3_S",
    "IQ4_KT": "IQ4_XS",
    "IQ4_KSS": "IQ4_XS",
    "IQ4_KS": "IQ4_XS",
    "IQ4_K": "IQ4_XS",
    "IQ5_KS": "Q5_K_S",
    "IQ5_K": "Q5_K_S",
    "IQ6_K": "Q6_K",
    "Q6_0": "Q5_1",
}
"""ik_llama.cpp's type -> the llama.cpp ftype whose layer rules are nearest (same level, same family of
rules)."""

IK_SPREAD = (1.0, 0.98, 1.10)
"""Rates of ik_llama.cpp's mixes over the nearest rule set: it spends up to a type more on attention and
early layers
(https://github.com/ikawrakow/ik_llama.cpp/blob/main/src/llama-quantize.cpp); the bound is one type step,
e.g. IQ4_KS to
IQ5_K, on the fifth of the weights those hold."""


UNSLOTH_LADDER = (
    "UD-TQ1_0",
    "UD-IQ1_S",
    "UD-IQ1_M",
    "UD-IQ2_XXS",
    "UD-IQ2_M",
    "UD-Q2_K_XL",
    "UD-IQ3_XXS",
    "UD-Q3_K_XL",
    "UD-Q4_K_XL",
    "UD-Q5_K_XL",
    "UD-Q6_K_XL",
    "UD-Q8_K_XL",
)
"""Unsloth's mixes by size: in every repository each is at least as large as the one before."""


def resolve(scheme: SchemeProfile, spreads: Spreads, moe: bool) -> Recipe:
    """The recipe of a GGUF *scheme*; raises UnsupportedError when nothing says how it chooses its types."""
    name = scheme.name
    pure = name.endswith("-pure")
    stem = name.removesuffix("-pure")
    if stem.startswith("UD-"):
        ftype = scheme.ftype or stem[3:].removesuffix("_XL")
        value, low, high, n = spreads.mix_ratio(stem, moe)
        return Recipe(
            _known(ftype, name),
            ratio=(value, low, high),
            evidence=f"Unsloth's mix is not public: sizes of {n} published files over those of {ftype}",
        )
    if stem in IK_ANALOGUES or scheme.ftype in IK_ANALOGUES:
        ik = stem if stem in IK_ANALOGUES else str(scheme.ftype)
        analogue = IK_ANALOGUES[ik] + ("-pure" if pure else "")
        return Recipe(
            analogue,
            scheme.embedding_type,
            (BASE_TYPES[IK_ANALOGUES[ik]], ik),
            IK_SPREAD,
            f"ik_llama.cpp's mix estimated with the layer rules of {IK_ANALOGUES[ik]}",
        )
    if stem in BASE_TYPES:
        return Recipe(name, scheme.embedding_type)
    return Recipe(_known(scheme.ftype or "", name), scheme.embedding_type)


def _known(ftype: str, name: str) -> str:
    if ftype not in BASE_TYPES:
        raise UnsupportedError(f"how {name} chooses its types is not known; name the ftype it starts from")
    return ftype
