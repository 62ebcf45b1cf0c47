"""Which model Ollama fetches for a name without a size."""

from __future__ import annotations

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.models.ollama_defaults import DEFAULTS, plain_name


def test_every_default_is_a_model_of_the_catalogue():
    """Under its own name."""
    assert {name: find_model(name).name for name in DEFAULTS.values()} == {n: n for n in DEFAULTS.values()}


@pytest.mark.parametrize("text", ["llama3.1", "library/Llama3.1", " llama3.1:latest "])
def test_latest_and_library_add_nothing(text):
    """`ollama run` takes them all."""
    assert plain_name(text) == "llama3.1"
    assert find_model(text.strip()).name == "Llama-3.1-8B"
