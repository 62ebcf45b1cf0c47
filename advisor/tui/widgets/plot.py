"""The plot, safe on terminals without colour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import ceil
from typing import ClassVar

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid
from textual.strip import Strip
from textual_hires_canvas import Canvas
from textual_plot import HiResMode, NumericAxisFormatter, PlotWidget
from textual_plot.plot_widget import Legend

from advisor.report.series import Point, Series, tick_label, ticks


class StyledCanvas(Canvas):
    """The stock one leaves lines without a style until it is laid out; what NO_COLOR filters needs one."""

    def render_line(self, y: int) -> Strip:
        """The line with a style on every segment."""
        strip = super().render_line(y)
        if all(segment.style is not None for segment in strip):
            return strip
        return Strip([Segment(segment.text, segment.style or Style()) for segment in strip])


class LogFormatter(NumericAxisFormatter):
    """Percent on an axis of logarithms."""

    def __init__(self, height: Callable[[], int]) -> None:
        """*height* tells the lines of the axis."""
        super().__init__()
        self._height = height

    def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:
        """1, 3, 10 …; where two would share a line every second one, or every third."""
        found = ticks(min_, max_)
        return found[:: max(ceil(1.5 * len(found) / max(self._height(), 1)), 1)]

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        """Their percentages."""
        return [tick_label(tick) for tick in ticks]


class Plot(PlotWidget, inherit_bindings=False):
    """The stock widget on such canvases; its keys work unseen, for the foot of the screen needs the room."""

    BINDINGS: ClassVar[list[BindingType]] = [
        replace(binding, show=False, group=None) for binding in Binding.make_bindings(PlotWidget.BINDINGS)
    ]

    def begin(self, across: str, log: bool) -> None:
        """Draw nothing; *across* names the axis, *log* says whether the other one is of logarithms."""
        self.clear()
        self.set_y_formatter(LogFormatter(self._height) if log else NumericAxisFormatter())
        self.set_xlabel(across)

    def _height(self) -> int:
        """Lines between top and bottom of the frame."""
        return self.query_one("#plot", Canvas).size.height - 2

    def front(self, points: list[Point]) -> bool:
        """The Pareto front as a line; False for fewer than two points."""
        if len(points) > 1:
            across, up = zip(*sorted((point.x[0], point.y[0]) for point in points), strict=True)
            self.plot(across, up, line_style="dim", hires_mode=HiResMode.BRAILLE)
        return len(points) > 1

    def bars(self, line: Series, style: str, which: str) -> None:
        """The intervals of the points on the front, of all, or of none."""
        points = [point for point in line.points if which == "all" or (which == "front" and point.front)]
        if points:
            # The widget's bars are symmetric: half the interval about its middle gives the true ends.
            low, high = (np.array([point.y[end] for point in points]) for end in (1, 2))
            x = np.array([point.x[0] for point in points])
            half = (high - low) / 2
            self.errorbar(x, (low + high) / 2, yerr=half, marker=" ", marker_style=f"{style} dim")

    def marks(self, points: tuple[Point, ...], marker: str, style: str) -> None:
        """A mark a point."""
        x, y = zip(*((point.x[0], point.y[0]) for point in points), strict=True)
        self.scatter(x, y, marker=marker, marker_style=style)

    def place_of(self, point: Point) -> tuple[int, int]:
        """The cell of the screen that the mark of *point* is in."""
        x, y = self.get_pixel_from_coordinate(point.x[0], point.y[0])
        corner = self.query_one("#plot").region.offset
        return corner.x + x, corner.y + y

    def compose(self) -> ComposeResult:
        """The parts the stock widget looks up by their ids."""
        with Grid():
            for name in ("margin-top", "margin-left", "plot", "margin-bottom"):
                yield StyledCanvas(1, 1, id=name)
        yield Legend(id="legend")
