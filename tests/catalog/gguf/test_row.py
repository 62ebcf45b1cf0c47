"""What a header cannot say comes from the catalogue's row of the same model."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.catalog.gguf.row import completed
from advisor.catalog.models import find_model
from advisor.documents.model import ModelProfile

SHAPES = ("architecture", "n_layers", "hidden_size", "n_heads", "n_experts", "n_params")


def in_file(known_as: str, /, **changes: object) -> ModelProfile:
    """A catalogue model as a header states it: shapes and no more."""
    row = find_model(known_as)
    stated = {field: getattr(row, field) for field in SHAPES}
    kept = ModelProfile(name=row.name, source="gguf", metadata={"general.architecture": "gemma3"}, **stated)
    return replace(kept, **changes)


@pytest.mark.parametrize("name", ["Gemma-3-4B", "anything at all"])
def test_gaps_are_filled_by_name_or_by_shapes(name: str) -> None:
    """Gemma 3's sliding pattern and family stand in no header; a renamed file is known by its shapes."""
    row, found = find_model("Gemma-3-4B"), completed(in_file("Gemma-3-4B", name=name))
    assert (name, row.family, row.sliding_pattern, row.hf_id) == (
        found.name,
        found.family,
        found.sliding_pattern,
        found.hf_id,
    )


def test_a_name_whose_shapes_disagree_is_not_believed() -> None:
    """A file called Gemma-3-4B with 7 layers keeps what its header says."""
    stated = in_file("Gemma-3-4B", n_layers=7)
    assert stated == completed(stated)


def test_an_architecture_nobody_lists_is_told() -> None:
    """The sizes of an unknown architecture are the file's own, its cache an estimate, and a note says so."""
    found = completed(in_file("Gemma-3-4B", name="new", architecture=None, n_layers=7, n_params=1))
    assert (
        "llama.cpp's architecture 'gemma3' is not in the catalogue: "
        "sizes come from the file, the KV cache is estimated from its heads",
    ) == found.notes
