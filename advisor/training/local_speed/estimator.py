"""The estimator of local speed: log seconds as the log of a sum of exponentials of linear terms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils.validation import check_is_fitted

from advisor.training.fitting.estimator import PriorRegressor, Vector
from advisor.training.fitting.priors import Priors

ABSENT = -1e3
"""Log seconds of a term a row does not have: nothing."""


class SumOfTerms(PriorRegressor):
    """Seconds per token from the matrix of `TermFeatures`.

    `fit` takes who measured each row as *groups*: effects of sources are fitted and then left out of
    `coef_new_`, with which `predict` answers for new sources; there the effect of a device that one group
    measured is shrunk by *lone_share* and held within *lone_most*, so that no source owns a device.
    *sigma* is the log sd of a row faster than the formula says; `fit` takes as *slack* how many times it that
    of a slower one is, for each row: heat, company and old builds slow a machine down, nothing speeds it up.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        priors: Priors,
        n_slots: int,
        lone: tuple[float, float] = (1.0, 0.25),
        sigma: float = 0.2,
        max_iter: int = 100,
    ) -> None:
        super().__init__(names, priors, sigma, max_iter)
        self.n_slots = n_slots
        self.lone = lone

    def fit(
        self,
        X: Any,
        y: Vector,
        sample_weight: Vector | None = None,
        groups: Sequence[str] | None = None,
        slack: Vector | float = 1.0,
    ) -> SumOfTerms:
        """Fits on log seconds *y*; see the class for *groups* and *slack*."""
        self.slack = slack
        super().fit(X, y, sample_weight)
        self.coef_new_ = self._for_new_sources(X, groups)
        return self

    def predict(self, X: Any) -> Vector:
        """Log seconds of every row, as measured by a source nobody has seen."""
        check_is_fitted(self, "coef_new_")
        return self.forward(X, self.coef_new_)

    def forward(self, X: Any, theta: Vector) -> Vector:
        """Log seconds per row."""
        return self._logs(X, theta)[0]

    def jacobian(self, X: Any, theta: Vector) -> sparse.csr_matrix:
        """Each term's share of its row times the term's features."""
        n = X.shape[0]
        _, shares = self._logs(X, theta)
        collect = sparse.csr_matrix(
            (shares, np.arange(len(shares)), np.arange(0, len(shares) + 1, self.n_slots)),
            shape=(n, len(shares)),
        )
        return collect @ self._parts(X)[2]

    def _parts(self, X: Any) -> tuple[Vector, Vector, sparse.csr_matrix]:
        """(present, sizes, features) of all slots; kept while the same matrix is asked for."""
        kept = getattr(self, "_kept", None)
        if kept is None or kept[0] is not X:
            whole = X.reshape((X.shape[0] * self.n_slots, X.shape[1] // self.n_slots)).tocsc()
            present, sizes = (whole[:, i].toarray().ravel() for i in (0, 1))
            kept = (X, (present, sizes, whole[:, 2:].tocsr()))
            self._kept = kept
        parts: tuple[Vector, Vector, sparse.csr_matrix] = kept[1]
        return parts

    def _logs(self, X: Any, theta: Vector) -> tuple[Vector, Vector]:
        """Log seconds per row, and each slot's share of its row."""
        present, sizes, features = self._parts(X)
        logs = np.where(present > 0, sizes + features @ theta, ABSENT).reshape(-1, self.n_slots)
        top = logs.max(axis=1, keepdims=True)
        parts = np.exp(logs - top)
        total = parts.sum(axis=1, keepdims=True)
        return (top + np.log(total)).ravel(), (parts / total).ravel()

    def _for_new_sources(self, X: Any, groups: Sequence[str] | None) -> Vector:
        share, most = self.lone
        out = self.coef_.copy()
        if groups is None:
            return out
        features = self._parts(X)[2].tocsc()
        seen: dict[str, set[str]] = defaultdict(set)
        for i, name in enumerate(self.names):
            if name.startswith("device:"):
                rows = features.indices[features.indptr[i] : features.indptr[i + 1]] // self.n_slots
                seen[name.split("|")[0]].update(groups[row] for row in set(rows.tolist()))
        for i, name in enumerate(self.names):
            if name.startswith("source"):
                out[i] = 0.0
            elif name.startswith("device:") and len(seen[name.split("|")[0]]) < 2:
                out[i] = max(-most, min(most, share * out[i]))
        return out

    def __sklearn_clone__(self) -> SumOfTerms:
        return type(self)(**self.get_params(deep=False))
