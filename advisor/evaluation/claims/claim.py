"""One claim and its verdict."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

HOLDS, CONDITIONS, FAILS, UNKNOWN = "holds", "holds with conditions", "does not hold", "not enough data"
LEAST = 20
"""Fewer rows or pairs than this decide nothing."""


class Claim(NamedTuple):
    """One claim with its verdict."""

    text: str
    verdict: str
    n: int
    finding: str


def verdict(n: int, holds: bool | np.bool_, partly: bool | np.bool_ = True) -> str:
    """It holds, or does with conditions (*partly*), or not; undecided below LEAST rows."""
    return UNKNOWN if n < LEAST else HOLDS if holds else CONDITIONS if partly else FAILS
