"""profiles/editions.csv: every edition is typed, linked and findable."""

from __future__ import annotations

from typing import get_args

from advisor.catalog.models import all_models
from advisor.catalog.models.editions import Relation, edition_at, edition_named, edition_of, editions_of
from advisor.catalog.models.spelling import LONGEST_NAME
from advisor.catalog.rows import lines
from advisor.documents.kinds import Modality, Variant

EDITIONS = [edition_at(index) for index in range(len(lines("editions.csv")))]


def test_closed_columns_hold_their_words() -> None:
    """Variant, modality and relation are words of the closed lists, or nothing."""
    assert {one.variant for one in EDITIONS} - {None} <= set(get_args(Variant))
    assert {one.modality for one in EDITIONS} - {None} <= set(get_args(Modality))
    assert {one.relation for one in EDITIONS} <= set(get_args(Relation))


def test_every_catalogue_model_is_an_edition_of_its_own() -> None:
    """Each row's repository is listed once, as its own, with the row's variant."""
    own = {one.hf_id.lower(): (one.model, one.variant) for one in EDITIONS if one.relation == "own"}
    listed = {
        (model.hf_id or "").lower(): (model.name, model.variant) for model in all_models() if model.hf_id
    }
    assert own == listed


def test_models_named_are_rows() -> None:
    """The shapes of an edition are those of a row that exists."""
    assert {one.model for one in EDITIONS} - {""} - {model.name for model in all_models()} == set()


def test_no_name_reaches_the_limit() -> None:
    """Names are looked at up to a length no repository comes near."""
    assert 2 * max(len(one.hf_id) for one in EDITIONS) < LONGEST_NAME


def test_every_edition_is_found_by_its_repository() -> None:
    """In any case of letters."""
    assert [one.hf_id for one in EDITIONS] == [
        found.hf_id if (found := edition_of(one.hf_id.upper())) else None for one in EDITIONS
    ]


def test_a_copy_names_the_edition_it_was_made_of() -> None:
    """Publishers of GGUF files put their mark around the name."""
    names = ("bartowski/Qwen_Qwen3-8B-GGUF", "swiss-ai.Apertus-8B-Instruct-2509.Q4_K_M.gguf")
    assert [found.hf_id for name in names if (found := edition_named(name))] == [
        "Qwen/Qwen3-8B",
        "swiss-ai/Apertus-8B-Instruct-2509",
    ]


def test_editions_of_a_row_begin_with_its_own() -> None:
    """And hold its siblings, quantized copies left out."""
    found = [one.hf_id for one in editions_of("Qwen3-8B")]
    assert found[0] == "Qwen/Qwen3-8B"
    assert "Qwen/Qwen3-8B-Base" in found
    assert "Qwen/Qwen3-8B-FP8" not in found
