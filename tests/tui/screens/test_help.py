"""What a screen is for, and its keys."""

from textual.widgets import Static

from advisor.tui.answers import Answers

LLAMA = Answers(model="Llama-3.1-8B", engines="llama.cpp")


async def test_help_names_the_keys(start):
    """? shows what the screen is for and its keys, and closes again."""
    async with start(answers=LLAMA) as driver:
        await driver.press("e", "question_mark")
        assert driver.screen == "QuestionsScreen", "a question mark can be typed into a field"
        await driver.press("f1")
        assert driver.screen == "HelpScreen"
        for words in ("f5", "Answer", "command palette", "how much accuracy it may cost"):
            assert words in driver.app.screen.query_one(Static).content
        await driver.press("escape")
        assert driver.screen == "QuestionsScreen"
