"""Conformal quantiles against MAPIE, and their guarantees on made-up groups."""

import math
import random

import pytest

from advisor.prediction import interval


@pytest.mark.parametrize("n", [11, 37, 200])
@pytest.mark.parametrize("confidence", [0.8, 0.9])
def test_quantile_equals_mapie(n, confidence):
    """The plain quantile is MAPIE's split-conformal half width, to the last digit."""
    import numpy as np
    from mapie.regression import SplitConformalRegressor
    from sklearn.dummy import DummyRegressor

    y = np.random.default_rng(n).normal(size=n)
    zero = DummyRegressor(strategy="constant", constant=0.0).fit([[0]], [0])
    oracle = SplitConformalRegressor(zero, confidence_level=confidence, prefit=True)
    oracle.conformalize(np.zeros((n, 1)), y)
    _, bounds = oracle.predict_interval(np.zeros((1, 1)))
    assert float(bounds[0, 1, 0]) == pytest.approx(interval.quantile(abs(y), confidence), abs=1e-15)


def test_too_few_scores_give_no_bound():
    """Eight scores cannot carry a 90 % statement; nine can."""
    assert interval.groups_wanted(0.9) == 9
    assert interval.groups_wanted(0.95) == 19
    assert interval.quantile(range(8), 0.9) == math.inf
    assert interval.quantile(range(9), 0.9) == 8


def test_equal_weights_are_the_plain_quantile():
    """With one row per group, all three quantiles agree."""
    rng = random.Random(1)
    for n in (9, 19, 20, 99, 101):
        scores = [rng.random() for _ in range(n)]
        expected = interval.quantile(scores)
        assert interval.weighted_quantile(scores, [1.0] * n) == expected
        assert interval.group_quantile(scores, list(range(n))) == expected


def test_a_prolific_group_counts_once():
    """A thousand rows of one group move the quantile no more than one row of it."""
    scores = [float(i) for i in range(20)]
    groups = [str(i) for i in range(20)]
    crowded = interval.group_quantile(scores + [0.0] * 999, [*groups, *["0"] * 999])
    assert crowded == interval.group_quantile(scores, groups)


def test_a_new_group_is_covered():
    """On groups with effects of their own, 90 % of new groups' rows lie within the group quantile."""
    rng = random.Random(7)

    def group(size):
        effect = rng.gauss(0, 1)
        return [abs(effect + rng.gauss(0, 0.2)) for _ in range(size)]

    covered = []
    for _ in range(300):
        rows = [(s, g) for g in range(30) for s in group(rng.choice((1, 5, 60)))]
        bound = interval.group_quantile([s for s, _ in rows], [g for _, g in rows])
        covered += [s <= bound for s in group(1)]
    assert 0.86 <= sum(covered) / len(covered) <= 0.97


def test_wrong_use_says_the_mend():
    """A percentage in place of a share, unequal lengths and negative masses are refused."""
    with pytest.raises(ValueError, match=r"share such as 0\.9"):
        interval.quantile([1.0], 90)
    with pytest.raises(ValueError, match="one weight per score"):
        interval.weighted_quantile([1.0], [])
    with pytest.raises(ValueError, match="zero or more"):
        interval.weighted_quantile([1.0], [-1.0])


STORED = {"0.5": 1.0, "0.9": 3.0, "0.99": None}


@pytest.mark.parametrize(("confidence", "expected"), [(0.25, 0.5), (0.5, 1.0), (0.7, 2.0), (0.9, 3.0)])
def test_between_levels_the_width_is_linear(confidence, expected):
    """Stored levels give their own width, those between lie on the line."""
    assert interval.width_at(STORED, confidence) == pytest.approx(expected)


def test_beyond_what_the_groups_carry_there_is_no_width():
    """Infinite stays infinite: above the last level with a width nothing is made up."""
    assert interval.width_at(STORED, 0.95) is None
    assert interval.width_at({}, 0.5) is None


def test_widths_grow_with_confidence():
    """Intervals are nested."""
    found = [interval.width_at(STORED, c / 100) for c in range(1, 91)]
    assert found == sorted(found)
