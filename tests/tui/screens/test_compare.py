"""Rows are marked with space and compared with c."""

import pytest

from advisor.tui.answers import Answers

LLAMA = Answers(model="Llama-3.1-8B", engines="llama.cpp")


@pytest.mark.parametrize("width", [60, 80, 200])
async def test_marked_schemes_side_by_side(start, width):
    """Three schemes, each figure with its interval below and the best starred, at any width."""
    async with start((width, 40), answers=LLAMA, at="t") as driver:
        await driver.press("space", "down", "space", "down", "down", "space")
        schemes = [plan.scheme for plan in driver.app.conversation.marked]
        await driver.press("c")
        assert driver.screen == "CompareScreen"
        heads = [line.split() for line in driver.text.splitlines() if "Scheme " in line]
        assert schemes == [scheme for head in heads for scheme in head[1:]]
        for words in ("★", "├", "┤", "●", "First token after"):
            assert words in driver.text
        await driver.press("u")
        assert driver.app.conversation.marked == []


async def test_one_or_five_are_not_compared(start):
    """Fewer than two is said with what to do; a fifth is refused."""
    async with start(answers=LLAMA, at="t") as driver:
        await driver.press("space", "c")
        assert driver.screen == "TradeoffsScreen"
        await driver.press("space", "space", "space", "space", "space")
        assert len(driver.app.conversation.marked) == 4


async def test_marks_in_the_ranked_list(start):
    """A row of the answer's list carries its mark, and another need takes all marks away."""
    async with start((120, 40), answers=LLAMA) as driver:
        await driver.press("slash", "enter", "space")
        assert "✓ Llama-3.1-8B" in driver.text
        driver.app.change(Answers(model="Llama-3.1-8B", tasks="math"))
        assert driver.app.conversation.marked == []
