"""Where the layers of each GPU begin and end."""

from __future__ import annotations

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.hardware import HardwareProfile, Memory
from advisor.sizing.layer_cuts import Card, balanced_cuts, layers_per_gpu, proportional_cuts
from advisor.sizing.placement_case import CaseBytes, PlacementCase
from advisor.sizing.plan import Workspace
from advisor.sizing.shares import LayerShares
from advisor.sizing.weights import weigh

GIB = 1 << 30


def cards(*gib: float) -> list[Card]:
    """Cards that offer so many GiB."""
    return [Card(f"card {i}", int(size * GIB)) for i, size in enumerate(gib)]


@pytest.mark.parametrize(
    ("gib", "layers", "cuts"),
    [
        ((8,), 32, [0, 32]),
        ((8, 8), 31, [0, 16, 31]),
        ((16, 8), 29, [0, 20, 29]),
        ((8, 8, 8), 2, [0, 1, 2, 2]),
    ],
)
def test_layers_follow_free_memory_and_the_output_is_one_of_them(
    gib: tuple[float, ...], layers: int, cuts: list[int]
) -> None:
    """llama.cpp counts the output as one more layer, on the last card."""
    assert cuts == proportional_cuts(cards(*gib), layers)


def test_the_split_names_every_card_and_the_output() -> None:
    """`-ts` of 16 and 16 layers is 16,17."""
    assert (16, 17) == layers_per_gpu([0, 16, 32])


def test_with_experts_away_the_bytes_are_balanced() -> None:
    """The experts of the first half are in main memory: the first of two equal cards takes more layers."""
    model, scheme, gpus = find_model("Qwen3-30B-A3B"), find_scheme("Q4_K_M"), cards(12, 12)
    weights = weigh(model, scheme)
    case = PlacementCase(
        hardware=HardwareProfile(name="two", source="user", memory=Memory()),
        model=model,
        weights=weights,
        scheme=scheme,
        engine="llama.cpp",
        backend="cuda",
        context_tokens=4096,
    )
    work = Workspace(model, case.params)
    sized = CaseBytes(case, LayerShares(model, weights, work.layout), work)
    first, middle, last = balanced_cuts(sized, gpus, 24)
    cache = sum(sized.parts.kv) / 48
    held = [
        sized.shares.dense(a, b, 24) + (b - a) * cache + output
        for a, b, output in ((0, middle, 0), (middle, 48, sized.shares.output_bytes))
    ]
    one_layer = sized.shares.dense(47, 48, 24) + cache
    assert (0, 48) == (first, last)
    assert middle > 24
    assert abs(held[0] - held[1]) <= one_layer
