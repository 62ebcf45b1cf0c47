"""What a figure is made of."""

from advisor.tui.answers import Answers
from advisor.tui.screens.evidence import sources

LLAMA = Answers(model="Llama-3.1-8B", engines="llama.cpp")


def test_sources_have_titles_and_links():
    """A table that a figure names stands by its title and link; a word that is no table is none."""
    found = sources({"speed": {"decode": ["4 rows (exllama_readme, no_such_table)"]}, "size": {}})
    assert len(found["speed"]) == 1
    assert "https://" in found["speed"][0]
    assert found["size"] == ()


async def test_links_stand_above_the_figures(start):
    """The speed of a plan names who measured it."""
    async with start((120, 40), answers=LLAMA, at="t") as driver:
        await driver.press("enter", "right", "right")
        assert "Measured by" in driver.text
        assert "https://" in driver.text
