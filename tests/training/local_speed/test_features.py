"""Rows become one sparse matrix, a slot for each of their terms."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import sparse

from advisor.prediction.local_speed.terms import decode_terms
from advisor.training.local_speed.features import LEAST_CELLS, TermFeatures, distinct
from advisor.training.local_speed.rows import Row


def test_a_row_is_its_terms_with_their_sizes(row: Callable[..., Row]) -> None:
    """Each slot starts with whether the row has the term, and the log of its size."""
    rows = [row(f"d{i}") for i in range(8)]
    features = TermFeatures("decode").fit(rows)
    terms = decode_terms(rows[0].work)
    slots = features.transform(rows).toarray()[0].reshape(features.n_slots_, -1)
    assert slots.shape == (len(terms), 2 + len(features.names_))
    assert slots[:, 0].tolist() == [1.0] * len(terms)
    assert slots[:, 1].tolist() == [size for _, size, _ in terms]


def test_what_the_fit_has_not_seen_counts_nothing(row: Callable[..., Row]) -> None:
    """A device that is new has what it shares with others, and no effect of its own."""
    features = TermFeatures("decode").fit([row(f"d{i % 2}", model=f"m{i}") for i in range(2 * LEAST_CELLS)])
    own = [name for name in features.names_ if name.startswith("device:")]
    known, new = features.transform([row("d0"), row("new")]).toarray().reshape(2, features.n_slots_, -1)
    at = [2 + features.names_.index(name) for name in own]
    assert np.abs(known[:, at]).sum() > 0
    assert np.abs(new[:, at]).sum() == 0


def test_of_equal_columns_the_general_one_stays() -> None:
    """A pair seen wherever its generation is needs no coefficient; a device keeps its own beside it; a thin
    pair is left to the general one."""
    ones, few = np.ones(LEAST_CELLS), np.r_[np.ones(LEAST_CELLS - 1), 0.0]
    names = ("read:generation:Ada", "read:generation:Ada|cuda", "device:4090", "read:family:Q4_K|cuda")
    columns = sparse.csc_matrix(np.column_stack([ones, ones, ones, few]))
    assert distinct(columns, names) == [0, 2]
