"""Bytes of one matrix in each packed format."""

from __future__ import annotations

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.sizing.packed import pack, packer
from advisor.sizing.types import groups

COLUMNS, ROWS = 4096, 1024
N = COLUMNS * ROWS


@pytest.mark.parametrize(
    ("scheme", "n_bytes"),
    [
        # codes; a 16-bit scale and a zero point as wide as a code, per group of 128
        ("W4A16-INT-awq-g128", N / 2 + ROWS * 32 * 2.5),
        # the same with the order of the columns as 32-bit numbers
        ("W4A16-INT-gptq-g128", N / 2 + ROWS * 32 * 2.5 + 4 * COLUMNS),
        # a byte a weight and an F32 scale per 128 x 128 block
        ("W8A8-FP-block", N + 4 * 32 * 8),
        # a 16-bit scale per row
        ("W8A8-FP-dynamic", N + 2 * ROWS),
        ("W8A8-INT", N + 2 * ROWS),
        # 4 bits and an 8-bit exponent per 32
        ("MXFP4", N / 2 + ROWS * 128),
        # 16-bit scale and zero per group of 64
        ("HQQ-4bit-g64", N / 2 + ROWS * 64 * 4),
        # three bits are ten to a 32-bit word
        ("HQQ-3bit-g64", N * 3.2 / 8 + ROWS * 64 * 4),
        ("MLX-4bit-g64", N / 2 + ROWS * 64 * 4),
        # nominal bits and a 16-bit sign vector for rows and columns
        ("EXL3-4.0bpw", N / 2 + 2 * ROWS + 2 * COLUMNS),
        # two code books of 256 entries of eight 16-bit numbers
        ("AQLM-2bit-2x8", N / 8 * 2 + 2 * 256 * 8 * 2 + 2 * ROWS),
    ],
)
def test_one_matrix(scheme: str, n_bytes: float) -> None:
    """Codes, scales and zero points as the format lays them out."""
    pack = packer(find_scheme(scheme))
    assert pack is not None
    assert n_bytes == pack(COLUMNS, ROWS)


def test_sixteen_bits_are_not_packed() -> None:
    """Nothing is quantized, so there is no arithmetic."""
    assert packer(find_scheme("BF16")) is None


def test_the_last_group_of_a_row_may_be_short() -> None:
    """4100 columns have 33 groups of 128."""
    pack = packer(find_scheme("W4A16-INT-awq-g128"))
    assert pack is not None
    assert 4100 * ROWS / 2 + ROWS * 33 * 2.5 == pack(4100, ROWS)


@pytest.mark.parametrize(
    ("model", "scheme", "in_16_bits"),
    [
        ("Kimi-K2-Thinking", "W4A16-INT-rtn-g32", {"attn_q", "shared_expert", "ffn_up", "output"}),
        ("gpt-oss-120b", "MXFP4", {"attn_q", "output"}),
        ("Kimi-K2", "W8A8-FP-block", {"output"}),
    ],
)
def test_a_vendor_may_quantize_experts_alone(model: str, scheme: str, in_16_bits: set[str]) -> None:
    """What the vendor's own checkpoint keeps in 16 bits, of these parts."""
    known = find_model(model)
    packed = pack(known, find_scheme(scheme), groups(known))
    asked = {"attn_q", "shared_expert", "ffn_up", "output", "expert_up"}
    kept = {role for role in asked if packed.bits_by_role.get(role) == 16}
    assert in_16_bits == kept
