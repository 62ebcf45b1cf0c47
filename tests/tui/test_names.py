"""Names to choose from."""

import pytest

from advisor.errors import AdvisorError
from advisor.tui.names import engines_hint, machine_meant, machine_names, model_meant, model_names, tasks_hint


def test_every_machine_offered_is_known():
    """GPUs and whole machines; of some nobody states the memory, which is said, and none is unknown."""
    names = machine_names()
    assert {"GeForce RTX 4090", "Raspberry Pi 5"} <= set(names)
    refused = set()
    for name in names:
        try:
            machine_meant(name)
        except AdvisorError as error:
            refused.add(str(error).replace(repr(name), "it").partition(":")[0])
    assert {"it is known by name only"} == refused


def test_models_by_name_and_by_repository():
    """Both spellings are offered."""
    assert {"Llama-3.1-8B", "meta-llama/Llama-3.1-8B-Instruct"} <= set(model_names())


def test_what_is_no_machine():
    """The resolver's own refusal."""
    with pytest.raises(AdvisorError, match="unknown hardware 'no such thing'"):
        machine_meant("no such thing")


def test_what_a_spelling_means():
    """Machine and model in the words that decide: which card with how much memory, how many weights."""
    assert machine_meant("2x 3090") == "2x GeForce RTX 3090, 24.0 GiB"
    assert machine_meant("EPYC 9654").startswith("EPYC 9654")
    assert model_meant("unsloth/gemma-3-12b-it-GGUF") == "Gemma-3-12B, 12.2B weights"


def test_hints_name_what_can_be_typed():
    """Tasks with an example of a limit, engines with what empty means."""
    assert "chat" in tasks_hint()
    assert "math:1%" in tasks_hint()
    assert "llama.cpp" in engines_hint()
    assert "empty = any" in engines_hint()
