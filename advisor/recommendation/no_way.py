"""Why no engine that was asked for runs a model on a machine at all, before any figure is looked at."""

from __future__ import annotations

from dataclasses import replace

from advisor.catalog.schemes import find_scheme
from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.recommendation import Rejection
from advisor.documents.requirements import Requirements
from advisor.recommendation.candidates import candidates


def no_way(requirements: Requirements, hardware: HardwareProfile, model: ModelProfile) -> tuple[str, ...]:
    """One sentence for each engine asked for (one for all where none was), on the first scheme it has;
    nothing where one of them has a way."""
    lines = []
    asked: list[tuple[str, ...]] = [(engine,) for engine in requirements.engines]
    for engines in asked or [()]:
        found, rejected = candidates(replace(requirements, engines=engines), hardware, model)
        if found:
            return ()
        usual = [one for one in rejected if not engines or _has(engines[0], one)] or rejected
        lines += [one.reason for one in usual[:1]]
    return tuple(dict.fromkeys(lines))


def _has(engine: str, rejection: Rejection) -> bool:
    """Whether the engine runs the rejected scheme anywhere."""
    return any(support.engine == engine for support in find_scheme(rejection.scheme).supports)
