"""A session gives the answers of `recommend` and `tradeoffs`, each need evaluated once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.catalog.resolve import Overrides, resolve_hardware, resolve_model
from advisor.documents.requirements import Requirements
from advisor.recommendation import session as module
from advisor.recommendation.recommend import recommend
from advisor.recommendation.session import KEPT, Session
from advisor.recommendation.tradeoffs import tradeoffs

MACHINE, MODEL = resolve_hardware("RTX 4090", Overrides()), resolve_model("Llama-3.1-8B")
NEED = Requirements(
    model="Llama-3.1-8B", context_tokens=4096, schemes=("Q4_K_M", "Q8_0"), engines=("llama.cpp",)
)


def test_it_answers_as_the_functions_do():
    """The document, the table and the plan on top are theirs."""
    session = Session(MACHINE, MODEL)
    assert recommend(NEED, MACHINE, MODEL) == session.answer(NEED)
    assert tradeoffs(NEED, MACHINE, MODEL) == session.table(NEED)
    chosen = session.answer(NEED).recommendation
    best = session.best(NEED)
    assert (chosen.scheme, chosen.engine) == (best.case.scheme.name, best.case.engine)


def test_a_row_leads_to_its_plan():
    """Every row of the table but those ruled out beforehand."""
    session = Session(MACHINE, MODEL)
    for row in session.table(NEED).rows:
        plan = session.plan(NEED, row)
        assert plan is None or (row.scheme, row.engine) == (plan.scheme, plan.engine)
        assert (plan is None) == (session.deploy(NEED, row) is None)


def test_a_need_is_evaluated_once_and_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch):
    """Going back and forth computes nothing; more needs than are kept push the oldest out."""
    asked: list[float] = []

    def evaluate(requirements, hardware, model, own):
        asked.append(requirements.confidence_pct)
        return [], []

    monkeypatch.setattr(module, "evaluate", evaluate)
    session = Session(MACHINE, MODEL)
    needs = [replace(NEED, confidence_pct=50.0 + i) for i in range(KEPT + 1)]
    for need in [needs[0], needs[1], needs[0], needs[1], *needs[2:], needs[0]]:
        session.evaluate(need)
    assert [*(50.0 + i for i in range(KEPT + 1)), 50.0] == asked
