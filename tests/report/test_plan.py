"""One plan as rows of words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.catalog.resolve import resolve_hardware, resolve_model
from advisor.documents.recommendation import Plan
from advisor.need.stated import Stated, requirements
from advisor.recommendation.recommend import recommend
from advisor.report.plan import RANKING, SUMMARY, figure_rows, headline, ranking_cells, summary_cells


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Q4_K_M of Llama-3.1-8B on an RTX 4090, for one request of 8 k."""
    model = resolve_model("Llama-3.1-8B")
    need = requirements(Stated(scheme=("Q4_K_M",), engine=("llama.cpp",), context="8k"), model)
    found = recommend(need, resolve_hardware("RTX 4090"), model).recommendation
    assert found is not None
    return found


def test_the_headline_says_what_the_figures_hold_for(plan: Plan) -> None:
    """Scheme, engine, place, cache, room; one request is no plural."""
    one, many = headline(plan), headline(replace(plan, concurrency=4))
    assert one.startswith("Q4_K_M")
    assert ["of Llama-3.1-8B on llama.cpp (cuda)", "8192 tokens x 1 request"] == [
        words for words in ("of Llama-3.1-8B on llama.cpp (cuda)", "8192 tokens x 1 request") if words in one
    ]
    assert many.endswith("8192 tokens x 4 requests")


def test_every_figure_has_a_row_and_its_evidence(plan: Plan) -> None:
    """In one order; the throughput of all only where there are several."""
    names = [name for name, *_ in figure_rows(plan)]
    more = [name for name, *_ in figure_rows(replace(plan, concurrency=4))]
    assert ["File", "Memory", "Loss on the tasks"] == names[:3]
    assert {"Decode", "Prefill", "First token after", "Largest context", "Licence"} <= set(names)
    assert {"All requests"} == set(more) - set(names)
    assert {"size", "memory", "accuracy", "speed"} == {section for *_, section in figure_rows(plan)}


def test_what_is_not_measured_is_said(plan: Plan) -> None:
    """In the row, and in the summary of several plans."""
    unknown = replace(plan, predicted=replace(plan.predicted, decode_tokens_per_s=None), loss_pct=None)
    rows = {name: figure for name, figure, *_ in figure_rows(unknown)}
    assert ("not measured", "not measured") == (rows["Decode"], rows["Loss on the tasks"])
    assert ("not measured", "not measured") == summary_cells(unknown)[-2:]


def test_cells_stand_below_their_heads(plan: Plan) -> None:
    """As many as there are heads; what nobody stated is a dash or said so."""
    bare = replace(plan, quality_pct=None, released=None, licence=None)
    assert (len(SUMMARY), len(RANKING)) == (len(summary_cells(plan)), len(ranking_cells(plan)))
    assert (plan.model, "-", "-", "not stated") == ranking_cells(bare)[:4]
