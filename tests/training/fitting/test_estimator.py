"""The estimator with priors, on a formula whose answer is known."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import Ridge

from advisor.training.fitting.estimator import PriorRegressor
from advisor.training.fitting.priors import Prior, Priors


class Line(PriorRegressor):
    """y = X·theta, derivatives by difference quotients."""

    def forward(self, X, theta):
        return X @ theta


class Decay(PriorRegressor):
    """y = exp(-rate · x), a formula that is not linear."""

    def forward(self, X, theta):
        return np.exp(-theta[0] * X[:, 0])


class Growth(PriorRegressor):
    """y = log(exp(x0 + a) + exp(x1 + b)), as seconds of a sum of terms."""

    def forward(self, X, theta):
        return np.log(np.exp(X[:, 0] + theta[0]) + np.exp(X[:, 1] + theta[1]))


class Bounded(Growth):
    """No coefficient above a quarter."""

    def bounds(self):
        """Of both."""
        return np.full(2, -np.inf), np.full(2, 0.25)


WIDE = Priors({"*": Prior(0.0, 10.0, "wide")})


def _rows(n=200):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(n, 2))
    return x, x @ [1.5, -0.5] + rng.normal(scale=0.1, size=n)


def test_a_line_is_found():
    """With wide priors the coefficients are the true ones, within their error."""
    x, y = _rows()
    assert np.allclose([1.5, -0.5], Line(("a", "b"), WIDE, sigma=0.1).fit(x, y).coef_, atol=0.03)


def test_small_residuals_give_the_ridge():
    """Where residuals are small beside sigma, the fit is the ridge of the priors."""
    x, y = _rows()
    sigma, sd = 50.0, 2.0
    fitted = Line(("a", "b"), Priors({"*": Prior(0.0, sd, "x")}), sigma=sigma).fit(x, y)
    nu = 4.0
    ridge = Ridge(alpha=sigma**2 / sd**2 * nu / (nu + 1), fit_intercept=False).fit(x, y)
    assert np.allclose(ridge.coef_, fitted.coef_, atol=1e-3)


def test_broken_runs_do_not_pull():
    """One row in ten thirty deviations off moves no coefficient by more than its error."""
    x, y = _rows()
    y[::10] += 3.0
    assert np.allclose([1.5, -0.5], Line(("a", "b"), WIDE, sigma=0.1).fit(x, y).coef_, atol=0.05)


def test_no_rows_leave_the_prior():
    """A coefficient no row speaks of stays at its prior's mean."""
    x, y = _rows()
    x[:, 1] = 0.0
    priors = Priors({"*": Prior(0.0, 10.0, "wide"), "b": Prior(0.7, 0.2, "known")})
    assert pytest.approx(0.7, abs=1e-6) == Line(("a", "b"), priors, sigma=0.1).fit(x, y).coef_[1]


def test_weights_count_like_repetitions():
    """A row of weight two is two rows."""
    x, y = _rows(30)
    twice = np.repeat(np.arange(30), [2] * 10 + [1] * 20)
    weights = np.array([2.0] * 10 + [1.0] * 20)
    line = Line(("a", "b"), WIDE, sigma=0.1)
    assert np.allclose(
        clone(line).fit(x[twice], y[twice]).coef_, clone(line).fit(x, y, weights).coef_, atol=1e-4
    )


def test_a_formula_that_is_not_linear():
    """A rate is found through an exponential."""
    x = np.linspace(0.0, 3.0, 50)[:, None]
    model = Decay(("rate",), Priors({"rate": Prior(0.1, 1.0, "wide")}), sigma=0.01)
    assert pytest.approx(0.8, abs=1e-3) == model.fit(x, np.exp(-0.8 * x[:, 0])).coef_[0]


def test_slow_rows_pull_less_than_fast_ones():
    """Where rows above the prediction may be three times as far off, the level is that of the fast half."""
    x, y = np.ones((200, 1)), np.repeat([0.0, 1.0], 100)
    even, skewed = Line(("a",), WIDE, sigma=0.5), Line(("a",), WIDE, sigma=0.5)
    skewed.slack = 3.0
    assert even.fit(x, y).coef_[0] == pytest.approx(0.5, abs=0.01)
    assert 0.05 < skewed.fit(x, y).coef_[0] < 0.3


def _grown(model):
    """*model* fitted on 300 rows of 0.4 and -0.7, one in ten far off."""
    rng = np.random.default_rng(4)
    x = rng.uniform(-6, -3, size=(300, 2))
    y = model.forward(x, np.array([0.4, -0.7])) + rng.normal(0, 0.02, 300)
    y[::10] += 2.0
    return model.fit(x, y)


def test_a_sum_of_exponentials_is_found():
    """Both coefficients, although one row in ten is far off."""
    priors = Priors({"*": Prior(0.0, 1.0, "wide")})
    found = _grown(Growth(("a", "b"), priors, sigma=0.05, tolerance=1e-9)).coef_
    assert found == pytest.approx([0.4, -0.7], abs=0.02)


def test_a_bound_holds_and_the_rest_goes_on():
    """Where 0.4 is wanted the bound's 0.25 is given; the other coefficient makes up for it within its own."""
    priors = Priors({"*": Prior(0.0, 1.0, "wide")})
    found = _grown(Bounded(("a", "b"), priors, sigma=0.05, tolerance=1e-9)).coef_
    assert found[0] == 0.25
    assert -0.7 < found[1] < -0.3
