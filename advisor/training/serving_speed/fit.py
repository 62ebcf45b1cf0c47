"""Least squares with priors: which coefficients of the step model the serving measurements speak for.

The coefficients are logarithms with a prior each: efficiencies from the kernel timings, overheads from what
launching work costs. Where rows say nothing, the prior stands. Residuals are logarithms of seconds under a
pseudo-Huber loss, so a broken run bends little; every (source, device, model, engine, scheme, figure) group
weighs like the square root of its rows, so no prolific source owns the fit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log
from types import SimpleNamespace

import numpy as np

from advisor.training.serving_speed.model import Case, Names, arrays, offsets, predicted

_NOISE = 0.12
"""Scale of the loss: where two runs of one configuration start to count as disagreeing (the replicate
floor)."""
_PRIORS: dict[str, tuple[float, float]] = {
    # (median, standard deviation of the logarithm); "x:" is what one engine, kernel or architecture adds to
    # "x".
    # read:KERNEL and math:KERNEL come from the kernel timings instead.
    "read-expert": (0.8, 0.4),
    "math-expert": (0.7, 0.5),
    "read-arch:": (1.0, 0.15),
    "math-arch:": (1.0, 0.2),
    "math-by:": (1.0, 0.3),
    "cache-heads": (0.7, 0.3),
    "cache-latent": (0.7, 0.5),
    "cache:": (1.0, 0.3),
    "between": (40.0, 0.7),
    "attention": (0.4, 0.5),
    "sharpness": (2.0, 0.3),
    "layer": (30e-6, 1.0),
    "layer:": (1.0, 0.4),
    "layer-kernel:": (1.0, 0.3),
    "layer-arch:": (1.0, 0.3),
    "layer-moe": (2.0, 0.5),
    "odd:": (1.0, 2.0),
    "layer-eager": (200e-6, 1.0),
    "step-eager": (1e-3, 1.0),
    "sequence-eager": (10e-6, 1.0),
    "interleave-eager": (0.8, 0.3),
    "burst-eager": (0.1, 1.0),
    "first-eager": (10e-3, 1.0),
    "wait-eager": (1.0, 1.0),
    "step": (1e-3, 1.0),
    "step:": (1.0, 0.5),
    "sequence": (10e-6, 1.0),
    "sequence:": (1.0, 0.5),
    "reduce-nvlink": (10e-6, 0.7),
    "reduce-pcie": (30e-6, 0.7),
    "link-nvlink": (300e9, 0.7),
    "link-pcie": (20e9, 0.7),
    "interleave": (0.8, 0.3),
    "interleave:": (1.0, 0.2),
    "burst": (0.1, 1.0),
    "burst:": (1.0, 0.5),
    "first": (10e-3, 1.0),
    "first:": (1.0, 0.5),
    "wait": (1.0, 1.0),
    "wait:": (1.0, 0.7),
    "drain:": (1.0, 0.3),
    "queue:": (1.0, 0.3),
    "by:": (1.0, 0.15),
    "by-first:": (1.0, 0.3),
}
"""Orders of magnitude, all judgements: shares of a peak below 1, launches of microseconds, steps of
milliseconds, links near their data sheets (NVLink 4: 900 GB/s both ways, PCIe 4 x16: 32 GB/s), with spreads
wide enough that hundreds of rows outweigh them; what is added "by" or "for" one thing starts at none."""
_NEVER_FASTER = ("math:w4a16", "math:w8a16", "math:slow")
"""Weight-only kernels multiply in 16 bits after unpacking: never more efficient than plain 16-bit kernels."""


def prior(name: str, kernels: dict[str, tuple[float, float]]) -> tuple[float, float]:
    """(mean, standard deviation) of the logarithm *name* before the serving rows are seen."""
    median, spread = kernels.get(name) or _PRIORS.get(name) or _PRIORS[name.split(":")[0] + ":"]
    return log(median), spread


def group_of(case: Case) -> tuple:
    """Rows that say the same thing many times."""
    row = case.row
    return (row.source, row.hardware, case.model, row.engine, row.scheme, row.metric, row.protocol)


def row_weights(found: Sequence[Case]) -> np.ndarray:
    """One weight per row; the rows of a group of n weigh 1 / sqrt(n) each."""
    groups = [group_of(c) for c in found]
    count = Counter(groups)
    return np.array([count[g] ** -0.5 for g in groups])


def waits_for_memory(found: Sequence[Case]) -> np.ndarray:
    """Times to first token that are mostly waiting for memory: they say nothing about the step."""
    return np.array([c.row.metric == "ttft" and c.row.batch > 0.8 * c.room for c in found])


class Fit:
    """The fitted logarithms and what they say of the rows they were fitted on."""

    def __init__(self, found: Sequence[Case], kernels: dict[str, tuple[float, float]]) -> None:
        self.cases = list(found)
        self.arrays = arrays(self.cases)
        self.names = Names([c.keys for c in self.cases], [offsets(c) for c in self.cases])
        priors = [prior(name, kernels) for name in self.names.names]
        self.mean = np.array([p[0] for p in priors])
        self.spread = np.array([p[1] for p in priors])
        self.weights = row_weights(self.cases) * ~waits_for_memory(self.cases)
        self.theta = self.mean.copy()

    def start(self, known: dict[str, float]) -> Fit:
        """Begins at *known* logarithms; names it lacks begin at their prior."""
        self.theta = np.array(
            [known.get(name, mean) for name, mean in zip(self.names.names, self.mean, strict=True)]
        )
        return self

    def run(self, steps: int = 40, tolerance: float = 1e-5) -> Fit:
        """Gauss-Newton steps with halving until the loss falls by less than *tolerance* of itself."""
        loss = self._loss(self.theta)
        for _ in range(steps):
            trial, trial_loss = self._step(loss)
            if trial_loss >= loss:
                break
            done = loss - trial_loss < tolerance * loss
            self.theta, loss = trial, trial_loss
            if done:
                break
        return self

    def residuals(self, theta: np.ndarray | None = None) -> np.ndarray:
        """log(measured / predicted) of every row."""
        theta = self.theta if theta is None else theta
        coefficients = self.names.coefficients(theta)
        return self.arrays.y - predicted(self.arrays, coefficients) - self.names.offset(theta)

    def coefficients(self) -> dict[str, float]:
        """Name -> fitted logarithm."""
        return dict(zip(self.names.names, (float(v) for v in self.theta), strict=True))

    def _loss(self, theta: np.ndarray) -> float:
        scaled = self.residuals(theta) / _NOISE
        return float(
            (self.weights * (np.sqrt(1 + scaled**2) - 1)).sum()
            + 0.5 * (((theta - self.mean) / self.spread) ** 2).sum()
        )

    def _step(self, loss: float) -> tuple[np.ndarray, float]:
        """The next logarithms and their loss; unchanged when no step lowers it."""
        curvature = self.weights / np.sqrt(1 + (self.residuals() / _NOISE) ** 2) / _NOISE**2
        slope = self._slope()
        gradient = slope.T @ (curvature * self.residuals()) - (self.theta - self.mean) / self.spread**2
        hessian = (slope * curvature[:, None]).T @ slope + np.diag(1 / self.spread**2)
        step = np.linalg.solve(hessian, gradient)
        step *= min(1.0, 1.0 / max(1e-9, np.abs(step).max()))
        for shrink in (1.0, 0.5, 0.25, 0.1, 0.03):
            trial = self._bounded(self.theta + shrink * step)
            trial_loss = self._loss(trial)
            if trial_loss < loss:
                return trial, trial_loss
        return self.theta, loss

    def _bounded(self, theta: np.ndarray) -> np.ndarray:
        """A maximum is never sharper than a sum is blunt (>= 1), and unpacking never speeds up arithmetic."""
        index = {name: i for i, name in enumerate(self.names.names)}
        theta[index["sharpness"]] = max(theta[index["sharpness"]], 0.0)
        for name in _NEVER_FASTER:
            if name in index and "math:bf16" in index:
                theta[index[name]] = min(theta[index[name]], theta[index["math:bf16"]])
        return theta

    def _slope(self) -> np.ndarray:
        """Derivative of every prediction by every logarithm, through the coefficients of the row."""
        base = self.names.coefficients(self.theta)
        at = predicted(self.arrays, base)
        slope = np.zeros((len(self.cases), len(self.theta) + 1))
        rows = np.arange(len(self.cases))
        for field, index in self.names.fields.items():
            moved = SimpleNamespace(**vars(base))
            setattr(moved, field, getattr(base, field) * np.exp(1e-4))
            by_field = (predicted(self.arrays, moved) - at) / 1e-4
            for column in index.T:
                slope[rows, column] += by_field
        for column in self.names.offsets.T:
            slope[rows, column] += 1.0
        return slope[:, :-1]
