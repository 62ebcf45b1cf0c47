"""Models that mix attention with recurrent layers."""

from __future__ import annotations

import pytest


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
def test_a_layer_recurs_or_attends(name: str, recurrent: int, attention: int, marks: str, layer) -> None:
    """By its place in the pattern."""
    assert (True, False) == (marks in layer(name, recurrent), marks in layer(name, attention))


def test_falcon_h1_does_both_in_every_layer(layer) -> None:
    """Attention and a mixer side by side."""
    assert {"attn_q.weight", "ssm_in.weight", "ffn_down.weight"} <= layer("Falcon-H1-7B", 20).keys()


def test_every_layer_of_nemotron_is_one_thing(layer) -> None:
    """A mixer, attention or a feed-forward block."""
    kinds = ("ssm_in.weight", "attn_q.weight", "ffn_up.weight")
    found = [layer("Nemotron-Nano-9B-v2", number).keys() for number in range(56)]
    assert [1] * 56 == [sum(kind in one for kind in kinds) for one in found]
    assert [27, 4, 25] == [sum(kind in one for one in found) for kind in kinds]
