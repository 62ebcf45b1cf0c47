"""How the bytes of single tensors add up."""

from __future__ import annotations

import pytest

from advisor.documents.model import ModelProfile
from advisor.sizing.parts import Part, count, scaled, stretched, summarise

MODEL = ModelProfile(
    name="m", source="user", n_layers=2, n_experts=4, n_experts_used=1, vocab_size=10, hidden_size=8
)


def part(stem: str, role: str, layers: tuple[int | None, ...], *n_bytes: int) -> Part:
    """Tensors of 64 weights each."""
    return Part(stem, role, 64, layers, list(n_bytes), ["Q8_0"] * len(n_bytes))


PARTS = (
    part("token_embd.weight", "token_embd", (None,), 100),
    part("output_norm.weight", "norm", (None,), 32),
    part("attn_q.weight", "attn_q", (0, 1), 68, 68),
    part("ffn_up_exps.weight", "expert_up", (0, 1), 400, 800),
    part("nextn.weight", "other", (2,), 1000),
)


def test_the_parts_are_the_whole() -> None:
    """Embedding, layers and the rest are all there is; a layer counts its experts."""
    found = summarise(MODEL, PARTS, "exact")
    assert (2468, (468, 868, 1000), (400, 800, 0)) == (
        found.total_bytes.value,
        found.layer_bytes,
        found.layer_expert_bytes,
    )
    assert (100, 0, 32, True) == (found.embedding_bytes, found.output_bytes, found.other_bytes, found.tied)


def test_a_token_reads_the_experts_it_uses_and_no_prediction_block() -> None:
    """Attention and norm, a quarter of the experts, and the embedding as output; the third layer is not
    decoded."""
    assert 32 + 68 + 68 + (400 + 800) / 4 + 100 == summarise(MODEL, PARTS, "exact").active_bytes_per_token


def test_an_output_matrix_is_read_in_place_of_the_embedding() -> None:
    """Not tied: the embedding is read by one row, which counts for nothing."""
    found = summarise(MODEL, (*PARTS, part("output.weight", "output", (None,), 68)), "exact")
    assert (False, 68, 32 + 136 + 300 + 68) == (found.tied, found.output_bytes, found.active_bytes_per_token)


def test_bits_by_role_are_those_of_its_matrices() -> None:
    """68 bytes for 64 weights are 8.5 bits."""
    assert 8.5 == summarise(MODEL, PARTS, "exact").bits_by_role["attn_q"]


def test_a_stated_total_stretches_every_part() -> None:
    """The sum keeps its proportions and becomes exact; stretching alone leaves the totals."""
    found = summarise(MODEL, PARTS, "interpolated")
    twice, fixed = stretched(found, 2.0), scaled(found, 4936, None, "the index")
    assert ((936, 1736, 2000), found.total_bytes) == (twice.layer_bytes, twice.total_bytes)
    assert ("exact", 4936, (936, 1736, 2000)) == (fixed.basis, fixed.total_bytes.value, fixed.layer_bytes)


@pytest.mark.parametrize(("shape", "n"), [((), 1), ((3,), 3), ((2, 3, 4), 24)])
def test_count(shape: tuple[int, ...], n: int) -> None:
    """The weights of a shape."""
    assert n == count(shape)
