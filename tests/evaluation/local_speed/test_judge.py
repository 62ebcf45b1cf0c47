"""The intervals that are shipped, on sources they have not seen."""

import numpy as np

from advisor.evaluation.local_speed.judge import judge

N = 120


def test_nine_in_ten_are_covered(problem, level):
    """Intervals calibrated on the other folds hold nine new sources in ten."""
    off = np.random.default_rng(1).normal(0.05, 0.2, N)
    assert 0.84 <= judge(problem, level(off)).inside.mean() <= 0.97


def test_what_holds_of_less_knowledge_holds_of_more(problem, level):
    """A level whose groups are few takes the narrower interval of the level below it."""
    wide, narrow = (level(np.random.default_rng(3).normal(0.0, sd, N)) for sd in (0.4, 0.1))
    alone, both = judge(problem, wide), judge(problem, wide, narrow)
    assert both.high_over_low.max() < alone.high_over_low.min()
