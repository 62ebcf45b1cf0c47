"""The arithmetic of the learning page."""

import pytest

from advisor.errors import UsageError
from advisor.tui.rounding import Choice, bits_per_number, error, numbers, quantize


def test_int8_symmetric():
    """scale = 2/127; 0.5 becomes round(31.75) = 32."""
    (block,) = quantize((0.5, -2.0, 1.0), Choice(8, True, 0))
    assert block.codes == (32, -127, 64)
    assert block.scale == 2 / 127
    assert pytest.approx(32 * 2 / 127) == block.restored[0]


def test_int4_asymmetric():
    """scale = 3/15 = 0.2, zero point = round(1/0.2) = 5."""
    (block,) = quantize((-1.0, 2.0, 0.0, 0.5), Choice(4, False, 0))
    assert (block.zero_point, block.codes) == (5, (0, 15, 5, 7))
    assert pytest.approx([0, 0, 0, -0.1]) == list(block.error)


def test_zero_stays_zero_without_a_sign_change():
    """Numbers all above zero still have a code for zero."""
    (block,) = quantize((1.0, 3.0), Choice(8, False, 0))
    assert (block.zero_point, block.low) == (0, 0.0)


def test_blocks_confine_an_outlier():
    """With an outlier, blocks of four are closer than one scale for all."""
    values = numbers("0.1 -0.2 0.3 0.05 8 0.1 -0.1 0.2")
    assert error(quantize(values, Choice(4, True, 4))) < error(quantize(values, Choice(4, True, 0)))


def test_zeros_are_kept():
    """A block of zeros has no scale to divide by."""
    (block,) = quantize((0.0, 0.0), Choice(4, True, 0))
    assert block.restored == (0.0, 0.0)


def test_bits_count_the_scales():
    """Four bits and a 16-bit scale a block of 32 are 4.5, as in Q4_0."""
    assert bits_per_number(Choice(4, True, 32), 64) == 4.5


@pytest.mark.parametrize("text", ["", "1", "1 two", "1 inf", "1 nan", "1e99 2", " ".join(["1"] * 65)])
def test_no_numbers(text):
    """What cannot be quantized is refused with the mend."""
    with pytest.raises(UsageError, match=r"number|numbers"):
        numbers(text)
