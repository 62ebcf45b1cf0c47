"""Text that is written for the width it gets."""

from rich.text import Text
from textual.app import App

from advisor.tui.widgets.fluid import Fluid


class Numbers(Fluid):
    """As many numbers a line as the width holds."""

    def written(self, width):
        """Each takes four cells."""
        beside = max(width // 4, 1)
        lines = [range(first, min(first + beside, 12)) for first in range(0, 12, beside)]
        return Text("\n".join("".join(f"{number:4}" for number in line) for line in lines))


class Page(App):
    """Nothing but the numbers."""

    CSS = "Numbers { height: auto; }"

    def compose(self):
        """The numbers."""
        yield Numbers()


async def test_its_height_is_that_of_the_text_for_its_width():
    """Twelve numbers stand on one line of 60 cells, and on three of 20 after a resize."""
    app = Page()
    async with app.run_test(size=(60, 10)) as pilot:
        numbers = app.query_one(Numbers)
        assert (60, 1) == numbers.size
        await pilot.resize_terminal(20, 10)
        assert (20, 3) == numbers.size
        assert ["   0   1   2   3   4", "   5   6   7   8   9", "  10  11"] == [
            strip.text.rstrip() for strip in app.screen._compositor.render_strips()[:3]
        ]
