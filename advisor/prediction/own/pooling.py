"""What a few rows of a machine say about everything that runs there: partial pooling.

log(measured ÷ predicted) of a row is taken as the sum of what all rows of the machine share, what rows of one
family of schemes share, what rows of like size share, and noise: a Gaussian process (Rasmussen and Williams
2006, algorithm 2.1, https://gaussianprocess.org/gpml/), so that three rows move every scheme, and rows of a
scheme move it most. Rows taken while other processes ran are far less certain, and until one was taken on a
quiet machine they speak for nothing but their own model and scheme.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from advisor.prediction.own.evidence import PHASES, Evidence, OwnEvidence, Phase, Point, Pooled


class Kernel(NamedTuple):
    """Log sds of the parts of log(measured ÷ predicted) on one machine."""

    device: float
    """Common to everything that runs there."""
    family: float
    """Of a family of schemes."""
    size: float
    """Varies with the bytes read per token; related over a factor e of them."""
    sparse: float
    """Of mixtures of experts, and of dense models."""
    cell: float
    """Of a model under a scheme: what no other configuration tells."""

    def shared(self, a: Point, b: Point) -> float:
        """Covariance of two configurations, noise left out."""
        return (
            self.device**2
            + self.family**2 * (a.family == b.family)
            + self.sparse**2 * (a.sparse == b.sparse)
            + self.size**2 * math.exp(-abs(a.log_bytes - b.log_bytes))
            + self.cell**2 * (a.cell == b.cell)
        )


KERNELS: dict[Phase, Kernel] = {
    "decode": Kernel(0.25, 0.10, 0.12, 0.06, 0.074),
    "prefill": Kernel(0.40, 0.15, 0.12, 0.10, 0.126),
}
"""Of a grid, those with the least median error when three rows of a device left out of the fit are known.
They were chosen on fewer rows than there are now; `advisor evaluate --search local_speed` over 80 devices
finds no kernel of 27 better by more than a thirtieth of the error, and they stayed."""
REPEAT_SD = 0.03
"""Log sd of repetitions of one configuration: the median spread that the sources of
measurements/speed_local state."""
BUSY_SD = math.log(2.0)
"""Log sd of a configuration measured only beside other processes: with one more process on each core a fair
scheduler leaves half, and how much of that a run met is not known."""
BUSY_COMMON = 0.5
"""Share of that variance which all such configurations of a machine have in common: a judgement. The same
company slows them all, so many of them are not much surer than one."""
MOST_POINTS = 40
"""Configurations that speak for a backend and a phase, the newest: more would not change the mean, but cost
time."""


class Effect(NamedTuple):
    """What own rows say of one configuration and phase."""

    log_ratio: float
    """Mean of log(measured ÷ predicted)."""
    sd: float
    """Of a row about it."""
    rows: int
    busy_rows: int
    """Of these, taken while other processes ran (or the processor was too hot)."""
    slowest: float = math.inf
    """Least log(measured ÷ predicted) of this model under this scheme on a quiet machine."""
    fastest: float = -math.inf
    """The greatest, on any: company only slows an engine down."""


def own_effect(own: OwnEvidence, backend: str, phase: Phase, point: Point) -> Effect | None:
    """What *own* says about *point*; None where it says nothing.

    The Gaussian process of KERNELS gives a mean m and a variance v, from S² before any row. The predictor
    shrinks by its own knowledge of S², so it is handed what is not shrunk yet: m·S² ÷ (S² - v), with the
    error v·S² ÷ (S² - v) that brings m and v back.
    """
    pooled = next((part for part in own.speed if (part.backend, part.phase) == (backend, phase)), None)
    if pooled is None or not (pooled.calm or any(other.cell == point.cell for other in pooled.points)):
        return None
    mean, variance, before = posterior(pooled, point)
    told = before - variance
    rows = pooled.rows
    if told <= 0:
        return Effect(log_ratio=0.0, sd=1e3, rows=rows, busy_rows=pooled.busy_rows)
    same = [
        (ratio, doubtful)
        for other, ratio, doubtful in zip(pooled.points, pooled.log_ratios, pooled.doubtful, strict=True)
        if other.cell == point.cell
    ]
    return Effect(
        slowest=min((ratio for ratio, doubtful in same if not doubtful), default=math.inf),
        fastest=max((ratio for ratio, _ in same), default=-math.inf),
        log_ratio=mean * before / told,
        sd=math.sqrt(variance * before / told * rows),
        rows=rows,
        busy_rows=pooled.busy_rows,
    )


def posterior(pooled: Pooled, point: Point) -> tuple[float, float, float]:
    """Mean and variance of the systematic part for *point*, and its variance before any row."""
    kernel = KERNELS[pooled.phase]
    shared = [_shared(kernel, other, point, pooled.calm) for other in pooled.points]
    mean = math.fsum(a * k for a, k in zip(pooled.alpha, shared, strict=True))
    solved = _forward(pooled.cholesky, shared)
    before = kernel.shared(point, point)
    return mean, max(before - math.fsum(x * x for x in solved), 0.0), before


def pool(evidence: list[Evidence]) -> tuple[Pooled, ...]:
    """One entry for each backend and phase that was measured."""
    return tuple(
        _pooled([e for e in evidence if (e.backend, e.phase) == key])
        for key in sorted({(e.backend, e.phase) for e in evidence})
    )


def is_whole(pooled: Pooled) -> bool:
    """Whether *pooled* is what `pool` makes: numbers throughout, one coefficient and one row of the triangle
    a point."""
    n = len(pooled.points)
    numbers = [*pooled.alpha, *(value for row in pooled.cholesky for value in row)]
    numbers += [*pooled.log_ratios, *(point.log_bytes for point in pooled.points)]
    return (
        pooled.phase in PHASES
        and n == len(pooled.alpha) == len(pooled.cholesky) == len(pooled.log_ratios) == len(pooled.doubtful)
        and all(len(row) == i + 1 and row[i] > 0 for i, row in enumerate(pooled.cholesky))
        and all(isinstance(value, float) and math.isfinite(value) for value in numbers)
        and isinstance(pooled.rows, int)
        and isinstance(pooled.busy_rows, int)
    )


def _pooled(same: list[Evidence]) -> Pooled:
    chosen = sorted(same, key=lambda e: e.doubtful)[:MOST_POINTS]
    first = chosen[0]
    calm = not first.doubtful
    kernel = KERNELS[first.phase]
    lower = _cholesky(
        [[_shared(kernel, a.point, b.point, calm) + _noise(a, b) for b in chosen] for a in chosen]
    )
    half = _forward(lower, [e.log_ratio for e in chosen])
    return Pooled(
        backend=first.backend,
        phase=first.phase,
        points=tuple(e.point for e in chosen),
        alpha=tuple(_backward(lower, half)),
        cholesky=tuple(tuple(row) for row in lower),
        log_ratios=tuple(e.log_ratio for e in chosen),
        doubtful=tuple(e.doubtful for e in chosen),
        calm=calm,
        rows=sum(e.rows for e in chosen),
        busy_rows=sum(e.rows for e in chosen if e.doubtful),
    )


def _shared(kernel: Kernel, a: Point, b: Point, calm: bool) -> float:
    """Covariance of two configurations; without one measured on a quiet machine, each stands alone."""
    return kernel.shared(a, b) if calm or a.cell == b.cell else 0.0


def _noise(a: Evidence, b: Evidence) -> float:
    """Covariance of what two measurements are off by."""
    own = (REPEAT_SD**2 + a.doubtful * (1 - BUSY_COMMON) * BUSY_SD**2) if a is b else 0.0
    return own + (a.doubtful and b.doubtful) * BUSY_COMMON * BUSY_SD**2


def _cholesky(matrix: list[list[float]]) -> list[list[float]]:
    """The lower triangle L with L·Lᵀ = matrix; the noise on the diagonal keeps it positive."""
    lower: list[list[float]] = []
    for i, row in enumerate(matrix):
        new: list[float] = []
        for j in range(i):
            new.append((row[j] - math.fsum(a * b for a, b in zip(new, lower[j], strict=False))) / lower[j][j])
        new.append(math.sqrt(row[i] - math.fsum(a * a for a in new)))
        lower.append(new)
    return lower


def _forward(lower: Sequence[Sequence[float]], values: list[float]) -> list[float]:
    """x with L·x = values."""
    x: list[float] = []
    for row, value in zip(lower, values, strict=True):
        x.append((value - sum(a * b for a, b in zip(row, x, strict=False))) / row[len(x)])
    return x


def _backward(lower: list[list[float]], values: list[float]) -> list[float]:
    """x with Lᵀ·x = values."""
    x = list(values)
    for i in range(len(x) - 1, -1, -1):
        x[i] = (x[i] - math.fsum(lower[j][i] * x[j] for j in range(i + 1, len(x)))) / lower[i][i]
    return x
