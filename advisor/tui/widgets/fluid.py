"""Text that is written for the width it gets: the layout asks for its height, and one pass lays it out."""

from __future__ import annotations

from abc import abstractmethod

from rich.text import Text
from textual.geometry import Size
from textual.visual import visualize
from textual.widget import Widget


class Fluid(Widget):
    """A text of its width. Written on a resize instead, it would keep the height of the text before wherever
    the screen is laid out between the two.
    """

    @abstractmethod
    def written(self, width: int) -> Text:
        """What stands in *width* cells."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The lines of the text."""
        return visualize(self, self.written(width), markup=False).get_height({}, width)

    def render(self) -> Text:
        """The text."""
        return self.written(self.content_size.width)
