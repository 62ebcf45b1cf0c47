"""Rungs of a publisher's ladder that no list shows."""

from __future__ import annotations

import pytest

from advisor.catalog.checkpoints import checkpoints
from advisor.catalog.ladder import LADDER, rung
from advisor.catalog.models import all_models
from advisor.catalog.ready import published
from advisor.catalog.resolve import resolve_model
from advisor.catalog.schemes import find_scheme
from advisor.engines import facts


@pytest.mark.parametrize("scheme", ["Q4_K_M", "Q8_0"])
def test_a_file_between_known_ones_is_pulled_not_made(scheme: str) -> None:
    """bartowski's Qwen3-30B-A3B has Q4_K_S and Q5_K_S, and his ladders go up to Q8_0."""
    ready = published(resolve_model("Qwen3-30B-A3B"), find_scheme(scheme), facts("llama.cpp"), True)
    assert ready is not None
    assert (ready.repository, ready.files) == (
        "bartowski/Qwen_Qwen3-30B-A3B-GGUF",
        (f"Qwen_Qwen3-30B-A3B-{scheme}.gguf",),
    )
    assert ready.size is None
    assert ready.doubt == (
        f"that bartowski/Qwen_Qwen3-30B-A3B-GGUF holds {scheme} is inferred: other files of its ladder were "
        "seen there, and this publisher makes the same ladder of every model"
    )


def test_a_size_that_nobody_stated_is_computed() -> None:
    """An implied file brings no bytes of its own."""
    found = rung(resolve_model("Gemma-3-27B"), "Q4_K_M")
    assert found is not None
    assert (found.n_bytes, found.imatrix, found.publisher) == (None, True, "bartowski")


def test_only_a_ladder_implies_its_rungs() -> None:
    """A scheme outside it, or a model of which no repository has enough of it, implies nothing."""
    assert [
        rung(resolve_model(name), scheme)
        for name, scheme in (("Qwen3-30B-A3B", "IQ4_XS"), ("Phi-2", "Q4_K_M"))
    ] == [
        None,
        None,
    ]


def test_a_rung_is_never_of_another_file_than_its_neighbours() -> None:
    """Of every model the implied file is in a repository that holds files of the ladder below it."""
    for model in all_models():
        for scheme in LADDER:
            if (found := rung(model, scheme)) is not None:
                beside = [one.scheme for one in checkpoints(model) if one.repository == found.repository]
                assert any(LADDER.index(one) < LADDER.index(scheme) for one in beside if one in LADDER)


def test_a_rung_that_a_publisher_never_makes_is_not_implied() -> None:
    """Every implied scheme is one that the publisher is known to make of some other model."""
    known = {(one.publisher, one.scheme) for model in all_models() for one in checkpoints(model)}
    implied = {
        (found.publisher, found.scheme)
        for model in all_models()
        for scheme in LADDER
        if (found := rung(model, scheme)) is not None
    }
    assert implied - known == set()
