"""What the weights of a plan weigh: a published file's own bytes where it is one that exists."""

from __future__ import annotations

from functools import lru_cache

from advisor.catalog.ready import published
from advisor.documents.model import ModelProfile
from advisor.documents.scheme import SchemeProfile
from advisor.engines import facts
from advisor.prediction.case import Case
from advisor.sizing.projector import with_tower
from advisor.sizing.real_file import as_published
from advisor.sizing.weights import Weights, weigh


def weigh_case(case: Case) -> Weights:
    """`weigh_plan` of a case."""
    return weigh_plan(case.model, case.scheme, case.engine, case.imatrix)


@lru_cache(maxsize=4096)
def weigh_plan(model: ModelProfile, scheme: SchemeProfile, engine: str, imatrix: bool | None) -> Weights:
    """Bytes of the weights that *engine* pulls, else of those that are made for it.

    Raises as `advisor.sizing.weights.weigh` does.
    """
    computed = weigh(model, scheme, imatrix)
    ready = published(model, scheme, facts(engine), imatrix)
    if ready is not None and ready.size is not None:
        return as_published(computed, ready.size)
    return computed if facts(engine).reads_gguf else with_tower(computed, model)
