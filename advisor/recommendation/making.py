"""What getting the weights of a plan takes: it belongs to the scheme, the engine and what is published."""

from functools import lru_cache
from typing import NamedTuple

from advisor.catalog.native import native_schemes
from advisor.catalog.ready import published
from advisor.catalog.schemes.table import scheme_file
from advisor.documents.model import ModelProfile
from advisor.documents.scheme import SchemeProfile
from advisor.engines import facts
from advisor.prediction.accuracy.native import is_native
from advisor.prediction.case import Case


class Making(NamedTuple):
    """What has to be done before the plan runs."""

    words: str
    """Empty where the model's own weights are run as they are."""
    rank: int
    """0 = nothing is made … 5 = hours of training; see `SchemeProfile.make_cost_rank`."""
    ready: bool
    """Whether the engine runs what is there already: weights that are published, the model's own, on disk, or
    that it quantizes while it loads."""


def making(case: Case) -> Making:
    """What it takes to get the weights of *case*."""
    return _making(case.model, case.scheme, (case.engine, case.backend), case.imatrix)


@lru_cache(maxsize=4096)
def _making(model: ModelProfile, scheme: SchemeProfile, way: tuple[str, str], imatrix: bool | None) -> Making:
    engine, backend = way
    known = facts(engine)
    whole = scheme.reference and not (known.reads_gguf or native_schemes(model))
    if model.fixed_scheme or is_native(model, scheme) or whole:
        return Making("", 0, True)
    if ready := published(model, scheme, known, imatrix, backend):
        sure = "most likely " if ready.doubt else ""
        return Making(f"a download: {ready.repository} {sure}publishes it", 0, True)
    ways, otherwise = scheme_file()["make"], scheme_file()["made_otherwise"]
    at_load = {ways[name][1]: ways[other] for name, other in otherwise.items()}
    if not known.reads_gguf and (scheme.name in known.online or scheme.family in known.online):
        words = scheme.make_cost if scheme.make_cost in at_load else ways["load"][1]
        return Making(words, 0, True)
    rank, words, _ = at_load.get(scheme.make_cost, (scheme.make_cost_rank, scheme.make_cost, ""))
    return Making(words, rank, False)
