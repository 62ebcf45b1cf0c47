"""The quantizer's choice for one tensor."""

from __future__ import annotations

import pytest

from advisor.sizing.blocks import BLOCKS
from advisor.sizing.type_rules import (
    ASK_FOR_IMATRIX,
    BASE_TYPES,
    TINY,
    Facts,
    Position,
    choose,
    more_bits,
)

SMALL = Facts("llama", n_layers=32, n_attn_v=32, gqa=4, n_experts=0, is_70b=False, tied=False)


def chosen(category: str, ftype: str, number: int = 16, imatrix: bool = False, **facts: object) -> str:
    """The type of the *number*th tensor of a category in a dense 8B model, or in one with other *facts*."""
    known = SMALL._replace(**facts)
    return choose(known, ftype, BASE_TYPES[ftype], imatrix, Position(category, number, (4096, 4096)))


def test_every_type_starts_from_a_known_block() -> None:
    """Whose bytes are known; the tiny ones among them."""
    assert set() == set(BASE_TYPES.values()) - set(BLOCKS)
    assert set() == TINY - set(BASE_TYPES)


@pytest.mark.parametrize(
    ("n", "layers"),
    [(8, [0, 3, 6, 7]), (16, [0, 1, 4, 7, 10, 13, 14, 15])],
)
def test_more_bits_lie_at_both_ends_and_every_third_between(n: int, layers: list[int]) -> None:
    """An eighth at the beginning, an eighth at the end, one in three elsewhere."""
    assert layers == [i for i in range(n) if more_bits(i, n)]


@pytest.mark.parametrize(
    ("category", "ftype", "facts", "expected"),
    [
        ("output", "Q4_K_M", {}, "Q6_K"),
        ("output", "IQ2_XXS", {}, "Q5_K"),
        ("output", "Q8_0", {}, "Q8_0"),
        ("token_embd", "Q4_K_M", {}, "Q4_K"),
        ("token_embd", "Q4_K_M", {"tied": True}, "Q6_K"),
        ("token_embd", "IQ2_XXS", {}, "Q2_K"),
        ("attn_v", "Q4_K_M", {"number": 0}, "Q6_K"),
        ("attn_v", "Q4_K_M", {"number": 5}, "Q4_K"),
        ("attn_v", "Q2_K", {}, "Q4_K"),
        ("attn_v", "Q2_K", {"gqa": 1}, "Q3_K"),
        ("attn_v", "Q4_K_S", {"is_70b": True}, "Q5_K"),
        ("attn_v", "Q4_K_M", {"n_experts": 8}, "Q8_0"),
        ("attn_k", "IQ3_XXS", {}, "IQ2_S"),
        ("attn_output", "Q3_K_L", {}, "Q5_K"),
        ("ffn_down", "Q4_0", {"number": 0, "imatrix": True}, "Q4_1"),
        ("ffn_down", "Q4_0", {"number": 0}, "Q4_0"),
        ("ffn_down", "Q3_K_M", {"number": 1}, "Q5_K"),
        ("ffn_up", "IQ3_XS", {}, "IQ3_XXS"),
        ("ffn_up", "IQ3_XS", {"number": 0}, "IQ3_S"),
        ("other", "Q4_K_M", {}, "Q4_K"),
    ],
)
def test_the_rule_of_one_tensor(category: str, ftype: str, facts: dict[str, int], expected: str) -> None:
    """Output and embeddings, values more than keys, first layers more than later ones."""
    assert expected == chosen(category, ftype, **facts)


def test_few_ftypes_ask_for_an_importance_matrix() -> None:
    """Of all others a file made with one has the types of a file made without."""
    kinds = (
        "attn_v",
        "attn_k",
        "attn_q",
        "attn_output",
        "ffn_down",
        "ffn_up",
        "ffn_gate",
        "token_embd",
        "output",
    )
    shapes = ({}, {"gqa": 8}, {"n_experts": 8}, {"architecture": "falcon"}, {"is_70b": True}, {"tied": True})
    asking = {
        ftype
        for ftype in BASE_TYPES
        for kind in kinds
        for facts in shapes
        for number in (0, 1, 16)
        if chosen(kind, ftype, number, **facts) != chosen(kind, ftype, number, imatrix=True, **facts)
    }
    assert ASK_FOR_IMATRIX == asking
