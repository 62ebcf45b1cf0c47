"""Unsloth's mixes: middle and ends."""

import pandas as pd

from advisor.training.sizes.mixes import ends, left_out, widening


def test_ends_are_quantiles_widened() -> None:
    """Twice as wide is twice as far from the median, and never nearer than half a per cent."""
    values = [0.9, 1.0, 1.1]
    middle, low, high = ends(values, 2.0)
    assert (middle, round(low, 3), round(high, 3)) == (1.0, 0.82, 1.18)
    assert ends([1.0] * 9, 1.0) == (1.0, 0.995, 1.005)


def _files(*families, ratio=1.0):
    """One file of each family."""
    return [("UD-Q4_K_XL-dense", "dense", family, ratio) for family in families]


def _table(rows):
    return pd.DataFrame(rows, columns=["key", "kind", "family", "ratio"])


def test_a_family_is_left_out_whole():
    """Of nine files eight are one family: only the ninth has enough others to be told by."""
    held = left_out(_table([*_files(*"aaaaaaaa"), *_files("b", ratio=1.1)]))
    assert held[["ratio", "others"]].to_numpy().tolist() == [[1.1, [1.0] * 8]]


def test_what_lies_outside_widens():
    """One family of nine lying 2 % off asks for four times the least interval; one of eleven does not."""
    odd = _files("odd", ratio=1.0199)
    found = [widening(left_out(_table([*_files(*names), *odd]))) for names in ("abcdefgh", "abcdefghij")]
    assert found == [4.0, 1.0]
