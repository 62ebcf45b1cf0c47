"""Newton's steps against the trust region's."""

import numpy as np
import pytest

from advisor.training.fitting.estimator import PriorRegressor
from advisor.training.fitting.newton import NewtonRegressor
from advisor.training.fitting.priors import Prior, Priors


class _Growth:
    def forward(self, X, theta):
        return np.log(np.exp(X[:, 0] + theta[0]) + np.exp(X[:, 1] + theta[1]))


class Slow(_Growth, PriorRegressor):
    """By trust region."""


class Fast(_Growth, NewtonRegressor):
    """By Newton's steps."""


def test_both_find_the_same_coefficients():
    """A sum of two exponentials, with one row in ten far off: the same answer either way."""
    rng = np.random.default_rng(4)
    x = rng.uniform(-6, -3, size=(300, 2))
    priors = Priors({"*": Prior(0.0, 1.0, "wide")})
    y = Slow(("a", "b"), priors).forward(x, np.array([0.4, -0.7])) + rng.normal(0, 0.02, 300)
    y[::10] += 2.0
    slow = Slow(("a", "b"), priors, sigma=0.05).fit(x, y)
    fast = Fast(("a", "b"), priors, sigma=0.05, tolerance=1e-9).fit(x, y)
    assert fast.coef_ == pytest.approx(slow.coef_, abs=1e-4)
    assert fast.coef_ == pytest.approx([0.4, -0.7], abs=0.02)


class Bounded(Fast):
    """No coefficient above a quarter."""

    def bounds(self):
        """Of both."""
        return np.full(2, -np.inf), np.full(2, 0.25)


def test_a_bound_holds_and_the_rest_goes_on():
    """Where 0.4 is wanted the bound's 0.25 is given; the other coefficient makes up for it within its own."""
    rng = np.random.default_rng(4)
    x = rng.uniform(-6, -3, size=(300, 2))
    priors = Priors({"*": Prior(0.0, 1.0, "wide")})
    y = Fast(("a", "b"), priors).forward(x, np.array([0.4, -0.7])) + rng.normal(0, 0.02, 300)
    found = Bounded(("a", "b"), priors, sigma=0.05, tolerance=1e-9).fit(x, y).coef_
    assert found[0] == 0.25
    assert -0.7 < found[1] < -0.3
