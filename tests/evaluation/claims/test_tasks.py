"""Claims judged by task scores, on made-up rows whose answer is known."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from advisor.evaluation.claims import tasks
from advisor.evaluation.claims.claim import CONDITIONS, FAILS, HOLDS, UNKNOWN


def test_eight_bits_that_lose_a_tenth_are_nearly_lossless(table: Callable[..., pd.DataFrame]) -> None:
    """A tenth of a percent at every source holds, two percent does not."""
    eight = {"method": "fp8", "bits": 8.0}
    assert tasks.eight_claim(table({**eight, "y": 0.1})).verdict == HOLDS
    assert tasks.eight_claim(table({**eight, "y": 2.0})).verdict == CONDITIONS


def test_rivals_are_compared_where_a_source_measured_both(table: Callable[..., pd.DataFrame]) -> None:
    """Four bits three points behind eight at every source are no rival."""
    four, eight = (
        {"method": "gptq", "bits": 4.0, "y": 3.5},
        {"method": "fp8", "act": "fp8", "bits": 8.0, "y": 0.5},
    )
    found = tasks.rivals_claim(table(four, eight))
    assert (found.verdict, found.n) == (FAILS, 20)
    assert "loses 3.00 points more" in found.finding


def test_a_worst_category_is_named(table: Callable[..., pd.DataFrame]) -> None:
    """Of two categories the one that loses more comes first."""
    four = {"method": "gptq", "bits": 4.0}
    found = tasks.four_claim(table({**four, "y": 1.0, "category": "knowledge"}, {**four, "y": 4.0}))
    assert "Most is lost on math 4.0 %, knowledge 1.0 %" in found.finding


def test_small_models_suffer_where_they_lose_more(table: Callable[..., pd.DataFrame]) -> None:
    """Two points at 1B against one at 70B."""
    four = {"method": "gptq", "bits": 4.0}
    found = tasks.small_claim(
        table({**four, "params_b": 1.0, "y": 2.0}, {**four, "params_b": 70.0, "y": 1.0})
    )
    assert (found.verdict, found.n) == (HOLDS, 40)


def test_a_method_nobody_paired_is_undecided(table: Callable[..., pd.DataFrame]) -> None:
    """HQQ alone cannot rival anything."""
    found = tasks.hqq_claim(table({"method": "hqq", "bits": 4.0, "y": 1.0}))
    assert found.verdict == UNKNOWN


def test_losses_of_a_third_are_counted_apart_below_four_bits(table: Callable[..., pd.DataFrame]) -> None:
    """Forty percent at two bits, one at four: the largest loss stands, none of it from four bits up."""
    found = tasks.math_claim(table({"bits": 2.0, "y": 40.0}, {"bits": 4.0, "y": 1.0}))
    assert found.verdict == CONDITIONS
    assert "Losses of 32 % and more: 0 of 20 rows there, 20 of 20 below 4 bits." in found.finding
