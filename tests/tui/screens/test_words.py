"""The words of the figures on a key."""


async def test_words_on_a_key(start):
    """w explains the words of the answer, escape closes it."""
    async with start() as driver:
        await driver.press("w")
        assert "what the model keeps of the" in " ".join(driver.text.split())
        await driver.press("escape")
        assert driver.screen == "AnswerScreen"
