"""The order of schemes."""

from __future__ import annotations

import numpy as np
import pytest

from advisor.evaluation.serving_speed.ordering import (
    agreement,
    choices,
    load_of,
    order,
    pairs_right,
    speed_ups,
)


def test_no_error_is_a_perfect_order(small):
    """Predictions equal to the measurements rank and tell every pair right."""
    none = np.zeros(len(small.y))
    assert {round(row["spearman"], 9) for row in order(small, none)} == {1.0}
    assert {row["right"] for row in pairs_right(small, none)} == {1.0}


def test_a_speed_up_is_the_time_of_bf16_over_that_of_the_scheme(small):
    """Measured from the rows themselves; an error of the scheme's row alone moves the prediction by it."""
    errors = np.zeros(len(small.y))
    first = speed_ups(small, errors).iloc[0]
    of = small.cases[first.name].row
    base = next(
        i
        for i, case in enumerate(small.cases)
        if case.family == "bf16" and (case.row.run, case.row.metric) == (of.run, of.metric)
    )
    assert first["measured"] == small.y[base] - small.y[first.name]
    errors[first.name] = 0.1
    assert speed_ups(small, errors).iloc[0]["predicted"] == pytest.approx(first["measured"] + 0.1)


def test_publishers_are_no_perfect_guides_to_each_other(small):
    """On the runs of which others measured such, a model without error ranks as measured, and they do not."""
    by = {row["by"]: row for row in agreement(small, np.zeros(len(small.y)))}
    assert by["this model"]["pairs"] == by["what others measured"]["pairs"] > 0
    assert by["this model"]["spearman"] == pytest.approx(1.0)
    assert by["what others measured"]["spearman"] < 0.9


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
