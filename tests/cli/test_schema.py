"""`advisor schema`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from advisor.documents.schemas import document_kinds


def test_the_names_of_all_documents_are_listed(advisor: Any) -> None:
    """As lines or as JSON."""
    names = sorted(document_kinds())
    assert (advisor("schema").lines, advisor("schema", "--json").document) == (names, names)


@pytest.mark.parametrize("name", ["hardware", "batch-answer"])
def test_a_schema_is_printed_by_name(advisor: Any, name: str) -> None:
    """With the address it is published under."""
    found = json.loads(advisor("schema", name).out)
    assert found["$id"].endswith(f"/{name}/v1.json")


def test_an_unknown_document_names_those_there_are(advisor: Any) -> None:
    """Exit code 2."""
    found = advisor("schema", "poem")
    assert (found.code, found.err.startswith("advisor: unknown document 'poem'; nearest: ")) == (2, True)
