"""The order of schemes."""

from __future__ import annotations

import numpy as np

from advisor.training.serving_speed.ordering import choices, load_of, order, pairs_right


def test_no_error_is_a_perfect_order(small):
    """Predictions equal to the measurements rank and tell every pair right."""
    none = np.zeros(len(small.y))
    assert {round(row["spearman"], 9) for row in order(small, none)} == {1.0}
    assert {row["right"] for row in pairs_right(small, none)} == {1.0}


def test_no_error_takes_the_fastest_scheme(small):
    """Predictions equal to the measurements lose nothing, the smallest scheme does."""
    rows = choices(small, np.zeros(len(small.y)))
    assert {(row["fastest_taken"], row["mean_loss"]) for row in rows} == {(1.0, 0.0)}
    assert max(row["mean_loss_of_the_smallest"] for row in rows) > 0


def test_loads_have_words():
    """One request, a few, many."""
    assert [load_of(b) for b in (1, 16, 17)] == ["one", "2-16", "more than 16"]


def test_the_fit_orders_schemes_as_measured(small, fitted):
    """Of two schemes in one run, the fit tells the faster in four of five cases at any load."""
    told = pairs_right(small, small.y - fitted.predict(small.X))
    assert min(row["right"] for row in told if row["schemes"] == "all pairs") > 0.8
