"""Whole conversations, with the keyboard alone, at the smallest and at a large size."""

import pytest

from advisor.tui.answers import Answers

SIZES = [(80, 24), (200, 60)]
LLAMA = Answers(model="Llama-3.1-8B", engines="llama.cpp")


@pytest.mark.parametrize("size", SIZES)
async def test_from_start_to_command(start, size):
    """Enter, a few letters of the model, Enter, Enter, y: the command is on the clipboard.

    Quitting gives back everything copied, once each and in order.
    """
    async with start(size) as driver:
        assert "[3 Answer]" in driver.text
        assert "RTX 4090" in driver.text
        await driver.press("e")
        assert ("[2 Questions]" in driver.text) == (size[0] < 100)
        await driver.replace("model", "")
        await driver.type("lama 3.1 8")
        assert "Llama-3.1-8B" in driver.text
        await driver.press("enter", "enter" if size[0] < 100 else "escape")
        assert "[3 Answer]" in driver.text
        plan = driver.app.screen.plan
        assert f"Llama-3.1-8B: {plan.scheme} on {plan.engine}" in driver.text.replace(" with imatrix", "")
        await driver.press("y")
        assert plan.run_command == driver.app.clipboard
        await driver.press("j", "y", "q")
    first, last = driver.app.return_value.splitlines()[0], driver.app.return_value.splitlines()[-1]
    assert first == plan.run_command.splitlines()[0]
    assert last.startswith("advisor recommend --model Llama-3.1-8B")


@pytest.mark.parametrize("size", SIZES)
async def test_every_screen(start, size):
    """Every screen is reached by keys, says what it should, and escape leads back."""
    async with start(size, answers=LLAMA) as driver:
        await driver.press("e")
        for label in (
            "Model",
            "Used for",
            "Accuracy",
            "Speed",
            "Context",
            "Requests",
            "Engines",
            "KV cache",
            "Calibration",
        ):
            assert f" {label} " in driver.text
        await driver.press("f5" if size[0] < 100 else "escape")
        for words in ("Run (y copies)", "tok/s", "loses"):
            assert words in " ".join(driver.text.split())
        await driver.press("t")
        assert "[4 Tradeoffs]" in driver.text
        for words in ("Context", "Requests", "Loss %", "Machine", "Filter", "scheme", "meet the need"):
            assert words in driver.text
        await driver.press("enter")
        assert driver.screen == "EvidenceScreen"
        assert "Its tensors are stored as" in driver.text
        await driver.press("escape", "p")
        assert "file, GB (across), expected loss, % (up)" in driver.text
        await driver.press("2")
        assert "decode, tokens/s (across), expected loss, % (up)" in driver.text
        await driver.press("escape", "v")
        assert "What the names say" in driver.text or "_K_M" in driver.text
        await driver.press("escape", "escape")
        assert "[3 Answer]" in driver.text
        await driver.press("l")
        assert "scale = max|x| / 127" in driver.text
        await driver.press("escape", "s")
        assert "Llama-3.1-8B" in driver.text or "recommendation.json" in driver.text
        await driver.press("escape", "h")
        assert "[1 Machine]" in driver.text
        await driver.press("escape", "escape", "escape")
        assert "[3 Answer]" in driver.text


async def test_going_back_loses_nothing(start):
    """What was typed stands there again after back and forth."""
    async with start(answers=LLAMA) as driver:
        await driver.press("e")
        await driver.replace("tasks", "math:2%, chat")
        await driver.press("escape", "e")
        assert driver.app.screen.query_one("#tasks").value == "math:2%, chat"


async def test_answers_are_remembered(start):
    """The next start begins with the answers of the last."""
    async with start() as driver:
        await driver.press("e")
        await driver.replace("tasks", "code")
    async with start() as driver:
        assert driver.app.conversation.answers.tasks == "code"


async def test_every_action_is_in_the_palette(start):
    """What a key does can be found by its words, and what was answered can be forgotten."""
    async with start() as driver:
        found = {command.title: command for command in driver.app.get_system_commands(driver.app.screen)}
        assert {"Questions", "Machine", "Copy", "Tradeoffs", "Plot", "Save", "Learn", "Help", "Quit"} <= set(
            found
        )
        driver.app.change(LLAMA)
        found["Forget all answers"].callback()
        assert Answers() == driver.app.conversation.answers


@pytest.mark.parametrize("at", [None, "t", "p", "g", "h", "e", "l"])
async def test_the_palette_names_an_action_once(start, at):
    """Whatever the screen, and however many keys an action has."""
    async with start(at=at) as driver:
        titles = [command.title for command in driver.app.get_system_commands(driver.app.screen)]
        assert sorted(set(titles)) == sorted(titles)


async def test_a_key_pressed_twice_opens_one_screen(start):
    """The second press finds the screen that the first one opened."""
    async with start() as driver:
        await driver.pilot.press("f5", "f5")
        await driver.settle()
        assert [type(screen).__name__ for screen in driver.app.screen_stack[1:]] == [
            "AnswerScreen",
            "TradeoffsScreen",
        ]


async def test_light_and_dark(start):
    """ctrl+t goes to light and back, and is remembered."""
    async with start() as driver:
        assert driver.app.current_theme.dark
        await driver.press("ctrl+t")
        assert not driver.app.current_theme.dark
    async with start() as driver:
        assert not driver.app.current_theme.dark


async def test_ctrl_c_quits_with_130(start):
    """Ctrl-C leaves at once with the exit code of an interruption."""
    async with start() as driver:
        await driver.pilot.press("ctrl+c")
        await driver.pilot.pause()
    assert driver.app.return_code == 130


async def test_a_page_moves_without_steps_between(start):
    """No animation, whatever the terminal: over a line every step of it would be sent."""
    async with start(size=(80, 24)) as driver:
        assert "none" == driver.app.animation_level
        page = driver.app.screen.query_one("#page")
        page.scroll_relative(y=5)
        await driver.pilot.pause()
        assert (5, 5) == (page.scroll_y, page.scroll_target_y)
