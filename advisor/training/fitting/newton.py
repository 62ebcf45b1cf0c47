"""The same estimator for thousands of coefficients: damped Newton steps by Cholesky.

A trust region factorises its matrix several times a step; where the formula is well behaved, halving a step
that does not lower the loss is enough.
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

    def _maximise(self, task: Posterior, start: Vector) -> tuple[Vector, int, bool]:
        theta, loss = start.copy(), task.loss(start)
        for step in range(1, self.max_iter + 1):
            theta, reached = _step(task, theta, loss)
            if loss - reached < self.tolerance * loss:
                return theta, step, True
            loss = reached
        return theta, self.max_iter, False


def _step(task: Posterior, theta: Vector, loss: float) -> tuple[Vector, float]:
    """One step, halved until the loss falls: (coefficients, loss)."""
    factor = linalg.cho_factor(task.hessian(theta), overwrite_a=True, check_finite=False)
    move = -linalg.cho_solve(factor, task.gradient(theta))
    move *= min(1.0, LONGEST / max(1e-9, float(np.abs(move).max())))
    for _ in range(HALVINGS):
        reached = task.loss(theta + move)
        if reached < loss:
            return theta + move, reached
        move = move / 2.0
    return theta, loss
