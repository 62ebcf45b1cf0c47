"""profiles/models.csv row by row."""

from __future__ import annotations

from advisor.catalog.models.table import all_models, exact, params_of, profile_at, row, rows, squash


def test_every_row_is_a_model():
    """In the order of the file, in parameters where the table has billions."""
    assert [model.name for model in all_models()] == [one["name"] for one in rows()]
    index = exact()[squash("Qwen3-8B")]
    assert (row(index)["name"], profile_at(index).n_params) == ("Qwen3-8B", round(params_of(index) * 1e9))


def test_names_are_found_without_owner_and_separators():
    """By the catalogue's name and by the repository's."""
    assert squash("meta-llama/Llama-3.1 8B") == "llama3.18b"
    assert exact()[squash("Qwen3-8B")] == exact()[squash("Qwen/Qwen3-8B")]
    assert [one["name"] for one in rows() if "," in one["name"] or "," in one["hf_id"]] == []
