"""The base of every predictor's estimator: physics with coefficients that have priors, fitted robustly.

A subclass says what the physics predicts (`forward`, with its derivatives where it has them). `fit` finds the
coefficients of largest posterior density: residuals follow a Student t, so a broken run cannot pull the fit;
coefficients follow their priors. It starts from the priors' means (cold) and goes on until it has converged,
by Newton's steps: halved until they lower the loss, and of a coefficient that the gradient presses against
its bound there is none (Bertsekas 1982, doi:10.1137/0320018).
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.exceptions import ConvergenceWarning

from advisor.training.fitting.priors import Priors

Vector: TypeAlias = npt.NDArray[np.float64]
Matrix: TypeAlias = Any
"""A dense or sparse matrix: rows x coefficients."""

DEGREES_OF_FREEDOM = 4.0
"""Of the Student t: the usual robust choice (Lange, Little and Taylor 1989,
doi:10.1080/01621459.1989.10478852)."""
STEP = 1e-6
"""Of a difference quotient: the root of a double's precision, a little above."""
HALVINGS = 8
"""Of a step that does not lower the loss: below a 256th of it nothing is left to gain."""
LONGEST = 1.0
"""A step moves no coefficient (a logarithm) by more: beyond it the curvature says nothing."""


class PriorRegressor(RegressorMixin, BaseEstimator, ABC):  # type: ignore[misc]
    """Maximum a posteriori regression around a physical formula.

    Parameters: *names* of the coefficients, their *priors*, *sigma* the standard deviation of a residual (in
    the units of y; one, or one per row; each predictor states its own), *max_iter* after which a fit that has
    not converged warns, *tolerance* the relative gain of a step below which it has. `fit` sets `coef_`, one
    value per name, and `n_iter_`, the steps taken.
    """

    slack: float | Vector = 1.0
    """How many times *sigma* the scale of residuals above the prediction is, one or one per row: a Student t
    of two pieces
    (Fernandez and Steel 1998, doi:10.1080/01621459.1998.10474117)."""

    def __init__(
        self,
        names: tuple[str, ...],
        priors: Priors,
        sigma: float | Vector = 0.12,
        max_iter: int = 200,
        tolerance: float = 1e-3,
    ) -> None:
        self.names = names
        self.priors = priors
        self.sigma = sigma
        self.max_iter = max_iter
        self.tolerance = tolerance

    @abstractmethod
    def forward(self, X: Any, theta: Vector) -> Vector:
        """What the formula predicts for every row of X with the coefficients *theta*."""

    def jacobian(self, X: Any, theta: Vector) -> Matrix:
        """Derivatives of `forward`, rows x coefficients; difference quotients unless a subclass knows
        better."""
        base = self.forward(X, theta)
        columns = []
        for i in range(len(theta)):
            moved = theta.copy()
            moved[i] += STEP
            columns.append((self.forward(X, moved) - base) / STEP)
        return np.column_stack(columns)

    def fit(
        self, X: Any, y: Vector, sample_weight: Vector | None = None, groups: Any = None
    ) -> PriorRegressor:
        """Fits on *y* (n,) with row weights; *groups* are for subclasses that weigh or shrink by them."""
        y = np.asarray(y, float)
        weights = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, float)
        means, sds, heavy = self.priors.arrays(self.names)
        task = Posterior(self, X, y, weights, means, sds, heavy)
        self.coef_: Vector
        self.n_iter_: int
        self.coef_, self.n_iter_, arrived = self._maximise(task, self._start(means))
        if not arrived:
            warnings.warn(f"{type(self).__name__} has not converged", ConvergenceWarning, stacklevel=2)
        return self

    def _start(self, means: Vector) -> Vector:
        """Where a fit starts: at the priors' *means*, unless a subclass has been nearer."""
        return means

    def bounds(self) -> tuple[Vector, Vector]:
        """(least, most) of every coefficient; none unless a subclass knows some."""
        return np.full(len(self.names), -np.inf), np.full(len(self.names), np.inf)

    def _maximise(self, task: Posterior, start: Vector) -> tuple[Vector, int, bool]:
        """(coefficients of largest posterior density, steps, whether it has converged)."""
        least, most = self.bounds()
        theta = np.clip(start, least, most)
        loss = task.loss(theta)
        for step in range(1, self.max_iter + 1):
            move = task.step(theta, least, most)
            for _ in range(HALVINGS):
                tried = np.clip(theta + move, least, most)
                reached = task.loss(tried)
                if reached < loss:
                    break
                move = move / 2.0
            else:
                return theta, step, True
            gain, theta, loss = loss - reached, tried, reached
            if gain < self.tolerance * (loss + gain):
                return theta, step, True
        return theta, self.max_iter, False

    def predict(self, X: Any) -> Vector:
        """The formula with the fitted coefficients."""
        return self.forward(X, self.coef_)


class Posterior:
    """Minus the log posterior density, its gradient, and its curvature by Gauss and Newton."""

    def __init__(
        self,
        model: PriorRegressor,
        X: Any,
        y: Vector,
        weights: Vector,
        *prior: Any,
    ) -> None:
        self.model, self.X, self.y, self.weights = model, X, y, weights
        self.means, self.sds, self.heavy = prior
        self._at: bytes = b""
        self._kept: tuple[Vector, Vector, Matrix] = (y, y, None)

    def _evaluate(self, theta: Vector) -> tuple[Vector, Vector, Matrix]:
        """(standardised residuals, their scales, the formula's derivatives)."""
        key = theta.tobytes()
        if key != self._at:
            self._kept, self._at = (*self._standardised(theta), self.model.jacobian(self.X, theta)), key
        return self._kept

    def _standardised(self, theta: Vector) -> tuple[Vector, Vector]:
        """(residuals over their scales, the scales)."""
        off = self.y - self.model.forward(self.X, theta)
        scales = self.model.sigma * np.where(off > 0, self.model.slack, 1.0)
        return off / scales, scales

    def loss(self, theta: Vector) -> float:
        residual, _ = self._standardised(theta)
        off = np.square((theta - self.means) / self.sds)
        return float(
            self.weights @ student_tail(np.square(residual))
            + 0.5 * off[~self.heavy].sum()
            + student_tail(off[self.heavy]).sum()
        )

    def _precision(self, theta: Vector) -> Vector:
        off = np.square((theta - self.means) / self.sds)
        return np.asarray(np.where(self.heavy, student_weight(off), 1.0) / np.square(self.sds))

    def gradient(self, theta: Vector) -> Vector:
        residual, scales, jacobian = self._evaluate(theta)
        pull = self.weights * student_weight(np.square(residual)) * residual / scales
        return np.asarray(-(jacobian.T @ pull) + self._precision(theta) * (theta - self.means))

    def hessian(self, theta: Vector) -> Vector:
        residual, scales, jacobian = self._evaluate(theta)
        weight = self.weights * student_weight(np.square(residual)) / np.square(scales)
        if sparse.issparse(jacobian):
            squared = (jacobian.T @ sparse.diags(weight) @ jacobian).toarray()
        else:
            squared = jacobian.T @ (jacobian * weight[:, None])
        squared[np.diag_indices_from(squared)] += self._precision(theta)
        return np.asarray(squared)

    def step(self, theta: Vector, least: Vector, most: Vector) -> Vector:
        """The Newton step of the coefficients that no bound holds."""
        gradient = self.gradient(theta)
        free = np.flatnonzero(~((theta <= least) & (gradient > 0) | (theta >= most) & (gradient < 0)))
        factor = linalg.cho_factor(
            self.hessian(theta)[np.ix_(free, free)], overwrite_a=True, check_finite=False
        )
        move = np.zeros(len(theta))
        move[free] = -linalg.cho_solve(factor, gradient[free])
        return np.asarray(move * min(1.0, LONGEST / max(1e-9, float(np.abs(move).max()))))


def student_tail(squares: Vector) -> Vector:
    """Minus the log density of a Student t at squared standardised residuals, up to a constant."""
    return (DEGREES_OF_FREEDOM + 1.0) / 2.0 * np.log1p(squares / DEGREES_OF_FREEDOM)


def student_weight(squares: Vector) -> Vector:
    """Its weight in a least squares step (iteratively reweighted)."""
    return (DEGREES_OF_FREEDOM + 1.0) / (DEGREES_OF_FREEDOM + squares)
