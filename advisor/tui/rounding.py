"""The arithmetic of the learning page: numbers to integers and back, one step at a time.

Uniform quantization as in https://arxiv.org/abs/1712.05877: x is about scale x (q - zero point).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, sqrt

from advisor.errors import UsageError

MOST_NUMBERS = 64
"""What can still be read on one screen."""


@dataclass(frozen=True)
class Choice:
    """How to quantize: bits, symmetric about zero or not, and how many numbers share a scale (0 = all)."""

    bits: int
    symmetric: bool
    block: int

    @property
    def words(self) -> str:
        """'INT8 symmetric, per tensor'."""
        shared = "per tensor" if self.block == 0 else f"per block of {self.block}"
        return f"INT{self.bits} {'symmetric' if self.symmetric else 'asymmetric'}, {shared}"


@dataclass(frozen=True)
class Block:
    """Numbers that share a scale, and what becomes of them."""

    values: tuple[float, ...]
    low: float
    high: float
    scale: float
    zero_point: int
    codes: tuple[int, ...]
    restored: tuple[float, ...]
    error: tuple[float, ...]


def numbers(text: str) -> tuple[float, ...]:
    """The numbers typed, by spaces or commas; UsageError names the one that is none."""
    found = []
    for word in text.replace(",", " ").split():
        try:
            value = float(word)
        except ValueError:
            raise UsageError(
                f"{word!r} is no number; write numbers with a point, such as 0.12 -1.5"
            ) from None
        if not isfinite(value) or abs(value) > 1e30:
            raise UsageError(f"{word} cannot be quantized; give finite numbers")
        found.append(value)
    if not 2 <= len(found) <= MOST_NUMBERS:
        raise UsageError(f"give 2 to {MOST_NUMBERS} numbers, not {len(found)}")
    return tuple(found)


def quantize(values: tuple[float, ...], choice: Choice) -> tuple[Block, ...]:
    """Every block of *values* quantized and restored."""
    size = choice.block or len(values)
    return tuple(_block(values[start : start + size], choice) for start in range(0, len(values), size))


def error(blocks: tuple[Block, ...]) -> float:
    """Root mean square error over all numbers."""
    errors = [e for block in blocks for e in block.error]
    return sqrt(sum(e * e for e in errors) / len(errors))


def bits_per_number(choice: Choice, count: int) -> float:
    """Bits a number, with a 16-bit scale a block and, if asymmetric, a zero point as wide as a code."""
    size = min(choice.block or count, count)
    extra = 16 + (0 if choice.symmetric else choice.bits)
    return choice.bits + extra / size


def _block(values: tuple[float, ...], choice: Choice) -> Block:
    low, high = min(values), max(values)
    if choice.symmetric:
        lowest, highest = -(2 ** (choice.bits - 1)) + 1, 2 ** (choice.bits - 1) - 1
        scale, zero_point = max(abs(low), abs(high)) / highest, 0
    else:
        lowest, highest = 0, 2**choice.bits - 1
        # Zero must have a code of its own: padding and pruned weights are exactly zero.
        low, high = min(low, 0.0), max(high, 0.0)
        scale = (high - low) / highest
        zero_point = round(-low / scale) if scale else 0
    scale = scale or 1.0
    codes = tuple(min(max(round(value / scale) + zero_point, lowest), highest) for value in values)
    restored = tuple(scale * (code - zero_point) for code in codes)
    errors = tuple(back - value for back, value in zip(restored, values, strict=True))
    return Block(values, low, high, scale, zero_point, codes, restored, errors)
