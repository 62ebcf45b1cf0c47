"""The plot, safe on terminals without colour."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid
from textual.strip import Strip
from textual_hires_canvas import Canvas
from textual_plot import PlotWidget
from textual_plot.plot_widget import Legend


class StyledCanvas(Canvas):
    """The stock one leaves lines without a style until it is laid out; what NO_COLOR filters needs one."""

    def render_line(self, y: int) -> Strip:
        """The line with a style on every segment."""
        strip = super().render_line(y)
        if all(segment.style is not None for segment in strip):
            return strip
        return Strip([Segment(segment.text, segment.style or Style()) for segment in strip])


class Plot(PlotWidget, inherit_bindings=False):
    """The stock widget on such canvases; its keys work unseen, for the foot of the screen needs the room."""

    BINDINGS: ClassVar[list[BindingType]] = [
        replace(binding, show=False, group=None) for binding in Binding.make_bindings(PlotWidget.BINDINGS)
    ]

    def compose(self) -> ComposeResult:
        """The parts the stock widget looks up by their ids."""
        with Grid():
            for name in ("margin-top", "margin-left", "plot", "margin-bottom"):
                yield StyledCanvas(1, 1, id=name)
        yield Legend(id="legend")
