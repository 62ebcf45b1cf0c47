"""The block table and its arithmetic."""

import pytest

from advisor.sizing.blocks import BLOCKS, bits_per_weight, padded, tensor_bytes

gguf = pytest.importorskip("gguf")


def test_the_table_is_that_of_the_gguf_package():
    """Every type the gguf package knows has the same block here."""
    theirs = {kind.name: size for kind, size in gguf.GGML_QUANT_SIZES.items()}
    assert {name: BLOCKS[name] for name in theirs} == theirs


@pytest.mark.parametrize(
    ("name", "bits"), [("Q4_K", 4.5), ("Q6_K", 6.5625), ("IQ2_XXS", 2.0625), ("MXFP4", 4.25), ("Q2_0", 2.25)]
)
def test_bits_per_weight(name, bits):
    """A block's bytes over its weights give the published rate."""
    assert bits_per_weight(name) == bits


def test_a_row_never_shares_a_block():
    """Three rows of 40 weights take three rows of two Q8_0 blocks."""
    assert tensor_bytes("Q8_0", (40, 3)) == 3 * 2 * 34


def test_experts_are_one_tensor():
    """The expert count multiplies the rows."""
    assert tensor_bytes("Q4_K", (2048, 768, 128)) == 128 * tensor_bytes("Q4_K", (2048, 768))


@pytest.mark.parametrize(("size", "expected"), [(0, 0), (1, 32), (32, 32), (33, 64)])
def test_padding(size, expected):
    """Tensors start at multiples of 32 bytes."""
    assert padded(size) == expected
