"""An answer as a page."""

from advisor.tui.answers import Answers


async def test_nothing_fits(start):
    """A need that nothing meets shows the nearest miss and the way back."""
    answers = Answers(model="Llama-3.1-405B", engines="llama.cpp")
    async with start(answers=answers) as driver:
        await driver.press("e", "f5")
        assert "Nothing meets this need" in driver.text
        assert "Nearest miss" in driver.text
        await driver.press("e")
        assert "[2 Questions]" in driver.text
