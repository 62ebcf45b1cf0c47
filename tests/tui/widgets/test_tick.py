"""A checkbox that is read without colour."""

from textual.app import App

from advisor.tui.widgets.tick import Tick


class Form(App):
    """One box."""

    def compose(self):
        """It."""
        yield Tick("I can run it", True)


async def test_the_tick_is_a_character():
    """Space takes it away and brings it back."""
    async with Form().run_test(size=(30, 3)) as pilot:
        tick = pilot.app.query_one(Tick)
        seen = []
        for key in (None, "space", "space"):
            if key:
                await pilot.press(key)
            seen.append(str(tick.render())[:3])
        assert seen == ["[X]", "[ ]", "[X]"]
