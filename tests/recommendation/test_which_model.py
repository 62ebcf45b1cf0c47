"""Without a model: one plan for each current family."""

from dataclasses import replace

import pytest

from advisor.catalog.resolve import Overrides, resolve_hardware, resolve_model
from advisor.documents.requirements import Requirements, TaskNeed
from advisor.errors import Cancelled
from advisor.recommendation.families import current_families
from advisor.recommendation.reading import READING_TOKENS_PER_S
from advisor.recommendation.recommend import recommend
from advisor.recommendation.which_model import recommend_any


@pytest.fixture(scope="module")
def answer():
    return recommend_any(Requirements(), resolve_hardware("RTX 3060 12GB + Ryzen 5 7600 32GB", Overrides()))


def test_one_plan_a_family(answer):
    """Every current family is either answered or rejected with a reason, once."""
    plans = [answer.recommendation, *answer.alternatives]
    assert len(current_families()) == len(plans) + len(answer.rejected)
    assert {True} == {bool(rejection.reason) for rejection in answer.rejected}


def test_the_best_scores_come_first(answer):
    """Models are ordered by reading speed, then by their score to a point, then the newest; those without a
    published score come last.
    """
    plans = [answer.recommendation, *answer.alternatives]
    order = [
        (
            plan.predicted.decode_tokens_per_s.value >= READING_TOKENS_PER_S,
            plan.quality_pct is not None,
            round((plan.quality_pct or 0) / 100, 2),
            plan.released,
        )
        for plan in plans
    ]
    assert sorted(order, reverse=True) == order


def test_each_plan_is_what_naming_the_model_gives(answer):
    """The list and the answer for one of its models are one verdict: scheme, engine and figures."""
    for plan in (answer.recommendation, *answer.alternatives[:4]):
        model = resolve_model(plan.model)
        named = recommend(replace(answer.requirements, model=model.name), answer.hardware, model)
        found = replace(named.recommendation, why=())
        assert replace(plan, why=()) == found


def test_a_native_format_is_kept_without_a_model():
    """gpt-oss-20b is planned in its own MXFP4, which loses nothing, in the list as by name."""
    hardware = resolve_hardware("RTX 4060 8GB", Overrides(ram="32GB"))
    found = recommend_any(Requirements(tasks=(TaskNeed(task="code"),)), hardware)
    plans = {plan.model: plan for plan in (found.recommendation, *found.alternatives)}
    assert ("MXFP4_MOE", 0.0) == (plans["gpt-oss-20b"].scheme, plans["gpt-oss-20b"].loss_pct.value)


@pytest.mark.parametrize(
    ("filters", "holds"),
    [
        ({"licences": ("apache-2.0",)}, lambda model: model.licence == "apache-2.0"),
        ({"licences": ("osi",)}, lambda model: model.licence in ("apache-2.0", "mit")),
        ({"licences": ("commercial",)}, lambda model: "nc" not in model.licence.split("-")),
        ({"modality": "vision"}, lambda model: "vision" in model.modality),
        ({"tools": True}, lambda model: model.tools),
        ({"since": "2026-01"}, lambda model: model.release >= "2026-01"),
    ],
)
def test_filters(filters, holds):
    """Only models that state what is asked for are chosen from."""
    models = [model for members in current_families(Requirements(**filters)) for model in members]
    assert [] != models == [model for model in models if holds(model)]


def test_the_headline_can_be_read_along(answer):
    """The recommendation answers at reading speed, and shows published scores of the task."""
    assert answer.recommendation.predicted.decode_tokens_per_s.value >= READING_TOKENS_PER_S
    assert answer.recommendation.expected_scores


def test_plain_statement_without_scores(answer):
    """A model nobody published scores of says so."""
    for plan in answer.alternatives:
        assert bool(plan.expected_scores) != bool(plan.score_note)


def test_nothing_fits_names_the_nearest():
    """When no family has a plan, the nearest one is named with what it would do with."""
    hardware = resolve_hardware("Raspberry Pi 5 8GB", Overrides())
    found = recommend_any(Requirements(min_decode_tokens_per_s=500.0), hardware)
    assert ("nothing_fits", True) == (found.status, "--min-speed" in found.nearest_miss.change)
    assert {"memory", "speed"} <= {rejection.kind for rejection in found.rejected}


def test_an_answer_nobody_waits_for_ends_between_two_models():
    """The question is asked before every model, and not a model is planned after it says yes."""
    asked: list[None] = []

    def after_three() -> bool:
        asked.append(None)
        return len(asked) > 3

    with pytest.raises(Cancelled):
        recommend_any(Requirements(), resolve_hardware("RTX 4090"), cancelled=after_three)
    assert 4 == len(asked)
