"""Groups left out whole, by fits that start cold."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from advisor.training.fitting.folds import fold_of, left_out, whole_groups

GROUPS = [f"g{i % 13}" for i in range(100)]


def test_groups_stay_whole():
    """Every group lies in one fold, and every fold has one."""
    fold = fold_of(GROUPS, 5)
    assert {1} == {len(set(fold[np.array(GROUPS) == g])) for g in set(GROUPS)}
    assert set(range(5)) == set(fold.tolist())


def test_the_same_groups_give_the_same_folds():
    """Folds do not depend on anything but the groups."""
    assert fold_of(GROUPS).tolist() == fold_of(list(GROUPS)).tolist()


def test_another_seed_deals_other_folds():
    """Which groups lie together is another draw; predictions follow it."""
    assert fold_of(GROUPS, 5, 1).tolist() != fold_of(GROUPS, 5).tolist()
    x = np.arange(100.0)[:, None]
    first, second = (
        left_out(LinearRegression(), x, x.ravel() ** 2, GROUPS, whole_groups(GROUPS, 5, seed))
        for seed in (0, 1)
    )
    assert not np.allclose(first, second)


def test_one_group_cannot_be_left_out():
    """With one group there is nothing left to fit on."""
    with pytest.raises(ValueError, match="two groups at least"):
        fold_of(["a", "a"])


def test_predictions_never_saw_their_group():
    """Each row is predicted as by a fit on the other folds, with their weights."""
    rng = np.random.default_rng(0)
    x, y, weights = rng.normal(size=(100, 2)), rng.normal(size=100), rng.uniform(0.5, 2.0, 100)
    found = left_out(LinearRegression(), x, y, GROUPS, 4, sample_weight=weights)
    fold = fold_of(GROUPS, 4)
    inside = fold == 2
    expected = LinearRegression().fit(x[~inside], y[~inside], weights[~inside]).predict(x[inside])
    assert np.allclose(expected, found[inside])
