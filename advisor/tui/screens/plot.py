"""Size against loss and speed against loss, with intervals, the chosen scheme highlighted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer, Static

from advisor.errors import AdvisorError
from advisor.report.series import (
    LOSS,
    SIZE,
    SPEED,
    THROUGHPUT,
    Axis,
    Series,
    limits,
    series,
    tick_label,
    ticks,
)
from advisor.tui.conversation import Reply
from advisor.tui.family import family_series
from advisor.tui.messages import PointsFound
from advisor.tui.screens.base import StepScreen
from advisor.tui.widgets.steps import Steps

if TYPE_CHECKING:
    from textual_plot import NumericAxisFormatter, PlotWidget

MARKERS = (
    ("o", "cyan"),
    ("+", "green"),
    ("x", "yellow"),
    ("^", "magenta"),
    ("*", "blue"),
    ("#", "red"),
    (".", "white"),
)
"""One a series: told apart without colour too."""
_CHOSEN = ("@", "bold")


class PlotScreen(StepScreen):
    """Opened from the answer and from the table."""

    ABOUT = (
        "Every scheme as a point with its interval; @ is the chosen one. 1: file size against expected "
        "loss. 2: decode "
        "speed against expected loss (of all requests together when there are several). 3: the members of "
        "the model's "
        "family side by side, file size against the expected score of one published benchmark. i: intervals"
        " of the "
        "Pareto front, of all, of none. e shows the schemes that do not meet the need. Wheel and + - zoom, "
        "arrows move, r resets. s saves it as SVG."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "view('size')", "Size"),
        Binding("2", "view('speed')", "Speed"),
        Binding("3", "view('family')", "Family"),
        Binding("i", "intervals", "Intervals"),
        Binding("e", "everything", "All"),
        Binding("s", "save", "Save"),
    ]

    def __init__(self, reply: Reply, view: str = "size") -> None:
        super().__init__()
        self.reply, self.view = reply, view
        self.intervals, self.everything = "front", False
        self._family: PointsFound | None = None

    def compose(self) -> ComposeResult:
        """The plot between its title and what its marks mean."""
        from advisor.tui.widgets.plot import Plot  # its numpy alone costs 100 ms

        yield Steps("Tradeoffs")
        yield Static("", id="plot-title", classes="headline pad", markup=False)
        yield Plot(id="plot-widget")
        yield Static("", id="legend-line", classes="pad", markup=False)
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Begin with size against loss."""
        self.query_one("#plot-widget").focus()
        self.call_after_refresh(self.draw)

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """What is drawn across and up."""
        if self.view == "speed":
            return (THROUGHPUT if self.reply.requirements.concurrency > 1 else SPEED), LOSS
        return SIZE, LOSS

    def draw(self) -> None:
        """The view, anew."""
        if self.view == "family":
            if self._family is None:
                self.query_one("#plot-title", Static).update("Computing the family …")
                self._find_family()
            else:
                self._draw(self._family.series, self._family.note, SIZE.title, None)
            return
        x, y = self.axes
        chosen = self.reply.chosen
        title = f"{chosen.model.name} on {self.reply.hardware.name}: {x.title} (across), {y.title} (up)"
        self._draw(series(chosen.table.rows, x, y, self.everything), title, x.title, y)

    def _draw(self, found: list[Series], title: str, across: str, y: Axis | None) -> None:
        from advisor.tui.widgets.plot import Plot

        plot = self.query_one("#plot-widget", Plot)
        plot.clear()
        log = y is not None and y.log
        plot.set_y_formatter(_log_formatter() if log else _plain_formatter())
        plot.set_xlabel(across)
        edges = limits(found, self.intervals != "none")
        if edges:
            plot.set_xlimits(*edges[:2])
            plot.set_ylimits(*edges[2:])
        legend = []
        for line, (marker, style) in zip(found, MARKERS, strict=False):
            _bars(plot, line, style, self.intervals)
            legend.append(f"{marker} {line.name}")
        for line, (marker, style) in zip(found, MARKERS, strict=False):
            _marks(plot, line, marker, style)
        best = [point for line in found for point in line.points if point.name == self.chosen]
        if best:
            _marks(plot, Series("chosen", tuple(best)), *_CHOSEN)
            legend.append(f"@ {self.chosen}")
        self.query_one("#plot-title", Static).update(
            title if found else f"{title}: no scheme has both figures"
        )
        self.query_one("#legend-line", Static).update(_packed(legend, self.app.size.width - 2))

    @property
    def chosen(self) -> str:
        """The point of the chosen scheme."""
        best = self.reply.best
        return f"{best.case.scheme.name} ({best.case.engine})" if best else ""

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _find_family(self) -> None:
        try:
            found, note = family_series(self.reply)
        except AdvisorError as error:
            found, note = [], str(error)
        self.post_message(PointsFound(found, note))

    @on(PointsFound)
    def _family_found(self, event: PointsFound) -> None:
        self._family = event
        if self.view == "family":
            self.draw()

    def failed(self, text: str) -> None:
        """Say it in the title."""
        self.query_one("#plot-title", Static).update(f"! {text}")

    def action_view(self, view: str) -> None:
        """Another picture."""
        self.view = view
        self.draw()

    def action_intervals(self) -> None:
        """Intervals of the Pareto front, of every scheme, or none."""
        self.intervals = {"front": "all", "all": "none", "none": "front"}[self.intervals]
        self.draw()

    def action_everything(self) -> None:
        """With and without what does not meet the need."""
        self.everything = not self.everything
        self.draw()

    async def action_save(self) -> None:
        """Take the documents away as files, this plot among them."""
        await self.app.open("save", self.reply)


def _packed(entries: list[str], width: int) -> str:
    """The entries in as few lines as they need, none of them broken: a mark stands beside its name."""
    lines: list[str] = []
    for entry in entries:
        if lines and len(lines[-1]) + 3 + len(entry) <= width:
            lines[-1] += f"   {entry}"
        else:
            lines.append(entry)
    return "\n".join(lines)


def _bars(plot: PlotWidget, line: Series, style: str, which: str) -> None:
    """The intervals of the points on the front, of all, or of none."""
    import numpy as np

    points = [point for point in line.points if which == "all" or (which == "front" and point.front)]
    if points:
        # The widget's bars are symmetric: half the interval about its middle gives the true ends.
        low, high = (np.array([point.y[end] for point in points]) for end in (1, 2))
        x = np.array([point.x[0] for point in points])
        plot.errorbar(x, (low + high) / 2, yerr=(high - low) / 2, marker=" ", marker_style=f"{style} dim")


def _marks(plot: PlotWidget, line: Series, marker: str, style: str) -> None:
    x, y = zip(*((point.x[0], point.y[0]) for point in line.points), strict=True)
    plot.scatter(x, y, marker=marker, marker_style=style)


def _log_formatter() -> NumericAxisFormatter:
    from textual_plot import NumericAxisFormatter

    class LogFormatter(NumericAxisFormatter):
        """Percent on an axis of logarithms."""

        def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:
            """1, 3, 10 …"""
            return ticks(min_, max_)

        def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
            """Their percentages."""
            return [tick_label(tick) for tick in ticks]

    return LogFormatter()


def _plain_formatter() -> NumericAxisFormatter:
    from textual_plot import NumericAxisFormatter

    return NumericAxisFormatter()
