"""The families people use now, and which members a need admits."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from advisor.catalog.models import all_models
from advisor.documents.model import ModelProfile
from advisor.documents.requirements import Requirements
from advisor.recommendation.families import CURRENT_DAYS, current_families, released, unwanted

NEWEST = max(date.fromisoformat(m.release) for m in all_models() if m.release and len(m.release) == 10)


def model(**facts) -> ModelProfile:
    """A model with these facts."""
    return ModelProfile(name="m", source="catalogue", **facts)


def test_a_family_is_current_by_its_newest_member():
    """Within eighteen months of the catalogue's newest model; base models are nobody's choice."""
    oldest = str(NEWEST - timedelta(days=CURRENT_DAYS))
    families = current_families()
    assert [m for members in families for m in members if m.variant == "base"] == []
    assert [members[0].family for members in families if max(map(released, members)) < oldest[:7]] == []


def test_members_stand_largest_first_and_families_by_name():
    """Each model once."""
    families = current_families()
    sizes = [[m.n_params for m in members] for members in families]
    assert sizes == [sorted(found, reverse=True) for found in sizes]
    names = [members[0].family for members in families]
    assert names == sorted(set(names))


@pytest.mark.parametrize(
    ("need", "facts", "why"),
    [
        ({"licences": ("osi",)}, {"licence": "Apache-2.0"}, ""),
        ({"licences": ("osi",)}, {"licence": "llama3.1"}, "its licence is llama3.1"),
        ({"licences": ("osi",)}, {}, "its licence is not stated"),
        ({"licences": ("commercial",)}, {"licence": "llama3.1"}, ""),
        ({"licences": ("commercial",)}, {"licence": "cc-by-nc-4.0"}, "its licence is cc-by-nc-4.0"),
        ({"licences": ("commercial",)}, {"licence": "other"}, "its licence is other"),
        ({"licences": ("gemma", "mit")}, {"licence": "Gemma"}, ""),
        ({"modality": "vision"}, {}, "it reads text only"),
        ({"modality": "vision"}, {"modality": "vision"}, ""),
        ({"tools": True}, {"tools": None}, "its maker does not say that it calls tools"),
        ({"tools": True}, {"tools": True}, ""),
        ({"since": "2026"}, {"release": "2025-12-31"}, "it came out 2025-12-31"),
        ({"since": "2026"}, {}, "it came out at a date nobody stated"),
        ({"since": "2026-03"}, {"release": "2026-03-01"}, ""),
        ({}, {}, ""),
    ],
)
def test_a_filter_says_what_it_leaves_out_and_why(need, facts, why):
    """What nobody stated does not count as having it."""
    assert unwanted(model(**facts), Requirements(**need)) == why


def test_a_need_empties_families():
    """Those without a member left are gone."""
    free = current_families(Requirements(licences=("osi",)))
    assert {m.licence for members in free for m in members} <= {"apache-2.0", "mit", "bsd-3-clause"}
    assert 0 < len(free) < len(current_families())
