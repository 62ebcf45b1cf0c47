"""Layer facts of published models agree with their counts."""

from __future__ import annotations

import pytest

from advisor.catalog.models import find_model
from advisor.sizing.published_shapes import FALCON_H1, LFM2_ATTENTION, NEMOTRON_PATTERNS


@pytest.mark.parametrize("n_layers", NEMOTRON_PATTERNS)
def test_a_pattern_has_a_letter_for_every_layer(n_layers: int) -> None:
    """Mamba, attention, feed-forward and experts, and nothing else."""
    pattern = NEMOTRON_PATTERNS[n_layers]
    assert (n_layers, set()) == (len(pattern), set(pattern) - set("M*-E"))


@pytest.mark.parametrize("name", ["Falcon-H1-0.5B", "Falcon-H1-3B", "Falcon-H1-7B", "Falcon-H1-34B"])
def test_every_falcon_h1_has_its_width(name: str) -> None:
    """Heads divide the width of the mixer."""
    width, heads = FALCON_H1[find_model(name).hidden_size]
    assert 0 == width % heads


def test_attention_of_lfm2_is_counted_by_the_catalogue() -> None:
    """Six of sixteen layers attend."""
    model = find_model("LFM2-1.2B")
    assert model.n_layers - model.linear_attention_layers == len(LFM2_ATTENTION[model.n_layers])
