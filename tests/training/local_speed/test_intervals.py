"""Scales and widths of what was left out."""

import numpy as np
import pytest

from advisor.training.local_speed.fit import Problem
from advisor.training.local_speed.intervals import Level, calibrate

N = 120


@pytest.fixture
def problem(row):
    """One row of each of 120 sources."""
    return Problem("decode", tuple(row(f"d{i}", source=f"s{i}") for i in range(N)), {})


def level(off) -> Level:
    """Every source left out, with these errors."""
    groups = tuple(f"s{i}" for i in range(N))
    features = [[("", 1.0), ("kind:gpu", 1.0)] for _ in range(N)]
    return Level("known", np.asarray(off), np.ones(N, bool), np.arange(N) % 6, groups, features)


def test_widths_are_none_where_groups_do_not_carry_them(problem):
    """120 sources carry 99 %; the quarter of them does not."""
    off = np.random.default_rng(2).normal(0.0, 0.2, N)
    few = calibrate(problem, level(off), np.arange(N) < N // 4).intervals["all"]
    assert few["groups"] == N // 4
    assert few["half_widths"]["0.99"] is None
    assert calibrate(problem, level(off), np.ones(N, bool)).intervals["all"]["half_widths"]["0.99"] > 0
