"""GGUF schemes beyond llama-quantize's own names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.catalog.schemes import find_scheme
from advisor.errors import UnsupportedError
from advisor.sizing.fitted import stored_spreads
from advisor.sizing.recipes import IK_ANALOGUES, IK_SPREAD, UNSLOTH_LADDER, Recipe, resolve
from advisor.sizing.type_rules import BASE_TYPES


def recipe(scheme: str) -> Recipe:
    """Of a dense model."""
    return resolve(find_scheme(scheme), stored_spreads(), moe=False)


def test_llama_quantize_s_own_names_are_taken_as_they_are() -> None:
    """And so is one type on every tensor."""
    assert [Recipe("Q4_K_M"), Recipe("Q4_K-pure")] == [recipe("Q4_K_M"), recipe("Q4_K-pure")]


def test_the_large_recipes_force_the_vocabulary() -> None:
    """Q4_K_L is Q4_K_M with embeddings and output at Q8_0."""
    assert Recipe("Q4_K_M", "Q8_0") == recipe("Q4_K_L")


def test_a_type_of_ik_llama_cpp_takes_the_nearest_rules() -> None:
    """IQ4_KS is placed like IQ4_XS, and is at most a type step larger."""
    found = recipe("IQ4_KS")
    assert ("IQ4_XS", ("IQ4_XS", "IQ4_KS"), IK_SPREAD) == (found.ftype, found.base, found.ratio)


def test_an_unsloth_mix_is_a_ratio_of_what_it_starts_from() -> None:
    """With the number of published files it rests on."""
    found = recipe("UD-Q4_K_XL")
    value, low, high, n = stored_spreads().mix_ratio("UD-Q4_K_XL", False)
    assert ("Q4_K_M", (value, low, high), True) == (
        found.ftype,
        found.ratio,
        f"{n} published" in found.evidence,
    )


def test_every_analogue_and_every_mix_has_rules() -> None:
    """No recipe starts from a type that nothing is known of."""
    assert set() == set(IK_ANALOGUES.values()) - set(BASE_TYPES)
    assert set() == {recipe(name).ftype for name in UNSLOTH_LADDER} - set(BASE_TYPES)


def test_a_recipe_nobody_published_is_refused() -> None:
    """Its name and the mend."""
    unknown = replace(find_scheme("Q4_K_M"), name="Q4_ZZ", ftype="Q4_ZZ")
    with pytest.raises(UnsupportedError, match="how Q4_ZZ chooses its types is not known"):
        resolve(unknown, stored_spreads(), moe=False)
