"""The same estimator for thousands of coefficients: damped Newton steps by Cholesky, signs kept by bounds.

A trust region factorises its matrix several times a step; where the formula is well behaved, halving a step
that does not lower the loss is enough. A coefficient at its bound that the gradient presses against it is
left out of the step (Bertsekas 1982, doi:10.1137/0320018).
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from advisor.training.fitting.estimator import Posterior, PriorRegressor, Vector

HALVINGS = 8
"""Of a step that does not lower the loss: below a 256th of it nothing is left to gain."""
LONGEST = 1.0
"""A step moves no coefficient (a logarithm) by more: beyond it the curvature says nothing."""


class NewtonRegressor(PriorRegressor):
    """A `PriorRegressor` whose *tolerance* is the relative gain of a step below which it has converged."""

    def bounds(self) -> tuple[Vector, Vector]:
        """(least, most) of every coefficient; none unless a subclass knows some."""
        return np.full(len(self.names), -np.inf), np.full(len(self.names), np.inf)

    def _maximise(self, task: Posterior, start: Vector) -> tuple[Vector, int, bool]:
        least, most = self.bounds()
        theta = np.clip(start, least, most)
        loss = task.loss(theta)
        for step in range(1, self.max_iter + 1):
            move = _move(task, theta, (least, most))
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


def _move(task: Posterior, theta: Vector, bounds: tuple[Vector, Vector]) -> Vector:
    """The Newton step of the coefficients that no bound holds."""
    gradient = task.gradient(theta)
    free = np.flatnonzero(~((theta <= bounds[0]) & (gradient > 0) | (theta >= bounds[1]) & (gradient < 0)))
    factor = linalg.cho_factor(task.hessian(theta)[np.ix_(free, free)], overwrite_a=True, check_finite=False)
    move = np.zeros(len(theta))
    move[free] = -linalg.cho_solve(factor, gradient[free])
    return np.asarray(move * min(1.0, LONGEST / max(1e-9, float(np.abs(move).max()))))
