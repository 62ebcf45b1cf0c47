"""Figures of a steady load from its times."""

from __future__ import annotations

import pytest

from advisor.documents.outcome import Estimate
from advisor.prediction.serving_speed.result import Flight, after, steady


def about(value: float) -> Estimate:
    """A time known to a factor of two."""
    return Estimate(value=value, low=value / 2, high=value * 2, basis="measured")


def test_who_waits_adds_to_times_and_not_to_rates():
    """Of twenty requests with room for ten, each waits for one other: twice the latency, the same rate."""
    found = [
        steady(
            about(1.0), about(0.1), about(10.0), about(0.001), Flight(held=10, wanted=n, output_tokens=91), {}
        )
        for n in (10, 20)
    ]
    assert [f.request_latency_s.value for f in found] == [10.0, 20.0]
    assert [f.requests_per_s.value for f in found] == [1.0, 1.0]
    assert [f.time_to_first_token_s.value for f in found] == [1.0, 11.0]


def test_rates_turn_intervals_round():
    """The slow end of a time is the low end of a rate."""
    flight = Flight(held=1, wanted=1, output_tokens=10)
    found = steady(about(1.0), about(0.1), about(2.0), about(0.001), flight, {})
    assert (found.decode_tokens_per_s.low, found.decode_tokens_per_s.high) == (5.0, 20.0)


def test_a_request_is_its_first_token_and_the_others():
    """One second to the first of ten tokens and 0.1 s for each other are 1.9 s."""
    assert after(about(1.0), about(0.1), 10).value == pytest.approx(1.9)
