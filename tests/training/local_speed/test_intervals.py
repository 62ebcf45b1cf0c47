"""Scales and widths of what was left out."""

import numpy as np

from advisor.training.local_speed.intervals import calibrate

N = 120


def test_widths_are_none_where_groups_do_not_carry_them(problem, level):
    """120 sources carry 99 %; the quarter of them does not."""
    off = np.random.default_rng(2).normal(0.0, 0.2, N)
    few = calibrate(problem, level(off), np.arange(N) < N // 4).intervals["all"]
    assert few["groups"] == N // 4
    assert few["half_widths"]["0.99"] is None
    assert calibrate(problem, level(off), np.ones(N, bool)).intervals["all"]["half_widths"]["0.99"] > 0
