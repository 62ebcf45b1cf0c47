"""Nonsense is marked at the field, with the mend, and the conversation goes on."""

from advisor.tui.answers import Answers

LLAMA = Answers(model="Llama-3.1-8B")


WRONG = {
    "tasks": "unknown task 'chating'; nearest: chat",
    "context": "give a whole number above zero such as 8192 or 8k",
    "requests": "Requests 0: give a number of requests such as 4",
    "engines": "unknown engine 'lama.cpp'; nearest: llama.cpp",
}


async def test_questions(start):
    """The form stays, every wrong field says what is wrong, and a correction clears its mark."""
    async with start(
        answers=Answers(tasks="chating", context="many", requests="0", engines="lama.cpp")
    ) as driver:
        await driver.press("e", "f5")
        assert driver.screen == "QuestionsScreen"
        for field, says in WRONG.items():
            assert says in driver.problem(field)
        await driver.replace("tasks", "math:200%")
        await driver.press("f5")
        assert "a percentage lies between 0 and 100" in driver.problem("tasks")
        await driver.replace("tasks", "chat")
        await driver.replace("context", "4k")
        assert (driver.problem("tasks"), driver.problem("context")) == ("", "")
        assert driver.problem("engines")


async def test_what_was_left_wrong_is_marked_when_the_questions_open_again(start):
    """After Escape the field still says what is wrong with it."""
    async with start(at="e") as driver:
        await driver.replace("tasks", "chating")
        await driver.press("escape", "e")
        assert WRONG["tasks"] in driver.problem("tasks")


async def test_unknown_model(start):
    """A model nobody knows is marked with the nearest names."""
    async with start(answers=Answers(model="Lama-9.9-8B")) as driver:
        await driver.press("e", "f5")
        assert "unknown model 'Lama-9.9-8B'; nearest:" in driver.problem("model")


async def test_unreadable_gguf(start, tmp_path):
    """A file that is no GGUF, and one that is gone, are said to be at the field."""
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"not a model")
    async with start(answers=Answers(model=str(broken))) as driver:
        await driver.press("e", "f5")
        assert "broken.gguf" in driver.problem("model")
        broken.unlink()
        await driver.press("f5")
        assert "broken.gguf" in driver.problem("model")
        assert driver.screen == "QuestionsScreen"


async def test_context_longer_than_the_models(start):
    """A context the model cannot read is marked at the context."""
    async with start(answers=Answers(model="Llama-3.1-8B", context="1000k")) as driver:
        await driver.press("e", "f5")
        assert "reads at most 131072 tokens" in driver.problem("context")


async def test_own_number_is_asked_for(start):
    """'a number of my own' without a number is marked."""
    async with start(answers=Answers(model="Llama-3.1-8B", accuracy="number")) as driver:
        await driver.press("e", "f5")
        assert "give a number" in driver.problem("accuracy")
        await driver.replace("loss", "2")
        await driver.press("f5")
        assert driver.app.screen.reply.requirements.max_loss_pct == 2
