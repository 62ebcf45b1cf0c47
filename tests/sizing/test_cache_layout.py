"""The cache row of every layer, and how sure it is."""

from __future__ import annotations

import pytest

from advisor.catalog.models import find_model
from advisor.documents.model import ModelProfile
from advisor.sizing.cache_layout import UNKNOWN_LAYERS, cache_layout


def rows(name: str) -> list[tuple[int, int, int | None]]:
    """(layers, values in a row, window) of each group."""
    return [(g.count, g.k_values + g.v_values, g.window) for g in cache_layout(find_model(name)).groups]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Llama-3.1-8B", [(32, 2048, None)]),
        ("Gemma-3-4B", [(29, 2048, 1024), (5, 2048, None)]),
        ("DeepSeek-V3", [(61, 576, None)]),
        ("Qwen3-Next-80B-A3B", [(12, 1024, None)]),
    ],
)
def test_layers_alike_are_one_group(name: str, expected: list[tuple[int, int, int | None]]) -> None:
    """Full, sliding, latent and hybrid."""
    assert expected == rows(name)


def test_the_shares_of_all_devices_are_the_whole() -> None:
    """Gemma-3-4B over two devices, split after layer 16: 14 of 29 sliding layers lie on the first."""
    layout = cache_layout(find_model("Gemma-3-4B"))
    first, second = layout.shares(0, 16), layout.shares(16, 34)
    assert (14 / 29, 2 / 5, 0.0) == first
    assert [1.0, 1.0, 0.0] == pytest.approx([a + b for a, b in zip(first, second, strict=True)])


@pytest.mark.parametrize(
    ("name", "basis"),
    [("Llama-3.1-8B", "exact"), ("GLM-5", "interpolated"), ("Kimi-Linear-48B-A3B", "interpolated")],
)
def test_what_is_doubted_is_not_exact(name: str, basis: str) -> None:
    """An indexer's keys or widths taken from the family leave a doubt."""
    assert basis == cache_layout(find_model(name)).basis


def test_unknown_shapes_are_those_of_similar_models() -> None:
    """Of a bare size: as many layers as most models have, and an interval that says how far it may be off."""
    found = cache_layout(ModelProfile(name="m", source="user", n_params=8 * 10**9))
    assert (UNKNOWN_LAYERS, "interpolated") == (found.groups[0].count, found.basis)
    assert found.low_factor < 1 < found.high_factor


def test_a_size_no_model_has_follows_from_its_width() -> None:
    """Nothing in the catalogue is near 10^15 parameters: layers and width follow from each other."""
    found = cache_layout(ModelProfile(name="m", source="user", n_params=10**15))
    assert ("interpolated", "layers and heads unknown: 1 catalogue") == (
        found.basis,
        found.evidence[0].partition(" models")[0],
    )
