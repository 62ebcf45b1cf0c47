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
    runs,
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
        if case.family == "bf16" and (case.row.run(), case.row.metric) == (of.run(), of.metric)
    )
    assert first["measured"] == small.y[base] - small.y[first.name]
    errors[first.name] = 0.1
    assert speed_ups(small, errors).iloc[0]["predicted"] == pytest.approx(first["measured"] + 0.1)


def test_a_run_again_tells_the_order_and_other_publishers_do_not(small):
    """On the pairs that were measured again, and those that others measured on such devices, a model without
    error ranks as measured; so does the run again, and other publishers do not."""
    again, model, others, beside = agreement(small, np.zeros(len(small.y)))
    assert again["pairs"] == model["pairs"] > 0
    assert others["pairs"] == beside["pairs"] > 0
    assert [model["spearman"], beside["spearman"]] == pytest.approx([1.0, 1.0])
    assert again["spearman"] > 0.99 > 0.9 > others["spearman"]
    assert again["median_factor"] < 1.01 < others["median_factor"]


def test_schemes_of_one_run_share_the_cache_s_type(small):
    """Rows that differ in the cache's type, in stages or in the engine's limit are no pair."""
    table = runs(small, np.zeros(len(small.y)))
    kinds = table.index.map(lambda i: small.cases[i].row.kv_type)
    assert table.groupby("run")["y"].size().min() > 1
    assert table.assign(kind=kinds).groupby("run")["kind"].nunique().max() == 1


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
