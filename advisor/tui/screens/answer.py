"""The answer: scheme, reasons, figures with intervals, memory, warnings, commands, runners-up."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import DataTable, Footer, Static

from advisor.documents.recommendation import Plan
from advisor.report.plan import figure_rows, headline, summary_cells
from advisor.report.text import rejection_lines
from advisor.tui.answers import command, plain_words
from advisor.tui.conversation import Reply
from advisor.tui.screens.base import StepScreen
from advisor.tui.widgets.large import Large
from advisor.tui.widgets.memory_bar import MemoryBar
from advisor.tui.widgets.steps import Steps

_WIDTHS = (17, 39)
"""Of a figure's name and value; its note takes what is left, and wraps."""


class AnswerScreen(StepScreen):
    """Step 3."""

    STEP = "Answer"
    ABOUT = (
        "The scheme to use and what will come of it. Every figure has an interval and a basis; Enter on a "
        "figure, or on a "
        "runner-up, opens what it is made of and the measurements behind it. c copies the command that runs"
        " it, m the "
        "one that makes it, j the `advisor` command line that gives this same answer."
    )
    AUTO_FOCUS = "#page"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy_run", "Copy"),
        Binding("m", "copy_make", "Copy make"),
        Binding("j", "copy_same", "Copy advisor call", show=False),
        Binding("t,f5", "tradeoffs", "Tradeoffs", key_display="t"),
        Binding("p", "plot", "Plot"),
        Binding("l", "learn", "Learn"),
        Binding("s", "save", "Save"),
    ]

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply

    @property
    def plan(self) -> Plan | None:
        """The recommended plan, or the nearest miss."""
        document = self.reply.document
        return document.recommendation or (document.nearest_miss and document.nearest_miss.plan)

    def compose(self) -> ComposeResult:
        """One long page; the head of it answers, the rest explains."""
        document = self.reply.document
        yield Steps(self.STEP)
        with VerticalScroll(id="page"):
            if document.recommendation is None:
                yield from self._nothing()
            else:
                yield from self._plan(document.recommendation)
            if self.reply.model is not None or document.recommendation is None:
                yield from self._others()
            yield from _listed("What would change this", document.what_would_change)
            yield from self._rejected()
            yield from _heading("The same on the command line")
            yield _text(command(self.reply.answers))
        yield Footer(show_command_palette=False)

    def _plan(self, plan: Plan) -> ComposeResult:
        width = self.app.size.width - 4
        yield Large(plan.scheme, width)
        yield _text(headline(plan), "headline")
        yield _text(" ".join(plan.why), "why")
        if self.reply.model is None:
            yield from self._others()
        yield from _heading("Run (c copies)")
        yield _text(plan.run_command, "command")
        yield from _listed("Mind", self.reply.document.warnings)
        yield from _heading("Figures (Enter opens the evidence)")
        yield DataTable(id="figures", cursor_type="row", show_header=False)
        if plan.predicted.placement is not None:
            yield from _heading("Memory")
            yield MemoryBar(plan.predicted.placement, width)
        if plan.make_command:
            yield from _heading("Make (m copies)" + (f": {plan.make_cost}" if plan.make_cost else ""))
            yield _text(plan.make_command, "command")
        scores = [
            f"{score.benchmark}: {score.expected.value:.1f} expected, {score.published:g} published "
            f"unquantized ({score.reported_by}, {score.setting}) {score.url}"
            for score in plan.expected_scores
        ]
        yield from _listed(
            "Expected scores", tuple(scores) or ((plan.score_note,) if plan.score_note else ())
        )
        yield from _listed(
            "To win accuracy back",
            tuple(f"{way.name}: {way.gain} (cost: {way.cost}; {way.source_url})" for way in plan.recovery),
        )

    def _nothing(self) -> ComposeResult:
        document = self.reply.document
        unmeasured = document.status == "not_measured"
        yield _text(
            "Not enough measurements to answer this" if unmeasured else "Nothing meets this need", "large"
        )
        miss = document.nearest_miss
        if miss:
            yield _text(f"Nearest miss: {headline(miss.plan)}", "headline")
            yield from _listed("It misses", miss.misses)
            if miss.change:
                yield from _listed("It would do with", (plain_words(miss.change),))
            yield from _heading("Figures (Enter opens the evidence)")
            yield DataTable(id="figures", cursor_type="row", show_header=False)
        yield from _listed("Mind", document.warnings)
        yield _text("escape goes back to the questions; t shows every scheme with the reason against it")

    def _others(self) -> ComposeResult:
        if not self.reply.document.alternatives:
            return
        suggested = self.reply.model is None
        yield from _heading(
            "Models that fit, the best of each family first (Enter takes it)"
            if suggested
            else "Runners-up (Enter opens)"
        )
        yield DataTable(id="others", cursor_type="row")

    def _rejected(self) -> ComposeResult:
        lines = rejection_lines(self.reply.document.rejected, 4)
        yield from _listed("Rejected (t shows all)" if self.reply.model else "Rejected", lines)

    def on_mount(self) -> None:
        """Fill the tables."""
        if self.plan is not None:
            table = self.query_one("#figures", DataTable)
            spare = max(self.app.size.width - sum(_WIDTHS) - 10, 14)
            for title, width in zip(("figure", "value", "note"), (*_WIDTHS, spare), strict=True):
                table.add_column(title, width=width)
            for row in figure_rows(self.plan):
                table.add_row(*map(Text, row[:3]), height=None)
        others = self.reply.document.alternatives
        if others:
            table = self.query_one("#others", DataTable)
            suggested = self.reply.model is None
            table.add_columns(
                *(["model"] if suggested else []), "scheme", "engine", "file", "loss", "decode tok/s"
            )
            for plan in self._choices:
                table.add_row(*([plan.model] if suggested else []), *summary_cells(plan))

    @property
    def _choices(self) -> tuple[Plan, ...]:
        """The plans of the second table: a suggestion among its peers, a choice's runners-up."""
        document = self.reply.document
        best = (document.recommendation,) if self.reply.model is None and document.recommendation else ()
        return (*best, *document.alternatives)

    @on(DataTable.RowSelected, "#figures")
    def _open_figure(self, event: DataTable.RowSelected) -> None:
        self._evidence(self.plan, figure_rows(self.plan)[event.cursor_row][3])

    @on(DataTable.RowSelected, "#others")
    def _open_other(self, event: DataTable.RowSelected) -> None:
        plan = self._choices[event.cursor_row]
        if self.reply.model is None:
            self.app.take_model(plan.model)
        else:
            self._evidence(plan, "size")

    def _evidence(self, plan: Plan, section: str) -> None:
        self.app.push_screen(self.app.screen_for("evidence", self.reply, plan, section))

    def action_copy_run(self) -> None:
        """The command that runs the plan, to the clipboard."""
        if self.plan:
            self.app.copy(self.plan.run_command, "run command")

    def action_copy_make(self) -> None:
        """The command that makes the weights, to the clipboard."""
        if self.plan and self.plan.make_command:
            self.app.copy(self.plan.make_command, "make command")
        else:
            self.notify("nothing has to be made: the engine loads it as it is")

    def action_copy_same(self) -> None:
        """The command line that gives this answer."""
        self.app.copy(command(self.reply.answers), "advisor command")

    def action_tradeoffs(self) -> None:
        """Every scheme side by side."""
        if self.needs_model():
            self.app.push_screen(self.app.screen_for("tradeoffs", self.reply))

    def action_plot(self) -> None:
        """Size and speed against loss."""
        if self.needs_model():
            self.app.push_screen(self.app.screen_for("plot", self.reply))

    def action_learn(self) -> None:
        """What quantization does."""
        self.app.push_screen(self.app.screen_for("learn", self.reply))

    def action_save(self) -> None:
        """Take the documents away as files."""
        self.app.push_screen(self.app.screen_for("save", self.reply))

    def needs_model(self) -> bool:
        """Whether a model is chosen; says what to do when none is."""
        if self.reply.table is None:
            self.notify("take one of the models first: Enter on its row", severity="warning")
        return self.reply.table is not None


def _text(text: str, kind: str = "") -> Static:
    return Static(text, markup=False, classes=f"text {kind}".strip())


def _heading(title: str) -> list[Widget]:
    return [Static(title, markup=False, classes="heading")]


def _listed(title: str, lines: tuple[str, ...]) -> list[Widget]:
    if not lines:
        return []
    return [*_heading(title), *(_text(f"- {line}", "item") for line in lines)]
