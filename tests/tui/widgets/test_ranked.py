"""The ranked list."""

import pytest
from textual.app import App
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from advisor.documents.recommendation import Plan
from advisor.tui.answers import Answers
from advisor.tui.conversation import Conversation
from advisor.tui.widgets.ranked import Ranked


@pytest.fixture(scope="module")
def plans():
    """The recommendation and its runners-up."""
    answers = Answers(hardware="RTX 4090", model="Llama-3.1-8B", engines="llama.cpp")
    document = Conversation(answers, probe=lambda: None).ask(answers).document
    found = (document.recommendation, *document.alternatives)
    assert len(found) > 3
    return found


class Page(App):
    """The list on a page that is longer than the screen."""

    def __init__(self, plans):
        super().__init__()
        self.plans, self.chosen, self.marked = plans, [], []

    def compose(self):
        """Text above and below it."""
        with VerticalScroll(can_focus=False):
            yield Static("\n" * 3)
            yield Ranked(self.marked)
            yield Static("\n" * 40)

    def on_mount(self):
        """The plans."""
        self.query_one(Ranked).show(self.plans)

    def on_ranked_chosen(self, event):
        """Keep it."""
        self.chosen.append(event.plan or event.model)

    def on_ranked_marked(self, event):
        """Keep it."""
        self.marked.append(event.plan)
        self.query_one(Ranked).redraw()


async def test_rows_are_walked_marked_and_taken(plans):
    """Down, space, Enter; the cursor stays on its row when the mark is drawn."""
    async with Page(plans).run_test(size=(80, 12)) as pilot:
        ranked = pilot.app.query_one(Ranked)
        ranked.enter()
        await pilot.press("down", "space", "enter")
        assert [plans[1]] == pilot.app.marked == pilot.app.chosen
        assert plans[1] is ranked.at_cursor
        assert str(ranked.table.get_row_at(1)[0]).startswith("✓ ")


async def test_the_page_follows_the_cursor_without_a_jump(plans):
    """A row below the fold comes into sight; after the last row the page is read on."""
    async with Page(plans).run_test(size=(80, 8)) as pilot:
        page = pilot.app.query_one(VerticalScroll)
        pilot.app.query_one(Ranked).enter()
        await pilot.pause()
        assert page.scroll_y == 0
        await pilot.press(*["down"] * (len(plans) - 1))
        last = page.scroll_y
        assert last > 0
        await pilot.press("down", "down")
        await pilot.pause(0.5)
        assert page.scroll_y > last


async def test_escape_clears_before_it_leaves(plans):
    """First the words, then the search line, back to the rows."""
    async with Page(plans).run_test(size=(80, 20)) as pilot:
        ranked = pilot.app.query_one(Ranked)
        search = ranked.query_one(Input)
        search.focus()
        await pilot.press(*"zzz")
        assert () == ranked.shown
        assert "nothing has all these words" in str(ranked.query_one(".reason", Static).content)
        assert ranked.at_cursor is None
        await pilot.press("escape")
        assert (search.value, search.has_focus) == ("", True)
        assert {True} == {isinstance(entry, Plan) for entry in ranked.shown}
        await pilot.press("escape")
        assert ranked.table.has_focus


async def test_a_model_named_outright_is_taken_though_the_list_has_it_not(plans):
    """A pasted command says its model; Enter takes it."""
    async with Page(plans).run_test(size=(80, 20)) as pilot:
        ranked = pilot.app.query_one(Ranked)
        search = ranked.query_one(Input)
        search.focus()
        search.value = "ollama run phi4"
        await pilot.pause()
        assert "not in this list: Enter takes phi4" == str(ranked.query_one(".reason", Static).content)
        await pilot.press("enter")
        await pilot.pause()
        assert ["phi4"] == pilot.app.chosen
