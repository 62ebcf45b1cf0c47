"""Rows -> the matrix that the estimator reads: each row's terms side by side, with sizes and features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction import DictVectorizer

from advisor.prediction.local_speed.efficiency import Features
from advisor.prediction.local_speed.terms import decode_terms, prefill_terms
from advisor.training.local_speed.rows import Row

PRESENT, SIZE = "(present)", "(size)"
"""The first two columns of a term: 1 where the row has it, and the log of its physical size in seconds."""
LEAST_CELLS = 6
"""Terms that carry a particular effect (of a pair, or of a source), below which it is left to the general
one: its prior would hold it near nothing, and it costs as much to fit as any."""
MACHINE_ONLY = "source-launch"
"""Effects of this name are of the machine's processor, for which small models wait: on launches only."""


class TermFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Terms of rows as one sparse matrix (rows x slots · columns), a slot per term.

    `transform` gives rows x (slots · (2 + coefficients)); `names_` are the coefficients, `n_slots_` the
    slots. Of columns that are equal in all rows the first, more general one stays: a generation seen on one
    backend needs no coefficient for that pair.
    """

    def __init__(self, phase: str) -> None:
        self.phase = phase

    def fit(self, X: Sequence[Row], y: object = None) -> TermFeatures:
        """Learns which coefficients the rows speak of."""
        cells = self._cells(X)
        vectorizer = DictVectorizer(sort=False).fit([{name: 1.0 for cell in cells for name, _ in cell[1]}])
        self._vectorizer = vectorizer
        found = vectorizer.transform([_summed(cell[1]) for cell in cells]).tocsc()
        kept = distinct(found, tuple(vectorizer.feature_names_))
        self._kept = kept
        self.names_: tuple[str, ...] = tuple(vectorizer.feature_names_[i] for i in kept)
        self.n_slots_ = max(len(self._terms(row)) for row in X)
        return self

    def transform(self, X: Sequence[Row]) -> sparse.csr_matrix:
        """The matrix of *X*; features that the fit has not seen count nothing."""
        blocks, features = [], []
        for row in X:
            terms = self._terms(row)
            for slot in range(self.n_slots_):
                present = slot < len(terms)
                blocks.append((1.0, terms[slot][0]) if present else (0.0, 0.0))
                features.append(_summed(terms[slot][1]) if present else {})
        found = self._vectorizer.transform(features).tocsc()[:, self._kept]
        whole = sparse.hstack([sparse.csr_matrix(np.array(blocks)), found], format="csr")
        return whole.reshape((len(X), self.n_slots_ * whole.shape[1])).tocsr()

    def _cells(self, X: Sequence[Row]) -> list[tuple[float, Features]]:
        return [term for row in X for term in self._terms(row)]

    def _terms(self, row: Row) -> list[tuple[float, Features]]:
        made = decode_terms(row.work) if self.phase == "decode" else prefill_terms(row.work)
        machine = f"{row.source}|{row.device.key}|{row.device.backend}"
        both = [(f"source:{row.source}", 1.0), (f"source|{machine}", 1.0)]
        only = [(f"{MACHINE_ONLY}|{machine}", 1.0)]
        return [
            (size, [*features, *both, *(only if term == "launch" else [])]) for term, size, features in made
        ]


def _summed(features: Features) -> dict[str, float]:
    out: dict[str, float] = {}
    for name, value in features:
        out[name] = out.get(name, 0.0) + value
    return out


def distinct(matrix: sparse.csc_matrix, names: Sequence[str]) -> list[int]:
    """Columns worth a coefficient: of equal ones the first, which is the more general.

    A device's or a source's own effect stays beside an equal one of its generation, since only the
    generation's carries over to another device.
    """
    seen: set[tuple[bool, bytes, bytes]] = set()
    kept = []
    for i, name in enumerate(names):
        part = slice(matrix.indptr[i], matrix.indptr[i + 1])
        key = (
            name.startswith(("device", "source")),
            matrix.indices[part].tobytes(),
            matrix.data[part].tobytes(),
        )
        thin = ("|" in name or name.startswith("source")) and part.stop - part.start < LEAST_CELLS
        if key not in seen and not thin and matrix.data[part].any():
            seen.add(key)
            kept.append(i)
    return kept
