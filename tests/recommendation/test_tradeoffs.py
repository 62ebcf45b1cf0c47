"""Every scheme and engine side by side."""

from __future__ import annotations

import pytest

from advisor.documents.outcome import Estimate
from advisor.recommendation.tradeoffs import ms_per_token


@pytest.fixture(scope="module")
def rows(table):
    """What runs Llama-3.1-8B on an RTX 4090 at a loss of 1 %."""
    return table("Llama-3.1-8B", "RTX 4090", max_loss="1").rows


def test_rows_stand_by_size_and_what_was_ruled_out_comes_last(rows):
    """The largest first; a scheme that was not looked at has its reason and no figure."""
    judged = [row for row in rows if row.file_size_bytes is not None]
    sizes = [row.file_size_bytes.value for row in judged]
    assert (sizes, rows[: len(judged)]) == (sorted(sizes, reverse=True), tuple(judged))
    ruled_out = rows[len(judged) :]
    assert ruled_out != ()
    assert [row.scheme for row in ruled_out if row.feasible or not row.reason or row.engine] == []


def test_one_row_is_the_answer_of_recommend(rows, ask):
    """And it lies on the front."""
    (chosen,) = (row for row in rows if row.recommended)
    plan = ask("Llama-3.1-8B", "RTX 4090", max_loss="1").recommendation
    assert (chosen.scheme, chosen.engine, chosen.imatrix, chosen.pareto) == (
        plan.scheme,
        plan.engine,
        plan.imatrix,
        True,
    )


def test_a_row_that_misses_says_in_a_word_what_it_misses_most(rows):
    """And one that meets the need says nothing."""
    assert {row.reason_kind for row in rows if row.feasible} == {""}
    assert "loss" in {row.reason_kind for row in rows if not row.feasible}


def test_a_loss_is_what_is_not_retained(rows):
    """By category asked for, and for their mixture."""
    (chosen,) = (row for row in rows if row.recommended)
    assert "mix" in chosen.loss_pct
    assert 0 <= chosen.loss_pct["mix"].value <= 1


@pytest.mark.parametrize(("low", "found"), [(25.0, (20.0, 10.0, 40.0)), (0.0, None)])
def test_milliseconds_turn_the_interval_round(low, found):
    """A speed that may be nothing has no longest time."""
    rate = Estimate(value=50.0, low=low, high=100.0, basis="measured")
    time = ms_per_token(rate)
    assert (time and (time.value, time.low, time.high)) == found
    assert ms_per_token(None) is None
