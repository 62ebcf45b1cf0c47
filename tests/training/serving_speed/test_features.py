"""Cases as numbers."""

from __future__ import annotations

import numpy as np

from advisor.training.serving_speed.features import COEFFICIENTS, Columns


def test_columns_give_back_what_a_case_says(small):
    """Batch, lengths and work of every case stand in the array where `Columns` reads them."""
    a = Columns(small.X)
    assert a.batch.tolist() == [c.batch for c in small.cases]
    assert a.work.body_bytes.tolist() == [c.work.body_bytes for c in small.cases]
    assert a.metric.tolist() == [c.row.metric for c in small.cases]


def test_coefficients_are_products_of_their_names(small):
    """With every logarithm at none, every coefficient is one."""
    ones = Columns(small.X).coefficients(np.zeros(len(small.features.names_)))
    assert {True} == {bool(np.all(getattr(ones, name) == 1.0)) for name in COEFFICIENTS}


def test_names_nobody_learned_count_as_none(small):
    """A transformer of other cases reads unknown names as their prior: nothing."""
    assert np.isfinite(small.features.transform(small.cases[:3])).all()
