"""Priors from kernel timings."""

from __future__ import annotations

from math import exp

from advisor.training.serving_speed.kernels import efficiencies


def test_kernel_timings_give_efficiencies_below_one():
    """Kernels reach part of the bandwidth and of the arithmetic rate; FP4 arithmetic the least of it."""
    found = {name: exp(prior.mean) for name, prior in efficiencies().items()}
    kernels = [value for name, value in found.items() if name.startswith(("read:", "math:"))]
    factors = [value for name, value in found.items() if "-arch:" in name or "-on:" in name]
    assert all(0.05 < value < 1 for value in kernels)
    assert all(0.4 < value < 2.5 for value in factors)
    assert found["math:nvfp4"] < found["math:bf16"]


def test_every_prior_says_where_it_comes_from():
    """Timings, or the relative it is read from."""
    assert all(prior.why for prior in efficiencies().values())
