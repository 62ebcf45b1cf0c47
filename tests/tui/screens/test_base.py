"""What every step of the conversation has."""

from advisor.tui.answers import Answers

LLAMA = Answers(model="Llama-3.1-8B", engines="llama.cpp")


async def test_the_first_screen_is_not_left(start):
    """Escape goes back to the answer, and no further."""
    async with start(answers=LLAMA) as driver:
        await driver.press("h", "escape", "escape", "escape")
        assert driver.screen == "AnswerScreen"


async def test_a_defect_in_a_worker_is_said_and_the_screen_goes_on(start, monkeypatch):
    """In place of the answer, and escape and help still work."""

    def broken(*_):
        raise RuntimeError("a defect")

    async with start(answers=LLAMA) as driver:
        monkeypatch.setattr(driver.app.conversation, "ask_unless", broken)
        driver.app.change(LLAMA.having({"context": "2k"}))
        await driver.app.screen.ask(driver.app.conversation.answers)
        await driver.settle()
        assert "this did not work: a defect" in " ".join(driver.text.split())
        await driver.press("question_mark")
        assert driver.screen == "HelpScreen"


async def test_one_row_is_not_compared(start):
    """What to do first is said."""
    async with start(answers=LLAMA) as driver:
        await driver.press("c")
        said = [note.message for note in driver.app._notifications]
        assert ["mark two to four rows of the list with space first"] == said
