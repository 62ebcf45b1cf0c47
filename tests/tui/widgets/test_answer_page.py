"""An answer as a page."""

import pytest

from advisor.tui.answers import Answers
from advisor.tui.widgets.answer_page import FigureTable


async def test_nothing_fits(start):
    """A need that nothing meets shows the nearest miss and the way back."""
    answers = Answers(model="Llama-3.1-405B", engines="llama.cpp")
    async with start(answers=answers) as driver:
        await driver.press("e", "f5")
        assert "Nothing meets this need" in driver.text
        assert "Nearest miss" in driver.text
        await driver.press("e")
        assert "[2 Questions]" in driver.text


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (220, 60)])
async def test_no_figure_is_hidden(start, size):
    """The table of the figures is as high as its rows, whatever wraps, before and after another answer."""
    async with start(size, answers=Answers(model="Llama-3.1-8B", engines="llama.cpp")) as driver:
        table = driver.app.screen.query_one(FigureTable)
        await driver.press("pagedown", "pagedown")
        assert sum(row.height for row in table.ordered_rows) == table.size.height
        driver.app.change(Answers(model="Llama-3.1-8B", engines="llama.cpp", accuracy="3"))
        await driver.app.screen.ask(driver.app.conversation.answers)
        await driver.settle()
        assert sum(row.height for row in table.ordered_rows) == table.size.height
        assert driver.app.screen.query_one(FigureTable) is table
