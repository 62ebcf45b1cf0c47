"""Fits a sum of exponentials of linear terms: Gauss-Newton with Gaussian priors and a heavy-tailed loss.

The model is log t = log Σ_k exp(size_k + x_k·θ), θ shrunk towards prior means (partial pooling: a general
coefficient has a wide prior, a particular one a narrow prior around zero, so it leaves the general one only
where its own rows say so). Residuals weigh (ν + 1) / (ν + (r/σ)²), the EM weights of a Student t, so an
outlier cannot pull the fit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse

from advisor.prediction.local_speed.terms import Term

HEAVY_TAILED = ("device", "source")
"""Effects with a t prior too: a few machines run at a third of what their card can, and must not pull the
rest."""
LAUNCH_ONLY = "source-launch"
"""Effects of this name are of the machine's processor, for which small models wait: on launches only."""
TOLERANCE = 3e-5
"""Relative gain of the loss below which the fit has arrived."""
DEGREES_OF_FREEDOM = 4.0
"""Of the Student t: the usual robust choice (Lange, Little and Taylor 1989,
doi:10.1080/01621459.1989.10478852)."""


@dataclass(frozen=True)
class Design:
    """All rows' terms as sparse arrays; build once, fit on any subset."""

    features: sparse.csr_matrix
    """terms x features."""
    sizes: np.ndarray
    """Log physical size per term."""
    starts: np.ndarray
    """First term of each row."""
    row_of: np.ndarray
    """Row of each term."""
    names: tuple[str, ...]

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.starts)


def design(term_lists: Sequence[list[Term]], effects: Sequence[list[str]]) -> Design:
    """The design of *term_lists*; *effects* are per-row names (sources) that shift the whole time of a
    row, or only its launches."""
    index: dict[str, int] = {}
    rows, columns, values, sizes, starts, row_of = [], [], [], [], [], []
    for i, (terms, extra) in enumerate(zip(term_lists, effects, strict=True)):
        starts.append(len(sizes))
        for term, size, features in terms:
            shifts = (e for e in extra if term == "launch" or not e.startswith(LAUNCH_ONLY))
            for name, value in [*features, *((e, 1.0) for e in shifts)]:
                if value:
                    rows.append(len(sizes))
                    columns.append(index.setdefault(name, len(index)))
                    values.append(value)
            sizes.append(size)
            row_of.append(i)
    matrix = sparse.csc_matrix((values, (rows, columns)), shape=(len(sizes), len(index)))
    names = tuple(index)
    kept = _distinct(matrix, names)
    return Design(
        matrix[:, kept].tocsr(),
        np.array(sizes),
        np.array(starts),
        np.array(row_of),
        tuple(names[i] for i in kept),
    )


def _distinct(matrix: sparse.csc_matrix, names: Sequence[str]) -> list[int]:
    """Columns worth a coefficient: of equal ones the first, which is the more general.

    A generation seen on one backend needs no coefficient for that pair; but a generation seen on one device
    keeps both, since only the generation's part carries over to another device.
    """
    seen: set[tuple] = set()
    kept = []
    for i, name in enumerate(names):
        part = slice(matrix.indptr[i], matrix.indptr[i + 1])
        key = (
            name.startswith(("device", "source")),
            matrix.indices[part].tobytes(),
            matrix.data[part].tobytes(),
        )
        if key not in seen:
            seen.add(key)
            kept.append(i)
    return kept


def subset(whole: Design, keep: np.ndarray) -> Design:
    """The rows where *keep* is true."""
    chosen = keep[whole.row_of]
    renumber = np.cumsum(keep) - 1
    row_of = renumber[whole.row_of[chosen]]
    starts = np.searchsorted(row_of, np.arange(int(keep.sum())))
    return Design(whole.features[chosen], whole.sizes[chosen], starts, row_of, whole.names)


def log_times(part: Design, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Log seconds per row, and each term's share of its row."""
    logs = part.sizes + part.features @ theta
    top = np.maximum.reduceat(logs, part.starts)
    parts = np.exp(logs - top[part.row_of])
    total = np.add.reduceat(parts, part.starts)
    return top + np.log(total), parts / total[part.row_of]


def solve(
    part: Design,
    y: np.ndarray,
    weights: np.ndarray,
    prior: Callable[[str], tuple[float, float]],
    sigma: float,
    start: np.ndarray | None = None,
    steps: int = 25,
) -> np.ndarray:
    """Coefficients θ that minimise the penalised robust loss.

    *y* is log seconds per row, *prior* gives mean and sd by name, *start* a nearby solution. Steps are halved
    until the loss falls, so it never rises.
    """
    means, sds = (np.array(column) for column in zip(*(prior(name) for name in part.names), strict=True))
    heavy = np.array([name.startswith(HEAVY_TAILED) for name in part.names])
    theta = means.copy() if start is None else start.copy()
    n_terms = len(part.row_of)
    collect = sparse.csr_matrix(
        (np.ones(n_terms), (part.row_of, np.arange(n_terms))), shape=(part.n_rows, n_terms)
    )

    def loss(candidate: np.ndarray) -> float:
        residual = (y - log_times(part, candidate)[0]) / sigma
        tail = _tail(np.square(residual))
        off = np.square((candidate - means) / sds)
        return float(weights @ tail + 0.5 * off[~heavy].sum() + _tail(off[heavy]).sum())

    best = loss(theta)
    for _ in range(steps):
        value, shares = log_times(part, theta)
        residual = y - value
        robust = _trust(np.square(residual / sigma))
        precision = np.where(heavy, _trust(np.square((theta - means) / sds)), 1.0) / np.square(sds)
        root = np.sqrt(weights * robust) / sigma
        jacobian = (collect @ sparse.diags(shares) @ part.features).toarray()
        jacobian *= root[:, None]
        hessian = jacobian.T @ jacobian
        hessian[np.diag_indices_from(hessian)] += precision
        gradient = jacobian.T @ (root * residual) - precision * (theta - means)
        factor = linalg.cho_factor(hessian, overwrite_a=True, check_finite=False)
        step = linalg.cho_solve(factor, gradient)
        step *= min(1.0, 1.0 / max(1e-9, np.abs(step).max()))
        for _ in range(6):
            reached = loss(theta + step)
            if reached < best:
                break
            step *= 0.5
        else:
            return theta
        theta = theta + step
        if best - reached < TOLERANCE * best:
            return theta
        best = reached
    return theta


def _tail(squares: np.ndarray) -> np.ndarray:
    """Minus the log density of a Student t, up to a constant."""
    return (DEGREES_OF_FREEDOM + 1.0) / 2.0 * np.log1p(squares / DEGREES_OF_FREEDOM)


def _trust(squares: np.ndarray) -> np.ndarray:
    """Its weight in a least squares step."""
    return (DEGREES_OF_FREEDOM + 1.0) / (DEGREES_OF_FREEDOM + squares)
