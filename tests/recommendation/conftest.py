"""Questions of the tests of this folder, asked as people ask them."""

from functools import cache

import pytest

from advisor.catalog.resolve import Overrides, resolve_hardware, resolve_model
from advisor.documents.recommendation import Recommendation
from advisor.documents.tradeoffs import Table
from advisor.need.stated import Stated, requirements
from advisor.recommendation.recommend import recommend
from advisor.recommendation.tradeoffs import tradeoffs


def _need_of(model, **stated):
    """The profile of *model* and the need *stated* in the words of the options."""
    profile = resolve_model(model)
    return profile, requirements(Stated(**stated), profile)


@cache
def _ask(model: str, hardware: str, ram: str | None = None, **stated) -> Recommendation:
    """The answer of `advisor recommend`."""
    profile, need = _need_of(model, **stated)
    return recommend(need, resolve_hardware(hardware, Overrides(ram=ram)), profile)


@cache
def _table(model: str, hardware: str, ram: str | None = None, **stated) -> Table:
    """The table of `advisor tradeoffs`."""
    profile, need = _need_of(model, **stated)
    return tradeoffs(need, resolve_hardware(hardware, Overrides(ram=ram)), profile)


@pytest.fixture(scope="session")
def need_of():
    """Profile and need of a model and the options stated."""
    return _need_of


@pytest.fixture(scope="session")
def ask():
    """Ask `advisor recommend`; the same question is computed once."""
    return _ask


@pytest.fixture(scope="session")
def table():
    """Ask `advisor tradeoffs`; the same question is computed once."""
    return _table
