"""One question of a form."""

from textual.app import App
from textual.widgets import Input

from advisor.tui.widgets.field import Field


class Form(App):
    """One field."""

    def compose(self):
        """It."""
        yield Field("context", "Context", Input(), hint="Tokens.")


async def test_what_is_wrong_stands_beneath_and_goes_away():
    """A mark is shown with its text, whatever brackets are in it, and takes its line away again."""
    async with Form().run_test() as pilot:
        field = pilot.app.query_one(Field)
        for text, shown in (("[bold]x: give a number", "! [bold]x: give a number"), ("", "")):
            field.mark(text)
            await pilot.pause()
            assert shown == field.problem
            assert bool(shown) is field.has_class("-wrong")
