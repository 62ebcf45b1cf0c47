"""Small parts."""

import pytest

from advisor.tui.names import machine_meant, machine_names, model_names
from advisor.tui.widgets.search import Search, paths


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("llama3.1 8b", "Llama-3.1-8B"),
        ("lama 3.1 8", "Llama-3.1-8B"),
        ("qwen3 30b a3b", "Qwen3-30B-A3B"),
        ("mixtral 8x7", "Mixtral-8x7B"),
        ("llama31 8b", "Llama-3.1-8B"),
    ],
)
def test_fuzzy_search(typed, first):
    """A few letters, in any spelling, find the model first."""
    assert first == Search("", model_names).matches(typed)[0]


@pytest.mark.parametrize("size", ["13B", "7b", "1.5 b", "0.5b"])
def test_a_size_is_a_size(size):
    """7b finds models of seven billion weights, and neither 2.7B nor 27B nor A7B."""
    found = Search("", model_names).matches(size)
    assert found != []
    assert {True} == {f"-{size.replace(' ', '')}".lower() in name.lower() for name in found}


def test_numbers_are_whole():
    """24 is no 144."""
    assert ["Tesla M40 24 GB"] == Search("", machine_names).matches("24GB")


async def test_what_a_name_is_taken_for(start):
    """A spelling that no list has says what it means before it is taken."""
    async with start(at="h") as driver:
        await driver.replace("hardware", "")
        await driver.type("4090 laptop")
        assert "as typed: GeForce RTX 4090 Mobile, 16.0 GiB" in driver.text
        await driver.press("escape", "down")
        assert driver.app.focused.id == "ram"


def test_search_offers_nothing_for_exact_names():
    """What is complete needs no suggestion, and punctuation alone finds nothing."""
    search = Search("", model_names)
    assert search.matches("?") == []
    assert search.matches("Llama-3.1-8B") == []


def test_search_finds_repositories_counts_and_what_the_resolver_is_nearest_to():
    """An id finds ids, a count stays before the name, and no known word is without a suggestion."""
    assert Search("", model_names).matches("meta-llama/lla")[0].startswith("meta-llama/Llama")
    machines = Search("", machine_names, meaning=machine_meant)
    assert machines.matches("2x 3090")[0] == "2x GeForce RTX 3090"
    assert machines.matches("pixel")[0].startswith("Pixel")
    assert machines.matches("macbook pro") != []


def test_paths_complete(tmp_path, monkeypatch):
    """Folders and files that can be read, from any beginning; other files are left out."""
    for name in ("model.gguf", "probe.json", "notes.txt", ".hidden.json"):
        (tmp_path / name).write_text("")
    (tmp_path / "folder").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    assert ["~/folder/", "~/model.gguf", "~/probe.json"] == paths("~/")
    assert [f"{tmp_path}/model.gguf"] == paths(f"{tmp_path}/mo")
    assert paths("/no/such/folder/") == []


async def test_an_emptied_field_closes_the_list(start):
    """After Ctrl-U nothing is suggested, and Enter takes nothing."""
    async with start(at="e") as driver:
        await driver.replace("model", "")
        await driver.type("lla")
        search = driver.app.screen.query_one("#model", Search)
        assert search.options.display
        await driver.press("backspace", "backspace", "backspace")
        assert not search.options.display
        assert search.value == ""


async def test_enter_takes_no_name_that_only_shares_letters(start):
    """'none' is no machine: its scattered letters in another name are a suggestion, not a choice."""
    async with start(at="h") as driver:
        await driver.replace("hardware", "")
        await driver.type("none")
        await driver.press("enter")
        assert "unknown hardware 'none'" in driver.problem("hardware")


async def test_what_is_understood_is_taken_as_typed(start):
    """13B and Enter is a model of 13 billion weights; what is no name takes the suggestion marked."""
    async with start(at="e") as driver:
        await driver.replace("model", "")
        await driver.type("13B")
        assert "as typed: 13B model" in driver.text
        await driver.press("enter")
        assert driver.app.conversation.answers.model == "13B"
        assert driver.app.screen.reply.model.n_params == 13e9
