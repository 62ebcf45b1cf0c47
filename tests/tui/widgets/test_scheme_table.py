"""The tradeoff table."""

import pytest
from textual.app import App

from advisor.tui.answers import Answers
from advisor.tui.conversation import Conversation
from advisor.tui.widgets.scheme_table import SchemeTable


@pytest.fixture(scope="module")
def rows():
    """Every scheme of a small model on one engine."""
    answers = Answers(hardware="RTX 4090", model="Llama-3.1-8B", engines="llama.cpp")
    return Conversation(answers, probe=lambda: None).ask(answers).table.rows


class Page(App):
    """The table alone."""

    def __init__(self):
        super().__init__()
        self.opened = []

    def compose(self):
        """It."""
        yield SchemeTable()

    def on_scheme_table_opened(self, event):
        """Keep it."""
        self.opened.append(event.row.scheme)


async def test_the_cursor_stays_on_its_scheme(rows):
    """Sorted otherwise or filtered, the row at the cursor is the same one; Enter opens it."""
    async with Page().run_test(size=(80, 20)) as pilot:
        table = pilot.app.query_one(SchemeTable)
        table.focus()
        table.show(rows, ("Q4_K_M", "llama.cpp"))
        assert table.row is table.chosen_row
        for title in ("tok/s", "loss %", "loss %", "scheme"):
            table.sort(title)
            assert table.row.scheme == "Q4_K_M"
        table.words = "gguf q4"
        table.rearrange()
        assert len(table.rows) < len(rows)
        await pilot.press("enter")
        assert ["Q4_K_M"] == pilot.app.opened


async def test_ends_are_ends(rows):
    """Beyond the first and the last row there is none."""
    async with Page().run_test(size=(80, 20)) as pilot:
        table = pilot.app.query_one(SchemeTable)
        table.focus()
        table.show(rows, ("", None))
        await pilot.press("home", "up")
        assert table.cursor == 0
        await pilot.press("end", "down")
        assert len(rows) - 1 == table.cursor


@pytest.mark.parametrize("width", [50, 60, 80, 163, 220])
async def test_no_line_is_wider_than_the_table(rows, width):
    """And the head names the sorted column whole, with its arrow, beside every name."""
    async with Page().run_test(size=(width, 10)) as pilot:
        table = pilot.app.query_one(SchemeTable)
        table.show(rows, ("", None))
        await pilot.pause()
        lines = [table.render_line(y).text for y in range(10)]
        assert {width} == {len(line) for line in lines}
        assert "GB▼" in lines[0]
        assert table.row.scheme[:10] in lines[1]
