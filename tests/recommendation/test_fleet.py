"""Without a model: one plan for each current family."""

import pytest

from advisor.catalog.resolve import Overrides, resolve_hardware
from advisor.documents.requirements import Requirements
from advisor.recommendation.fleet import current_families, recommend_any
from advisor.recommendation.reading import READING_TOKENS_PER_S


@pytest.fixture(scope="module")
def answer():
    return recommend_any(Requirements(), resolve_hardware("RTX 3060 12GB + Ryzen 5 7600 32GB", Overrides()))


def test_one_plan_a_family(answer):
    """Every current family is either answered or rejected with a reason, once."""
    plans = [answer.recommendation, *answer.alternatives]
    assert len(current_families()) == len(plans) + len(answer.rejected)
    assert all(rejection.reason for rejection in answer.rejected)


def test_ordered_by_size(answer):
    """The alternatives are ordered by parameter count, largest first."""
    from advisor.catalog.models import find_model

    sizes = [find_model(plan.model).n_params for plan in answer.alternatives]
    assert sorted(sizes, reverse=True) == sizes


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
