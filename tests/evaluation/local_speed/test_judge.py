"""The intervals that are shipped, on sources they have not seen."""

import numpy as np
import pytest

from advisor.evaluation.local_speed.judge import judge
from advisor.training.local_speed.fit import Problem
from advisor.training.local_speed.intervals import Level

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


def test_nine_in_ten_are_covered(problem):
    """Intervals calibrated on the other folds hold nine new sources in ten."""
    off = np.random.default_rng(1).normal(0.05, 0.2, N)
    assert 0.84 <= judge(problem, level(off)).inside.mean() <= 0.97


def test_what_holds_of_less_knowledge_holds_of_more(problem):
    """A level whose groups are few takes the narrower interval of the level below it."""
    wide, narrow = (level(np.random.default_rng(3).normal(0.0, sd, N)) for sd in (0.4, 0.1))
    alone, both = judge(problem, wide), judge(problem, wide, narrow)
    assert both.high_over_low.max() < alone.high_over_low.min()
