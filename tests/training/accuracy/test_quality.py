"""How good unquantized models are, on made-up scores whose order is known."""

from __future__ import annotations

import pandas as pd

from advisor.prediction.artifacts import load
from advisor.training.accuracy.quality import order_agreement, scores


def _table() -> pd.DataFrame:
    """Three sources that score three editions alike, each from a level of its own."""
    rows = [
        {
            "edition": edition,
            "category": "math",
            "benchmark": f"b{source}",
            "context": f"b{source}|{source}",
            "source": f"s{source}",
            "logit": quality + source,
        }
        for source in range(3)
        for edition, quality in (("small", -1.0), ("middle", 0.0), ("large", 1.0))
    ]
    return pd.DataFrame(rows)


def test_sources_that_agree_order_as_the_others_do() -> None:
    """Levels of sources and benchmarks do not matter: every pair is right."""
    assert order_agreement(_table()) == {"math": 1.0}


def test_the_installed_order_is_plain() -> None:
    """A 70B is better than an 8B of its family, in mathematics and knowledge."""
    found = load("quality")["categories"]
    for category in ("math", "knowledge"):
        assert found[category]["Llama-3.1-70B"][0] > found[category]["Llama-3.1-8B"][0]


def test_scores_are_shares_between_the_ends() -> None:
    """Nothing at 0 or 100 %, whose logit is infinite; every score has a category."""
    table = scores()
    assert table["logit"].abs().max() < 10
    assert table["category"].notna().all()
    assert len(table) > 5000
