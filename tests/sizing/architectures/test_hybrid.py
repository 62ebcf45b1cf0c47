"""Models that mix attention with recurrent layers."""

from __future__ import annotations

import pytest

from advisor.catalog.models import find_model
from advisor.sizing.tensors import tensors


def layer(name: str, number: int = 0) -> dict[str, tuple[int, ...]]:
    """Tensor -> shape of one layer of a published model."""
    prefix = f"blk.{number}."
    found = tensors(find_model(name))
    return {one.name.removeprefix(prefix): one.shape for one in found if one.name.startswith(prefix)}


@pytest.mark.parametrize(
    ("name", "n_params"),
    [
        ("Qwen3-Next-80B-A3B", 79_674_391_296),
        ("Granite-4.0-H-Micro", 3_191_396_096),
        ("Nemotron-Nano-9B-v2", 8_888_227_328),
        ("Falcon-H1-7B", 7_585_654_880),
        ("LFM2-1.2B", 1_170_340_608),
        ("Jamba2-Mini", 51_570_323_328),
        ("Kimi-Linear-48B-A3B", 49_122_681_728),
    ],
)
def test_weights_are_those_of_the_publisher(name: str, n_params: int) -> None:
    """To the digit, as the published checkpoints count them."""
    assert n_params == sum(one.n_elements for one in tensors(find_model(name)))


@pytest.mark.parametrize(
    ("name", "recurrent", "attention", "marks"),
    [
        ("Qwen3-Next-80B-A3B", 0, 3, "ssm_ba.weight"),
        ("Granite-4.0-H-Micro", 0, 5, "ssm_in.weight"),
        ("Jamba2-Mini", 0, 4, "ssm_x.weight"),
        ("LFM2-1.2B", 0, 2, "shortconv.conv.weight"),
        ("Kimi-Linear-48B-A3B", 0, 3, "ssm_f_a.weight"),
    ],
)
def test_a_layer_recurs_or_attends(name: str, recurrent: int, attention: int, marks: str) -> None:
    """By its place in the pattern."""
    assert (True, False) == (marks in layer(name, recurrent), marks in layer(name, attention))


def test_falcon_h1_does_both_in_every_layer() -> None:
    """Attention and a mixer side by side."""
    assert {"attn_q.weight", "ssm_in.weight", "ffn_down.weight"} <= layer("Falcon-H1-7B", 20).keys()


def test_every_layer_of_nemotron_is_one_thing() -> None:
    """A mixer, attention or a feed-forward block."""
    kinds = ("ssm_in.weight", "attn_q.weight", "ffn_up.weight")
    found = [layer("Nemotron-Nano-9B-v2", number).keys() for number in range(56)]
    assert [1] * 56 == [sum(kind in one for kind in kinds) for one in found]
    assert [27, 4, 25] == [sum(kind in one for one in found) for kind in kinds]
