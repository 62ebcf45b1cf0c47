"""The model families people use now, and which of their members a need admits."""

from __future__ import annotations

from datetime import date

from advisor.catalog.models import all_models
from advisor.documents.model import ModelProfile
from advisor.documents.requirements import Requirements

CURRENT_DAYS = 548
"""A family is current when its newest member came out in the eighteen months before the catalogue's newest
model: about two generations at the pace of profiles/models.csv, so that a replaced family drops out."""
OPEN_LICENCES = ("apache-2.0", "mit", "bsd-3-clause")
"""`--licence osi`: licences the Open Source Initiative approved (https://opensource.org/licenses)."""
_NOT_FOR_TRADE = ("-nc", "non-commercial", "research", "mrl", "mnpl", "llama1")
"""Words in the catalogue's licences that forbid commercial use."""


def current_families(requirements: Requirements | None = None) -> list[tuple[ModelProfile, ...]]:
    """The catalogue's current families, each with the members that *requirements* admits, largest first."""
    families: dict[str, list[ModelProfile]] = {}
    for model in all_models():
        if model.family and model.release and model.n_params and model.variant != "base":
            families.setdefault(model.family, []).append(model)
    newest = max(_day(model) for members in families.values() for model in members)
    current = [
        tuple(sorted(members, key=lambda m: (-(m.n_params or 0), m.name)))
        for members in families.values()
        if (newest - max(_day(m) for m in members)).days <= CURRENT_DAYS
    ]
    if requirements is not None:
        current = [tuple(m for m in members if not unwanted(m, requirements)) for members in current]
    return sorted((members for members in current if members), key=lambda members: members[0].family or "")


def unwanted(model: ModelProfile, requirements: Requirements) -> str:
    """Why a filter of *requirements* leaves *model* out; '' when it does not. What nobody stated does
    not count as having it."""
    if requirements.licences and not any(_licensed(model.licence, text) for text in requirements.licences):
        return f"its licence is {model.licence or 'not stated'}"
    if requirements.modality and requirements.modality not in (model.modality or "text"):
        return f"it reads {model.modality or 'text'} only"
    if requirements.tools and not model.tools:
        return "its maker does not say that it calls tools"
    if requirements.since and (model.release or "") < requirements.since:
        return f"it came out {model.release or 'at a date nobody stated'}"
    return ""


def released(model: ModelProfile) -> str:
    """The date of release for sorting; '' when it is not known."""
    return model.release or ""


def _licensed(licence: str | None, wanted: str) -> bool:
    if licence is None:
        return False
    has = licence.lower()
    if wanted == "osi":
        return has in OPEN_LICENCES
    if wanted == "commercial":
        return has != "other" and not any(word in has for word in _NOT_FOR_TRADE)
    return has == wanted


def _day(model: ModelProfile) -> date:
    """The release date; a month or a year alone counts from its first day."""
    parts = [int(part) for part in (model.release or "1970").split("-")]
    year, month, day = [*parts, 1, 1][:3]
    return date(year, month, day)
