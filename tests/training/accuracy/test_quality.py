"""How good unquantized models are."""

from __future__ import annotations

from advisor.prediction.artifacts import load
from advisor.training.accuracy.quality import scores


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
