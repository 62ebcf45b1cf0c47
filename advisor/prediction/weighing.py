"""What the weights of a plan weigh: a published file's own bytes where it is one that exists."""

from __future__ import annotations

from functools import lru_cache

from advisor.catalog.ready import published
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate
from advisor.documents.scheme import SchemeProfile
from advisor.engines import facts
from advisor.prediction.case import Case
from advisor.sizing.projector import with_projector, with_tower
from advisor.sizing.real_file import as_published
from advisor.sizing.weights import Weights, weigh


def weigh_case(case: Case) -> Weights:
    """`weigh_plan` of a case, with the projector where images are read."""
    weights = weigh_plan(case.model, case.scheme, case.engine, case.imatrix)
    if not case.images:
        return weights
    return with_projector(weights, case.model, separate=facts(case.engine).reads_gguf)


@lru_cache(maxsize=4096)
def weigh_plan(model: ModelProfile, scheme: SchemeProfile, engine: str, imatrix: bool | None) -> Weights:
    """Bytes of the weights that *engine* pulls, else of those that are made for it.

    Raises as `advisor.sizing.weights.weigh` does.
    """
    ready = published(model, scheme, facts(engine), imatrix)
    if ready is not None and ready.size is not None:
        return as_published(_as_made(model, scheme, ready.imatrix, ready.size), ready.size)
    computed = weigh(model, scheme, imatrix)
    return computed if facts(engine).reads_gguf else with_tower(computed, model)


def _as_made(model: ModelProfile, scheme: SchemeProfile, imatrix: bool | None, size: Estimate) -> Weights:
    """The weights of a published file of *size*, made with an importance matrix or without as its publisher
    says; where nobody does, in whichever way comes nearer to it. What a plan asks for changes no file."""
    if imatrix is not None:
        return weigh(model, scheme, imatrix)
    ways = [weigh(model, scheme, way) for way in (None, True)]
    return min(ways, key=lambda found: abs(found.file_bytes.value - size.value))
