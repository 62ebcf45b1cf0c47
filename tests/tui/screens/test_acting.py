"""What can be done with the plan shown."""

from advisor.tui.answers import Answers, command

LLAMA = Answers(model="Llama-3.1-8B", engines="llama.cpp")


async def test_the_three_commands_are_copied(start):
    """y the one that runs, j the one that asks again, m the one that makes if anything is to be made."""
    async with start(answers=LLAMA) as driver:
        plan = driver.app.screen.plan
        await driver.press("y")
        assert plan.run_command == driver.app.clipboard
        await driver.press("j")
        assert command(driver.app.conversation.answers) == driver.app.clipboard
        await driver.press("m")
        made = plan.make_command or command(driver.app.conversation.answers)
        assert made == driver.app.clipboard


async def test_nothing_is_done_without_a_plan(start):
    """While a question makes no sense there is no page, and its keys are no failure."""
    async with start(answers=Answers(model="Lama-9.9-8B")) as driver:
        assert driver.app.screen.plan is None
        await driver.press("y", "m", "g", "w", "t", "s", "l")
        assert driver.screen == "AnswerScreen"
        assert driver.app.copied == []
