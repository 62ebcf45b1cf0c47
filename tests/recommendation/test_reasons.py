"""Reasons that are true of the plan they are given for."""

import pytest

from advisor.prediction.artifacts import load
from advisor.recommendation.rank import HEAVY_LOSS_PCT


@pytest.mark.parametrize(
    ("model", "hardware", "stated"),
    [
        ("Llama-3.1-8B", "RTX 4090", {}),
        ("Llama-3.1-70B", "RTX 4090", {}),
        ("Qwen3-30B-A3B", "Arc B580", {}),
        ("Qwen3-8B", "Raspberry Pi 5 8GB", {"concurrency": "32"}),
        ("gpt-oss-120b", "M3 Max 64GB", {"engine": ("mlx",)}),
        ("Qwen3-32B", "RTX 3060 12GB", {"engine": ("exllamav3",)}),
    ],
)
def test_only_small_losses_are_called_invisible(ask, model, hardware, stated):
    """`no benchmark could tell` stands exactly where the loss is below what a benchmark resolves; a
    visible loss says how many right answers go, and a heavy one that it is heavy."""
    plan = ask(model, hardware, **stated).recommendation
    assert plan is not None
    loss, said = plan.loss_pct.value, " ".join(plan.why)
    assert (loss <= load("decision")["benchmark_resolution_pct"]) == ("loses so little" in said)
    assert (loss >= 1) == ("about one right answer in" in said)
    assert (loss >= HEAVY_LOSS_PCT) == ("a heavy loss" in said)


def test_the_fastest_is_the_fastest(ask, table):
    """A plan called the fastest of those that lose as little has no faster one among them."""
    plan = ask("Qwen3-8B", "RTX 3060").recommendation
    close = [
        row.decode_tokens_per_s.value
        for row in table("Qwen3-8B", "RTX 3060").rows
        if row.feasible and row.loss_pct["mix"].value <= plan.loss_pct.value + 0.01
    ]
    spread = load("decision")["speed_resolution"]
    assert plan.predicted.decode_tokens_per_s.value * (1 + spread) >= max(close)


def test_a_table_that_may_stay_on_disk_is_not_in_the_memory_a_plan_takes(ask):
    """What it takes and the table beside it are its memory together, and each is said once."""
    plan = ask("Qwen3.8-Flash-Next-180B-A6B", "RTX 4090", "64GB", task=("math",)).recommendation
    place = plan.predicted.placement
    table = place.lookup_bytes
    assert 0 < table < place.total_bytes
    said = " ".join(plan.why)
    assert f"It takes {(place.total_bytes - table) / 2**30:.1f} GiB" in said
    assert f"Its n-gram table of {table / 2**30:.1f} GiB" in said


def test_where_no_speed_is_known_the_choice_is_the_smallest(ask):
    """The sentence says so, and claims no speed."""
    said = ask("Qwen3-8B", "SG2044").recommendation.why[0]
    assert said.endswith("it is the smallest: no speed is known here.")


def test_what_of_a_plan_lies_in_main_memory_is_said(ask):
    """The embeddings of a model on the GPU are the host's; what the GPU takes at most is said beside
    what it has."""
    plan = ask("Llama-3.1-8B", "RTX 3060", "32GB", scheme=("Q6_K",)).recommendation
    place = plan.predicted.placement
    gpu, host = place.devices
    assert (
        f"It takes {place.total_bytes / 2**30:.1f} GiB, {host.total_bytes / 2**30:.1f} of it in main memory"
        in plan.why[-1]
    )
    assert f"at most {gpu.planned_bytes / 2**30:.1f} of {gpu.available_bytes / 2**30:.1f} GiB" in plan.why[-1]
