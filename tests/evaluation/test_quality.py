"""Which of two models is better, on made-up scores whose order is known."""

from __future__ import annotations

import pandas as pd

from advisor.evaluation.quality import order_agreement


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
