"""Where nobody stated the main memory, the nearest plan is the one recommended once it is stated."""

import pytest

from advisor.recommendation.evaluate import VISIBLE_LOSS_PCT


def stated(answer):
    """The main memory that the nearest miss asks to be stated."""
    return answer.nearest_miss.change.removeprefix("the main memory stated, e.g. --ram ")


@pytest.mark.parametrize(
    ("model", "machine", "asked"),
    [
        ("gpt-oss-20b", "RTX 3060 12GB", {}),
        ("gpt-oss-20b", "RTX 3060 12GB", {"engine": ("ollama",)}),
        ("Qwen3-30B-A3B", "RTX 3060 8GB", {}),
        ("Llama-3.3-70B", "RTX 3060 12GB", {"max_loss": "5"}),
        ("Gemma-3-27B", "RTX 4060 8GB", {}),
    ],
)
def test_what_is_named_is_recommended_with_the_memory_named(ask, model, machine, asked):
    """The question asked again with the memory stated gives the plan that was nearest, at no visible loss."""
    before = ask(model, machine, **asked)
    after = ask(model, machine, ram=stated(before), **asked)
    nearest, plan = before.nearest_miss.plan, after.recommendation
    assert ("nothing_fits", nearest.scheme, nearest.engine) == (before.status, plan.scheme, plan.engine)
    assert plan.loss_pct.value < VISIBLE_LOSS_PCT


def test_weights_as_published_before_a_smaller_copy(ask):
    """MXFP4_MOE of gpt-oss-20b loses nothing and needs 1 GiB more of main memory than Q3_K_L."""
    miss = ask("gpt-oss-20b", "RTX 3060 12GB").nearest_miss
    assert ("MXFP4_MOE", 0.0) == (miss.plan.scheme, round(miss.plan.loss_pct.value, 2))


def test_another_objective_takes_the_least_memory_that_makes_a_plan(ask):
    """For speed the smallest file is asked for first, whatever it loses."""
    sizes = [
        int(stated(ask("Llama-3.3-70B", "RTX 3060 12GB", **asked)).removesuffix("GB"))
        for asked in ({"objective": "speed"}, {})
    ]
    assert sizes[0] < sizes[1]


def test_a_cache_that_makes_it_fit_comes_before_memory_nobody_stated(ask):
    """128k tokens of Llama-3.1-8B fit on the card with four bits of cache."""
    miss = ask("Llama-3.1-8B", "RTX 3060 12GB", context="128k").nearest_miss
    assert "--kv-cache q4_0" == miss.change
