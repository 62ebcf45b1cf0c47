"""Figures with their intervals, and where weights live."""

from __future__ import annotations

import math
from typing import Any

import pytest

from advisor.documents.outcome import DeviceMemory, Estimate, Placement

SPEED = Estimate(value=50.0, low=25.0, high=100.0, basis="measured", evidence=("3 rows",))


def test_an_exact_figure_has_no_interval() -> None:
    """It is computed, not believed."""
    found = Estimate.exact(7, "why")
    assert (found.low, found.value, found.high, found.basis, found.evidence) == (7, 7, 7, "exact", ("why",))


def test_the_ends_come_as_value_low_and_high() -> None:
    """In this order."""
    assert Estimate.of((50.0, 25.0, 100.0), "measured", ("3 rows",)) == SPEED


def test_a_rate_becomes_a_time_and_its_interval_turns_round() -> None:
    """The lowest rate is the longest time; basis and evidence stay."""
    assert SPEED.dividing(1000) == Estimate(
        value=20.0, low=10.0, high=40.0, basis="measured", evidence=("3 rows",)
    )


def test_what_is_retained_and_what_is_lost_are_one_figure() -> None:
    """Twice turned it is itself."""
    kept = Estimate(value=99.0, low=97.0, high=100.5, basis="interpolated")
    assert kept.to_loss() == Estimate(value=1.0, low=-0.5, high=3.0, basis="interpolated")
    assert kept.to_loss().to_loss() == kept


def test_an_unbounded_interval_stays_unbounded() -> None:
    """An end that nobody knows is not made up by turning it."""
    assert math.isinf(Estimate(value=1.0, low=-math.inf, high=2.0, basis="extrapolated").to_loss().high)


@pytest.mark.parametrize(("parts", "total"), [((), 0), ((3, 2, 1, 4), 10)])
def test_a_device_holds_the_sum_of_its_parts(parts: Any, total: int) -> None:
    """Weights, cache, buffers and the backend's own."""
    names = ("weights_bytes", "kv_cache_bytes", "compute_bytes", "overhead_bytes")
    device = DeviceMemory(device="GPU 0", **dict(zip(names, parts, strict=False)))
    assert (device.total_bytes, Placement(kind="gpu", devices=(device, device)).total_bytes) == (
        total,
        2 * total,
    )
