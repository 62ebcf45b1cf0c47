"""Which feasible plan comes first."""

from dataclasses import replace

import pytest

from advisor.catalog.resolve import resolve_hardware, resolve_model
from advisor.documents.requirements import Requirements
from advisor.prediction.artifacts import load
from advisor.recommendation.evaluate import VISIBLE_LOSS_PCT, evaluate
from advisor.recommendation.front import rate
from advisor.recommendation.making import making
from advisor.recommendation.rank import is_slow, objective_of, ranked, tied


@pytest.fixture(scope="module")
def plans():
    """The feasible plans of one model on one card."""
    judged, _ = evaluate(Requirements(), resolve_hardware("RTX 4090"), resolve_model("Llama-3.1-8B"))
    return [plan for plan in judged if plan.feasible]


@pytest.mark.parametrize(
    ("need", "objective"),
    [
        (Requirements(), "accuracy"),
        (Requirements(max_loss_pct=1.0), "speed"),
        (Requirements(max_loss_pct=1.0, objective="size"), "size"),
    ],
)
def test_the_objective_people_mean(need, objective):
    """With a stated loss the fastest, without one the most accurate, unless an objective is named."""
    assert objective == objective_of(need)


@pytest.mark.parametrize("objective", ["accuracy", "speed", "serve-cost"])
def test_a_plan_without_a_speed_never_wins_on_speed(plans, objective):
    """Take the speed from the best plan, and it is no longer first."""
    need = Requirements(objective=objective)
    best = ranked(plans, need)[0]
    blind = best._replace(
        outcome=replace(best.outcome, decode_tokens_per_s=None, throughput_tokens_per_s=None)
    )
    others = [plan for plan in plans if plan is not best]
    assert ranked([blind, *others], need)[0] is not blind


def test_every_plan_is_ranked_once(plans):
    """Ranking neither loses nor doubles a plan."""
    assert sorted(map(id, plans)) == sorted(map(id, ranked(plans, Requirements())))


def test_ties_are_what_no_benchmark_could_tell(plans):
    """The plans that tie lie within one standard error of the sharpest benchmark of the best."""
    losses = [plan.loss.value for plan in tied(plans)]
    assert max(losses) - min(losses) <= load("decision")["benchmark_resolution_pct"]


def test_of_equal_plans_the_one_that_need_not_be_made(plans):
    """Of plans at one speed and loss, one that can be downloaded comes before one that must be made."""
    best = next(plan for plan in ranked(plans, Requirements()) if making(plan.case).ready)
    twin = best._replace(case=best.case._replace(scheme=_unpublished(best)))
    assert not making(twin.case).ready
    assert ranked([twin, best], Requirements())[0] is best


def _unpublished(plan):
    """The plan's scheme under a name that nobody publishes."""
    return replace(plan.case.scheme, name=f"{plan.case.scheme.name}-nobody")


@pytest.mark.parametrize("machine", ["RTX 4060 Ti 16GB", "RX 7900 XTX", "Intel i5-12400, 32GB DDR4-3200"])
@pytest.mark.parametrize("model", ["Qwen3-8B", "Qwen3-14B"])
def test_of_what_nobody_could_tell_apart_the_one_with_measurements_behind_its_loss(model, machine):
    """Legacy types (Q5_1, Q5_0) are expected to lose as little as K types, and hardly anybody measured it."""
    judged, _ = evaluate(Requirements(), resolve_hardware(machine), resolve_model(model))
    best = ranked([plan for plan in judged if plan.feasible], Requirements())[0]
    assert "gguf-legacy" != best.candidate.scheme.family


def test_size_is_smallest_first(plans):
    """--objective size puts the smallest file first."""
    sizes = [plan.outcome.file_size_bytes.value for plan in ranked(plans, Requirements(objective="size"))]
    assert min(sizes) == sizes[0]


def test_speed_is_fastest_first(plans):
    """--objective speed puts a plan first that nobody could tell from the fastest."""
    need = Requirements(objective="speed")
    rates = [rate(plan, need) for plan in ranked(plans, need)]
    assert rates[0] * (1 + load("decision")["speed_resolution"]) >= max(rates)


@pytest.mark.parametrize("machine", ["SG2044", "c7i.8xlarge"])
def test_where_no_speed_is_known_the_smallest_that_nobody_could_tell_apart(machine):
    """It reads the fewest bytes a token; 16 bits are no default for a machine nobody knows."""
    judged, _ = evaluate(Requirements(), resolve_hardware(machine), resolve_model("Qwen3-8B"))
    feasible = [plan for plan in judged if plan.feasible and not plan.candidate.limited]
    best = ranked(feasible, Requirements())[0]
    assert rate(best, Requirements()) == 0
    sizes = [plan.outcome.file_size_bytes.value for plan in tied(feasible)]
    assert best.outcome.file_size_bytes.value == min(sizes)


@pytest.fixture(scope="module")
def large():
    """The feasible plans of a model that two cards hold in 4 bits only."""
    machine = resolve_hardware("2x RTX 3090 + Ryzen 9 5950X 64GB")
    need = Requirements(context_tokens=32768)
    judged, _ = evaluate(need, machine, resolve_model("Llama-3.3-70B"))
    return [plan for plan in judged if plan.feasible]


def test_a_plan_slower_than_people_read_comes_after_one_that_loses_nothing_visible(large):
    """Q4_K_S on the cards at reading speed before more bits half in main memory."""
    need = Requirements(context_tokens=32768)
    order = ranked(large, need)
    speeds = [is_slow(plan) for plan in order]
    assert (speeds[0], speeds == sorted(speeds)) == (False, True)
    assert order[0].loss.value < VISIBLE_LOSS_PCT


@pytest.mark.parametrize("stated", [{"objective": "accuracy"}, {"min_decode_tokens_per_s": 1.0}])
def test_who_says_what_is_wanted_gets_it_however_slow(large, stated):
    """The most accurate plan leads where accuracy or a lower speed is asked for."""
    first = ranked(large, Requirements(context_tokens=32768, **stated))[0]
    least = min(plan.loss.value for plan in large)
    assert first.loss.value - least <= load("decision")["benchmark_resolution_pct"]


def test_where_every_plan_is_slow_nothing_changes(large):
    """Speed decides no more than among ties."""
    slow = [plan for plan in large if is_slow(plan)]
    assert ranked(slow, Requirements()) == ranked(slow, Requirements(objective="accuracy"))
