"""Claims judged by divergence, on made-up rows."""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd

from advisor.evaluation.claims.claim import CONDITIONS, FAILS, UNKNOWN
from advisor.evaluation.claims.damage import balance_claim, eight_gguf_claim, highest_claim

KLD = {"Q3_K_M": 0.1, "Q4_K_M": 0.02, "Q5_K_M": 0.01, "Q6_K": 0.005, "Q8_0": 0.001}


def _mixes(table: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    cells = [
        {"kind": "kld", "method": "gguf-k", "scheme": name, "y": math.log(kld)} for name, kld in KLD.items()
    ]
    return table(*cells, {"kind": "ppl", "method": "gguf-k", "scheme": "Q8_0", "y": math.log(0.0005)})


def test_a_knee_between_three_and_four_bits_is_seen(table: Callable[..., pd.DataFrame]) -> None:
    """Damage five times as large at Q3 as at Q4: the claim holds with conditions, and lists the medians."""
    found = balance_claim(_mixes(table))
    assert (found.verdict, found.n) == (CONDITIONS, 100)
    assert "Q3 0.100, Q4 0.020, Q5 0.010" in found.finding


def test_eight_bits_that_diverge_by_a_thousandth_lose_nothing(table: Callable[..., pd.DataFrame]) -> None:
    """A divergence of 0.001 and a perplexity up by 0.05 % refute that Q8 loses accuracy."""
    found = eight_gguf_claim(_mixes(table))
    assert found.verdict == FAILS
    assert "Perplexity rises by 0.05 %" in found.finding


def test_more_bits_than_five_are_nearer(table: Callable[..., pd.DataFrame]) -> None:
    """Q6 and Q8 beat Q5 in every source: 40 of 40 pairs."""
    found = highest_claim(_mixes(table))
    assert (found.verdict, found.n) == (FAILS, 40)


def test_without_divergences_nothing_is_decided(table: Callable[..., pd.DataFrame]) -> None:
    """Task scores alone say nothing of divergence."""
    scores = table({"kind": "task", "method": "gguf-k", "scheme": "Q4_K_M", "y": 1.0})
    assert balance_claim(scores).verdict == UNKNOWN
