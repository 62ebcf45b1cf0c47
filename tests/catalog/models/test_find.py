"""The model asked for is the model served: its repository, its edition, its scores."""

from __future__ import annotations

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.models.spelling import LONGEST_NAME
from advisor.catalog.resolve import resolve_model
from advisor.errors import UnknownNameError

SERVED = {
    "meta-llama/Meta-Llama-3-8B-Instruct": ("Llama-3-8B", "meta-llama/Meta-Llama-3-8B-Instruct", "instruct"),
    "meta-llama/Llama-3.1-8B": ("Llama-3.1-8B", "meta-llama/Llama-3.1-8B", "base"),
    "meta-llama/Llama-3.1-8B-Instruct": ("Llama-3.1-8B", "meta-llama/Llama-3.1-8B-Instruct", "instruct"),
    "Qwen/Qwen3-8B-Base": ("Qwen3-8B", "Qwen/Qwen3-8B-Base", "base"),
    "Qwen3-8B-Base": ("Qwen3-8B", "Qwen/Qwen3-8B-Base", "base"),
    "Qwen/Qwen3-4B-Thinking-2507": (
        "Qwen3-4B-Thinking-2507",
        "Qwen/Qwen3-4B-Thinking-2507",
        "reasoning",
    ),
    "Qwen/Qwen3-235B-A22B-Instruct-2507": (
        "Qwen3-235B-A22B-Instruct-2507",
        "Qwen/Qwen3-235B-A22B-Instruct-2507",
        "instruct",
    ),
    "Qwen/Qwen3-235B-A22B-Thinking-2507": (
        "Qwen3-235B-A22B-Thinking-2507",
        "Qwen/Qwen3-235B-A22B-Thinking-2507",
        "reasoning",
    ),
    "https://huggingface.co/Qwen/Qwen3-8B/tree/main": ("Qwen3-8B", "Qwen/Qwen3-8B", "hybrid"),
    "google/gemma-3-27b-pt": ("Gemma-3-27B", "google/gemma-3-27b-pt", "base"),
    "mistralai/Mistral-7B-v0.1": ("Mistral-7B-v0.1", "mistralai/Mistral-7B-v0.1", "base"),
    "llama2:13b": ("Llama-2-13B", "meta-llama/Llama-2-13b-chat-hf", "instruct"),
    "llama2:13b-chat": ("Llama-2-13B", "meta-llama/Llama-2-13b-chat-hf", "instruct"),
    "llama2:13b-text": ("Llama-2-13B", "meta-llama/Llama-2-13b-hf", "base"),
    "qwen3:4b-thinking-2507-q4_K_M": (
        "Qwen3-4B-Thinking-2507",
        "Qwen/Qwen3-4B-Thinking-2507",
        "reasoning",
    ),
    "LLaMA-30B": ("LLaMA-30B", "huggyllama/llama-30b", "base"),
    "CodeGemma-2B": ("CodeGemma-2B", "google/codegemma-2b", "base"),
    "SmolLM-135M-Instruct": ("SmolLM-135M", "HuggingFaceTB/SmolLM-135M-Instruct", "instruct"),
    "Phi-3-mini": ("Phi-3-mini-4k", "microsoft/Phi-3-mini-4k-instruct", "instruct"),
    "GLM-4.5V": ("GLM-4.5V", "zai-org/GLM-4.5V", "hybrid"),
}


@pytest.mark.parametrize(("typed", "expected"), SERVED.items())
def test_the_edition_asked_for_is_the_one_served(typed: str, expected: tuple[str, str, str]) -> None:
    """The catalogue gives the shapes; repository and edition are those of the name."""
    model = find_model(typed)
    assert expected == (model.catalog_name, model.hf_id, model.variant)
    assert model.edition == model.hf_id


@pytest.mark.parametrize(
    ("typed", "edition"),
    [
        ("meta-llama/Llama-3.1-8B", "meta-llama/Llama-3.1-8B"),
        ("TheBloke/Llama-2-13B-chat-GGUF", "meta-llama/Llama-2-13b-chat-hf"),
        ("bartowski/Meta-Llama-3.1-8B-Instruct-GGUF", "meta-llama/Llama-3.1-8B-Instruct"),
        ("NousResearch/Meta-Llama-3.1-8B-Instruct", "meta-llama/Llama-3.1-8B-Instruct"),
        ("unsloth/Qwen3-4B-Thinking-2507-GGUF", "Qwen/Qwen3-4B-Thinking-2507"),
        ("cognitivecomputations/dolphin-2.9-llama3-8b", None),
        ("dolphin-2.9-llama3-8b", None),
        ("gemma3:27b-it-qat", None),
    ],
)
def test_scores_are_those_of_the_edition_or_nobody_s(typed: str, edition: str | None) -> None:
    """Copies and mirrors have the scores of what they copy; a fine-tune has none of its base's."""
    assert resolve_model(typed).edition == edition


def test_a_sibling_edition_says_whose_scores_are_not_its_own() -> None:
    """It shares shapes with the catalogue's row, not its training; the name in the answer is its own."""
    model = find_model("Qwen/Qwen3-8B-Base")
    assert (model.name, model.known_as) == ("Qwen3-8B-Base", "Qwen3-8B")
    assert "not its own" in model.notes[0]
    assert find_model("meta-llama/Llama-3.1-8B").name == "meta-llama/Llama-3.1-8B"


def test_a_fine_tune_is_served_under_its_own_name() -> None:
    """Neither name nor repository become the base model's."""
    model = find_model("cognitivecomputations/dolphin-2.9-llama3-8b")
    assert (model.name, model.hf_id) == (
        "dolphin-2.9-llama3-8b",
        "cognitivecomputations/dolphin-2.9-llama3-8b",
    )
    unowned = find_model("dolphin-2.9-llama3-8b")
    assert (unowned.name, unowned.hf_id) == ("dolphin-2.9-llama3-8b", None)
    assert "no repository of this name is known" in unowned.notes[-1]


def test_an_edition_reads_as_many_tokens_as_it_was_trained_for() -> None:
    """Other rows lend it their shapes, not their context."""
    contexts = [find_model(name).context_length for name in ("Qwen2.5-7B", "Qwen/Qwen2.5-7B-Instruct-1M")]
    assert [32768, 1_010_000] == contexts


def test_an_edition_without_a_row_has_its_size() -> None:
    """Where no row of the catalogue has its shapes, sizes follow from the stated parameter count, and it is
    said."""
    model = find_model("apple/OpenELM-450M")
    assert (model.hf_id, model.n_params, model.catalog_name) == ("apple/OpenELM-450M", 457_200_000, None)
    assert "only its size is known" in model.notes[0]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("state-spaces/mamba-2.8b", "nearest: falcon-mamba-7b"),
        ("RWKV-7", "no model of the catalogue is called 'rwkv'"),
    ],
)
def test_the_nearest_are_of_the_family_asked_for(typed: str, words: str) -> None:
    """Where the catalogue has none of its name, it says so; sizes alike make no relative."""
    with pytest.raises(UnknownNameError, match=words):
        find_model(typed)


@pytest.mark.parametrize("typed", ["foo-7b", "someone/foo-7b", "x" * 90_000, "9" * 80_000, "a/" * 50_000])
def test_an_unknown_name_is_refused_at_once(typed: str) -> None:
    """However long it is, the error is one short line."""
    with pytest.raises(UnknownNameError) as caught:
        find_model(typed)
    assert len(str(caught.value)) < 3 * LONGEST_NAME


@pytest.mark.parametrize(
    ("typed", "shapes"),
    [
        ("Sao10K/L3-8B-Stheno-v3.2", "Llama-3-8B"),
        ("Sao10K/L3.3-70B-Euryale-v2.3", "Llama-3.3-70B"),
        ("Gryphe/MythoMax-L2-13b", "Llama-2-13B"),
        ("teknium/OpenHermes-2.5-Mistral-7B", "Mistral-7B-v0.1"),
        ("cognitivecomputations/dolphin-2.6-mistral-7b", "Mistral-7B-v0.1"),
    ],
)
def test_a_fine_tune_that_shortens_its_base_has_its_shapes(typed: str, shapes: str) -> None:
    """'L3' is Llama 3, and a Mistral-7B without a version the first; the answer says what was taken."""
    found = find_model(typed)
    assert (found.catalog_name, found.hf_id) == (shapes, typed)
    assert f"taken as a fine-tune of {shapes}" in found.notes[0]


@pytest.mark.parametrize(
    ("typed", "billions"),
    [("baichuan-inc/Baichuan2-13B-Chat", 13.0), ("Zyphra/Zamba2-7B-Instruct", 7.0), ("zephyr-7b-beta", 7.24)],
)
def test_a_count_that_contradicts_the_name_is_not_believed(typed: str, billions: float) -> None:
    """Some checkpoints state a part of their parameters or each of them twice: the name says how many."""
    assert round((find_model(typed).n_params or 0) / 1e9, 2) == billions


def test_a_name_of_ollama_s_library_with_one_size_needs_none() -> None:
    """'devstral' has one size in the table."""
    found = find_model("devstral")
    assert (found.name, "no size is stated" in found.notes[0]) == ("Devstral-Small-24B-2505", True)


def test_a_tag_of_a_fine_tune_has_the_shapes_of_its_base() -> None:
    """Ollama writes the size behind a colon."""
    names = ("exaone-deep:7.8b", "dolphin3:8b", "cogito:14b", "openthinker:32b")
    assert [find_model(name).catalog_name for name in names] == [
        "EXAONE-3.5-7.8B",
        "Llama-3.1-8B",
        "Qwen2.5-14B",
        "Qwen2.5-32B",
    ]
