"""Small parts."""

import pytest

from advisor.documents.outcome import DeviceMemory
from advisor.tui.screens.questions import model_names
from advisor.tui.widgets.memory_bar import cells
from advisor.tui.widgets.search import Search


def test_bars_are_as_long_as_the_device_and_hide_no_part():
    """Every part that is there has a cell, and the whole is the width."""
    device = DeviceMemory(
        device="GPU",
        weights_bytes=8 << 30,
        kv_cache_bytes=1 << 20,
        compute_bytes=1 << 30,
        available_bytes=22 << 30,
    )
    found = cells(device, 50)
    assert sum(count for _, count, _ in found) == 50
    assert [count > 0 for _, count, _ in found] == [True, True, True, False, True]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("llama3.1 8b", "Llama-3.1-8B"),
        ("lama 3.1 8", "Llama-3.1-8B"),
        ("qwen3 30b a3b", "Qwen3-30B-A3B"),
        ("mixtral 8x7", "Mixtral-8x7B"),
    ],
)
def test_fuzzy_search(typed, first):
    """A few letters, in any spelling, find the model first."""
    assert first == Search("", model_names).matches(typed)[0]


def test_search_offers_nothing_for_paths_and_exact_names():
    """A path is a path, what is complete needs no suggestion, and punctuation alone finds nothing."""
    search = Search("", model_names)
    assert search.matches("?") == []
    assert [search.matches("./model.gguf"), search.matches("Llama-3.1-8B")] == [[], []]
