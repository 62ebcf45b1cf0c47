"""The questions beside the answer: every change is answered in place."""

import asyncio

import pytest

from advisor.documents.recommendation import Rejection
from advisor.tui.answers import Answers, command
from advisor.tui.screens.asking import PAUSE_S
from advisor.tui.widgets.ranked import Ranked

LLAMA = Answers(model="Llama-3.1-8B", engines="llama.cpp")
SMALL = Answers(engines="llama.cpp", requests="1", context="2k")


async def _answered(driver):
    """Until what was typed last is answered."""
    await asyncio.sleep(2 * PAUSE_S)
    await driver.settle()


@pytest.mark.parametrize(("width", "beside"), [(99, False), (100, True)])
async def test_where_there_is_room(start, width, beside):
    """From 100 columns on the questions stand beside the answer; below, e opens them."""
    async with start((width, 24), answers=LLAMA) as driver:
        assert driver.app.screen.panel.display is beside
        await driver.press("e")
        assert (driver.screen == "AnswerScreen") is beside


async def test_a_change_is_answered_in_place(start):
    """Typing a task answers anew, with the cursor still in the field."""
    async with start((120, 30), answers=LLAMA) as driver:
        before = driver.app.screen.reply
        await driver.press("e", "tab")
        await driver.replace("tasks", "math")
        await _answered(driver)
        after = driver.app.screen.reply
        assert [need.task for need in after.requirements.tasks] == ["math"]
        assert before.document.recommendation.loss_pct != after.document.recommendation.loss_pct
        assert driver.app.focused.id == "tasks"
        assert (
            command(after.answers) == "advisor recommend --model Llama-3.1-8B --task=math --engine=llama.cpp"
        )


async def test_nonsense_is_marked_and_the_answer_stays(start):
    """A field that makes no sense says so, and what was answered before is still there."""
    async with start((120, 30), answers=LLAMA) as driver:
        before = driver.app.screen.reply
        await driver.replace("context", "many")
        await driver.replace("model", "Lama-9.9-8B")
        await driver.press("e", "enter", "tab")
        assert "give a whole number" in driver.problem("context")
        await driver.replace("context", "")
        await _answered(driver)
        assert "unknown model 'Lama-9.9-8B'" in driver.problem("model")
        assert driver.app.screen.reply is before


async def test_choices_narrow_the_list_at_once(start):
    """A licence leaves only models that have it, in the list now and in the answer that follows."""
    async with start((160, 40), answers=SMALL) as driver:
        screen = driver.app.screen
        licences = {plan.licence for plan in screen.query_one(Ranked).shown}
        assert not licences <= {"apache-2.0", "mit", "bsd-3-clause"}
        screen.panel.query_one("#licence").value = "osi"
        await driver.pilot.pause()
        await driver.settle()
        shown = driver.app.screen.query_one(Ranked).shown
        assert {plan.licence for plan in shown} <= {"apache-2.0", "mit", "bsd-3-clause"}
        assert driver.app.screen.reply.requirements.licences == ("osi",)
        await driver.press("f")
        assert any(isinstance(entry, Rejection) for entry in driver.app.screen.query_one(Ranked).shown)
        assert "x memory" in driver.text


async def test_escape_goes_back_one_thing_at_a_time(start):
    """Out of the field, from the model to the list it was taken from; the list is as it was left."""
    async with start((120, 30), answers=SMALL) as driver:
        first = driver.app.screen.reply
        await driver.press("slash")
        await driver.type("qwen")
        await driver.press("enter", "enter")
        assert driver.app.screen.reply.model.name.startswith("Qwen")
        assert not driver.app.screen.panel.query_one("#field-licence").display
        await driver.press("escape")
        await _answered(driver)
        assert driver.app.screen.reply is first
        assert driver.app.screen.query_one(Ranked).words == "qwen"


async def test_another_machine_has_a_badge_and_is_not_there_next_time(start):
    """A named machine is marked, x goes back to this one, and the next start plans for its own."""
    named = Answers(hardware="RTX 3090", model="Llama-3.1-8B")
    async with start(answers=named) as driver:
        driver.app.change(named)
        await driver.press("e", "escape")
        assert "RTX 3090  ◆ ANOTHER MACHINE, x: back to this one" in driver.text
        await driver.press("x")
        assert "ANOTHER MACHINE" not in driver.text
        assert driver.app.screen.reply.hardware.name == driver.app.conversation.probed.name
    async with start() as driver:
        assert driver.app.conversation.answers.hardware == ""
