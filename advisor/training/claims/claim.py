"""One claim and its verdict."""

from __future__ import annotations

from dataclasses import dataclass

HOLDS, CONDITIONS, FAILS, UNKNOWN = "holds", "holds with conditions", "does not hold", "not enough data"
LEAST = 20
"""Fewer rows or pairs than this decide nothing."""


@dataclass(frozen=True)
class Claim:
    """One claim with its verdict."""

    text: str
    verdict: str
    n: int
    finding: str
