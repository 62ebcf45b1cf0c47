"""Size against loss and speed against loss, with intervals, the chosen scheme highlighted."""

from __future__ import annotations

from math import hypot
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import MouseMove
from textual.widgets import Static

from advisor.documents.tradeoffs import Row
from advisor.errors import AdvisorError
from advisor.report.series import (
    LOSS,
    SIZE,
    SPEED,
    THROUGHPUT,
    Axis,
    Point,
    Series,
    limits,
    series,
)
from advisor.report.tradeoffs import detail
from advisor.tui.conversation import Reply
from advisor.tui.family import family_series
from advisor.tui.messages import PointsFound
from advisor.tui.screens.base import StepScreen
from advisor.tui.widgets.keys import Keys
from advisor.tui.widgets.steps import Steps

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
_CHOSEN, _HERE = ("@", "bold"), ("◉", "bold reverse")
_NEAR = 1.5
"""Lines from the mouse within which a point is meant; a cell is about twice as high as wide."""


class PlotScreen(StepScreen):
    """Opened from the answer and from the table."""

    ABOUT = (
        "Every scheme as a point with its interval; @ is the chosen one. 1: file size against expected "
        "loss. 2: decode "
        "speed against expected loss (of all requests together when there are several). 3: the members of "
        "the model's "
        "family side by side, file size against the expected score of one published benchmark. i: intervals"
        " of the "
        "Pareto front, of all, of none. e shows the schemes that do not meet the need. Arrows and the mouse "
        "go from point to point, the line below says which it is, Enter opens it. Wheel and + - zoom, "
        "dragging moves, r resets. s saves it as SVG."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "view('size')", "Size"),
        Binding("2", "view('speed')", "Speed"),
        Binding("3", "view('family')", "Family"),
        Binding("i", "intervals", "Intervals"),
        Binding("e", "everything", "All"),
        Binding("s", "save", "Save"),
        Binding("left", "walk(-1, 0)", show=False, priority=True),
        Binding("right", "walk(1, 0)", show=False, priority=True),
        Binding("down", "walk(-1, 1)", show=False, priority=True),
        Binding("up", "walk(1, 1)", show=False, priority=True),
        Binding("enter", "open", "Open", priority=True),
    ]

    def __init__(self, reply: Reply, view: str = "size") -> None:
        super().__init__()
        self.reply, self.view = reply, view
        self.intervals, self.everything = "front", False
        self._family: PointsFound | None = None
        self.points: list[Point] = []
        self.here: Point | None = None
        """The point of the cursor."""

    def compose(self) -> ComposeResult:
        """The plot between its title and what its marks mean."""
        from advisor.tui.widgets.plot import Plot  # its numpy alone costs 100 ms

        yield Steps("Tradeoffs")
        yield Static("", id="plot-title", classes="headline pad", markup=False)
        yield Plot(id="plot-widget")
        yield Static("", id="legend-line", classes="pad", markup=False)
        yield Static("", id="point-line", classes="pad", markup=False)
        yield Keys()

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
        plot.begin(across, log=y is not None and y.log)
        self.points = [point for line in found for point in line.points]
        self.here = next((point for point in self.points if point == self.here), None)
        edges = limits(found, self.intervals != "none")
        if edges:
            plot.set_xlimits(*edges[:2])
            plot.set_ylimits(*edges[2:])
        legend = []
        if y is not None and plot.front([point for point in self.points if point.front]):
            legend.append("─ Pareto front")
        for line, (marker, style) in zip(found, MARKERS, strict=False):
            plot.bars(line, style, self.intervals)
            legend.append(f"{marker} {line.name}")
        for line, (marker, style) in zip(found, MARKERS, strict=False):
            plot.marks(line.points, marker, style)
        best = tuple(point for point in self.points if point.name == self.chosen)
        if best:
            plot.marks(best, *_CHOSEN)
            legend.append(f"@ {self.chosen}")
        if self.here is None:
            self.query_one("#point-line", Static).update("")  # its point is not in this picture
        else:
            plot.marks((self.here,), *_HERE)
        if found:
            legend.append(f"better {'↖' if y is None else '↙' if self.view == 'size' else '↘'}")
        self.query_one("#plot-title", Static).update(
            title if found else f"{title}: no scheme has both figures"
        )
        self.query_one("#legend-line", Static).update(
            _packed(legend, self.query_one("#legend-line").size.width)
        )

    @property
    def chosen(self) -> str:
        """The point of the chosen scheme."""
        best = self.reply.best
        return f"{best.case.scheme.name} ({best.case.engine})" if best else ""

    def _go(self, point: Point) -> None:
        if point != self.here:
            self.here = point
            self.draw()
            row = self._row()
            self.query_one("#point-line", Static).update(
                f"{row.engine}, {detail(row)}" if row else point.name
            )

    def _row(self) -> Row | None:
        """The row of the point at the cursor; the members of a family have none here."""
        if self.here is None or self.view == "family":
            return None
        rows = self.reply.chosen.table.rows
        return next((row for row in rows if f"{row.scheme} ({row.engine})" == self.here.name), None)

    def action_walk(self, step: int, axis: int) -> None:
        """To the next point across (axis 0) or up (axis 1); at first to the chosen one."""
        if not self.points:
            return
        if self.here is None:
            chosen = (point for point in self.points if point.name == self.chosen)
            self._go(next(chosen, self.points[0]))
            return
        order = sorted(self.points, key=lambda point: (point.y, point.x) if axis else (point.x, point.y))
        place = min(max(order.index(self.here) + step, 0), len(order) - 1)
        self._go(order[place])

    def on_mouse_move(self, event: MouseMove) -> None:
        """The point under the mouse."""
        from advisor.tui.widgets.plot import Plot

        place = self.query_one("#plot-widget", Plot).place_of
        spots = [(place(point), point) for point in self.points]
        near = [
            (hypot((spot[0] - event.screen_x) / 2, spot[1] - event.screen_y), index)
            for index, (spot, _) in enumerate(spots)
        ]
        distance, index = min(near, default=(_NEAR + 1, 0))
        if distance <= _NEAR:
            self._go(spots[index][1])

    async def action_open(self) -> None:
        """The evidence of the point at the cursor."""
        row = self._row()
        if row is None:
            self.notify("go to a point with the arrows first", severity="warning")
        else:
            await self.app.open("evidence", self.reply, row, "accuracy")

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
