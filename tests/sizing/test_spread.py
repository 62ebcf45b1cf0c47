"""Sizes of models whose tensors cannot be derived."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.catalog.schemes import find_scheme
from advisor.documents.model import ModelProfile
from advisor.errors import NotMeasuredError
from advisor.sizing.fitted import stored_spreads
from advisor.sizing.parts import Weights
from advisor.sizing.spread import by_parameter_count

BARE = ModelProfile(
    name="m", source="catalogue", n_params=8 * 10**9, n_layers=32, vocab_size=128_000, hidden_size=4096
)


def weights(model: ModelProfile = BARE, scheme: str = "Q4_K_M") -> Weights:
    """Of a model of which the size is known and no tensor."""
    return by_parameter_count(model, find_scheme(scheme), stored_spreads(), "shapes are missing")


def test_bits_times_parameters() -> None:
    """The median rate of catalogue models of its size, with their interval."""
    value, low, high, n = stored_spreads().bits("Q4_K_M", BARE.n_params, False)
    found = weights()
    assert pytest.approx((value * 1e9, low * 1e9, high * 1e9), abs=1) == (
        found.total_bytes.value,
        found.total_bytes.low,
        found.total_bytes.high,
    )
    assert f"bits per parameter of {n} catalogue models of this size" in found.total_bytes.evidence


def test_what_is_typed_is_nominal() -> None:
    """'8B' may be a tenth off: the interval is wider than that of a known count."""
    below, above = stored_spreads().nominal()
    known, typed = weights().total_bytes, weights(replace(BARE, source="user")).total_bytes
    assert (known.value, pytest.approx(known.low * below), pytest.approx(known.high * above)) == (
        typed.value,
        typed.low,
        typed.high,
    )


def test_the_parts_are_the_whole() -> None:
    """Embedding, output, equal layers and the rest."""
    found = weights()
    total = found.embedding_bytes + found.output_bytes + sum(found.layer_bytes) + found.other_bytes
    assert (found.total_bytes.value, 1, 32) == (total, len(set(found.layer_bytes)), len(found.layer_bytes))


def test_a_scheme_nobody_counted_is_extrapolated() -> None:
    """Nominal bits, wide bounds, and the basis says so."""
    scheme = replace(find_scheme("Q4_K_M"), name="Q4_ZZ", bpw=4.5)
    found = by_parameter_count(BARE, scheme, stored_spreads(), "").total_bytes
    assert ("extrapolated", 4.5e9) == (found.basis, found.value)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (ModelProfile(name="m", source="user"), "neither shapes nor a parameter count"),
        (ModelProfile(name="m", source="user", n_layers=2, hidden_size=8), "shapes are missing"),
    ],
)
def test_nothing_known_is_no_size(model: ModelProfile, words: str) -> None:
    """What is missing is named."""
    with pytest.raises(NotMeasuredError, match=words):
        weights(model)
