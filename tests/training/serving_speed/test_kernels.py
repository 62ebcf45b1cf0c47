"""Priors from kernel timings."""

from __future__ import annotations

from math import exp

import numpy as np
import pandas as pd
import pytest

from advisor.prediction.serving_speed.step import either
from advisor.training.data.clean import rules
from advisor.training.data.tables import load
from advisor.training.serving_speed.kernels import _fitted, efficiencies, timed


def test_kernel_timings_give_efficiencies_below_one():
    """Kernels reach part of the bandwidth and of the arithmetic rate; FP4 arithmetic the least of it."""
    found = {name: exp(prior.mean) for name, prior in efficiencies().items()}
    kernels = [value for name, value in found.items() if name.startswith(("read:", "math:"))]
    factors = [value for name, value in found.items() if name.startswith(("read-", "math-"))]
    assert {True} == {0.05 < value < 1 for value in kernels}
    assert {True} == {0.4 < value < 2.5 for value in factors}
    assert found["math:nvfp4"] < found["math:bf16"]


def test_every_prior_says_where_it_comes_from():
    """Timings, or the relative it is read from."""
    assert {True} == {bool(prior.why) for prior in efficiencies().values()}


@pytest.mark.parametrize("bluntness", [0.3, 1.0, 5.0])
def test_a_curve_is_found_again_from_its_times(bluntness):
    """Times made from shares, overlap and a launch give the shares back to 5 %, the overlap to a quarter."""
    bandwidth, rate = 2e12, 3e14
    shapes = [(8192, 8192), (28672, 8192), (8192, 28672)]
    rows = pd.DataFrame([(m, n, k) for m in 2 ** np.arange(13) for n, k in shapes], columns=["m", "n", "k"])
    size = rows.n * rows.k
    read_s = (2.0 * size + 2.0 * rows.m * (rows.n + rows.k)) / bandwidth / 0.85
    math_s = 2.0 * rows.m * size / rate / 0.6
    rows["latency_ms"] = 1e3 * (either(read_s, math_s, bluntness) + 4e-6)
    read, math, overlap = _fitted(rows, 2.0, bandwidth, rate)
    assert (read, math) == pytest.approx((0.85, 0.6), rel=0.05)
    assert overlap == pytest.approx(bluntness, rel=0.25)


def test_weights_unpacked_first_overlap_less_than_16_bit_ones():
    """Weight-only and INT8 kernels add reading and multiplying up where 16-bit ones do both at a time."""
    found = efficiencies()
    blunt = {name: found[f"bluntness:{name}"].mean for name in ("w4a16", "w8a16", "w8a8-int", "bf16")}
    assert min(blunt, key=blunt.__getitem__) == "bf16"


def test_kernels_no_engine_runs_say_nothing():
    """The weight-only products of PyTorch are left out: W4A16 is what engines reach."""
    table = load("kernel_gemm")
    refused = {rule.match for rule in rules("kernel_gemm")}
    assert refused <= set(table.kernel_source)
    found = timed()
    assert {"tensorrt-llm"} == set(found.loc[found["family"] == "w4a16", "engine"])
