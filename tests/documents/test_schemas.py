"""The committed JSON Schemas are what the documents are."""

import json
from pathlib import Path
from typing import Any

import pytest

from advisor.catalog.resolve import Overrides, resolve_hardware, resolve_model
from advisor.documents.plain import plain
from advisor.documents.requirements import Requirements
from advisor.documents.schemas import document_kinds, schema
from advisor.recommendation.recommend import recommend

FOLDER = Path(__file__).parents[2] / "docs" / "schemas"


@pytest.mark.parametrize("name", sorted(document_kinds()))
def test_committed_schema(name: Any) -> None:
    """docs/schemas holds what the classes generate; `python scripts/write_schemas.py` renews it."""
    committed = json.loads((FOLDER / f"{name}.v1.json").read_text(encoding="utf-8"))
    assert schema(name, document_kinds()[name]) == committed


def test_an_answer_satisfies_its_schema() -> None:
    """A real recommendation validates against the class its schema comes from,
    and has the promised top keys.
    """
    from pydantic import TypeAdapter

    from advisor.documents.recommendation import Recommendation

    model = resolve_model("Llama-3.1-8B")
    document = plain(
        recommend(Requirements(model=model.name), resolve_hardware("RTX 4090", Overrides()), model)
    )
    TypeAdapter(Recommendation).validate_python(document)
    promised = {
        "schema_version",
        "status",
        "hardware",
        "requirements",
        "recommendation",
        "alternatives",
        "rejected",
        "nearest_miss",
        "warnings",
    }
    assert promised <= set(document)


def test_closed_lists_are_enums() -> None:
    """Words from a closed list are published as such: basis, objective, placement, rejection, error code."""
    texts = {name: json.dumps(schema(name, kind)) for name, kind in document_kinds().items()}
    listed = {
        "outcome": ("measured-here", "experts-on-cpu", "vulkan"),
        "recommendation": ("nothing_fits", "pointless"),
        "requirements": ("serve-cost", "q8_0"),
        "error": ("unknown_name",),
        "batch-answer": ("extrapolated",),
        "tradeoffs": ("not-measured",),
    }
    for name, words in listed.items():
        for word in words:
            assert f'"{word}"' in texts[name], (name, word)
