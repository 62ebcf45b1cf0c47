"""Bounds of what comes in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from advisor.documents.plain import parse
from advisor.documents.quantities import MOST_COUNT, MOST_WHOLE, Amount, Bytes, Count, Name, Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One field of each."""

    count: Count = 0
    size: Bytes = 0
    amount: Amount = 0.0
    rate: Rate = 1e9
    name: Name = ""


@pytest.mark.parametrize(
    "value",
    [
        {"count": MOST_COUNT},
        {"size": MOST_WHOLE},
        {"amount": 1e30},
        {"rate": 1e6},
        {"rate": 1e20},
        {"name": "x" * 1000},
        {"rate": 1008000000000},
    ],
)
def test_a_bound_is_taken(value: Any) -> None:
    """The largest and the least that may be; a whole number is a rate too."""
    (name,) = value
    assert getattr(parse(Sample, value, what="sample"), name) == value[name]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"count": MOST_COUNT + 1}, "count is 100001"),
        ({"count": True}, "count is True"),
        ({"size": MOST_WHOLE + 1}, "size is 4611686018427387905"),
        ({"size": -1}, "size is -1; it cannot be negative"),
        ({"amount": 1e31}, "amount is 1e+31"),
        ({"rate": 936}, "rate is 936; it must be at least 1e+06"),
        ({"rate": 1e21}, "rate is 1e+21"),
        ({"name": "x" * 1001}, "name is"),
    ],
)
def test_what_is_beyond_is_refused_by_name(refusal: Any, value: Any, words: str) -> None:
    """A rate of 936 is one of gigabytes; a truth is no count."""
    assert words in refusal(Sample, value)
