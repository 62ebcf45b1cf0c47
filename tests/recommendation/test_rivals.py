"""Where the model asked for must be crushed, models that beat it are named with their figures."""

from advisor.recommendation.recommend import CRUSHED_LOSS_PCT
from advisor.recommendation.rivals import SHOWN


def test_a_crushed_model_has_rivals(ask):
    """Llama-3.1-70B in 24 GB is left with two bits; models that solve more and fit are named, the best
    first."""
    answer = ask("Llama-3.1-70B", "RTX 4090")
    plan, rivals = answer.recommendation, answer.better_models
    assert plan.loss_pct.value >= CRUSHED_LOSS_PCT
    assert 0 < len(rivals) <= SHOWN
    assert {True} == {rival.quality_pct > plan.quality_pct for rival in rivals}
    assert {True} == {bool(rival.predicted.placement.fits) for rival in rivals}


def test_a_model_that_does_not_fit_has_rivals(ask):
    """When nothing fits, models that do are named beside the nearest miss."""
    answer = ask("gpt-oss-120b", "RTX 3060 12GB 32GB RAM")
    assert (None, True) == (answer.recommendation, bool(answer.better_models))


def test_a_sound_plan_has_none(ask):
    """A model that keeps its accuracy is not talked out of."""
    assert () == ask("Llama-3.1-8B", "RTX 4090").better_models
