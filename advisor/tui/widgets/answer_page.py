"""An answer as a page: what to run and its four figures, what else would do, then why."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import DataTable, Static

from advisor.documents.recommendation import Plan, Recommendation
from advisor.report.figures import placement_words
from advisor.report.plan import figure_rows, headline
from advisor.report.terminal import cleaned
from advisor.report.text import rejection_lines
from advisor.tui.answers import command, plain_words
from advisor.tui.conversation import Reply
from advisor.tui.widgets.four import Four
from advisor.tui.widgets.memory_bar import MemoryBar
from advisor.tui.widgets.ranked import Ranked
from advisor.tui.words import in_place


class FigureTable(DataTable[Text]):
    """Every figure of a plan; Enter opens its evidence."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(id="figures", cursor_type="row", show_header=False)
        self.plan = plan

    def on_resize(self, event: Resize) -> None:
        """A row a figure; what its column does not hold is wrapped."""
        rows = [row[:3] for row in figure_rows(self.plan)]
        widths = figure_widths(rows, event.size.width)
        if widths == [column.width for column in self.ordered_columns]:
            return
        self.clear(columns=True)
        for width in widths:
            self.add_column("", width=width)
        for row in rows:
            self.add_row(*map(Text, row), height=None)

    def section(self, row: int) -> str:
        """The part of the evidence that explains the figure in *row*."""
        return figure_rows(self.plan)[row][3]


def figure_widths(rows: list[tuple[str, str, str]], width: int) -> list[int]:
    """Cells of name, value and note in a table of *width*, each with a blank at both sides: a value gives
    way to its note down to half of what the two have."""
    name, value, note = (max(map(len, column)) for column in zip(*rows, strict=True))
    left = max(width - name - 6, 2)
    value = min(value, max(left - note, left // 2))
    return [name, value, left - value]


class AnswerPage(VerticalScroll, can_focus=False):
    """The page of one reply."""

    def __init__(self, reply: Reply, marked: list[Plan], words: str = "") -> None:
        """*marked* plans carry a mark in the lists; *words* are searched for in the first."""
        super().__init__(id="page")
        self.reply, self.marked, self.words = reply, marked, words
        self.document: Recommendation = cleaned(reply.document)

    def compose(self) -> ComposeResult:
        """The head of it answers, the rest explains."""
        document = self.document
        plan = document.recommendation
        if plan is None:
            yield from self._nothing()
        else:
            imatrix = " with imatrix" if plan.imatrix else ""
            yield text(f"{plan.model}: {plan.scheme}{imatrix} on {plan.engine}", "large")
            place = placement_words(plan.predicted.placement)
            room = f"{plan.context_tokens} tokens x {plan.concurrency}"
            yield text(f"{place}, {plan.kv_type} KV cache, room for {room}")
            yield Four(plan)
            yield from heading("Run (y copies)")
            yield text(plan.run_command, "command")
        yield from self._others()
        if plan is not None:
            yield from self._explained(plan)
        yield from listed("What would change this", tuple(map(in_place, document.what_would_change)))
        named = self.reply.model is not None
        yield from listed(
            "Rejected (t shows all)" if named else "Rejected", rejection_lines(document.rejected, 4)
        )
        yield from heading("The same on the command line (j copies)")
        yield text(command(self.reply.answers))

    def _explained(self, plan: Plan) -> ComposeResult:
        yield from listed("Why", plan.why)
        yield from listed("Mind", tuple(map(in_place, self.document.warnings)))
        yield from heading("Figures (Enter opens the evidence)")
        yield FigureTable(plan)
        if plan.predicted.placement is not None:
            yield from heading("Memory")
            yield MemoryBar(plan.predicted.placement)
        if plan.make_command:
            yield from heading("Make (m copies)" + (f": {plan.make_cost}" if plan.make_cost else ""))
            yield text(plan.make_command, "command")
        scores = [
            f"{score.benchmark}: {score.expected.value:.1f} expected, {score.published:g} published "
            f"unquantized ({score.reported_by}, {score.setting}) {score.url}"
            for score in plan.expected_scores
        ]
        yield from listed("Expected scores", tuple(scores) or ((plan.score_note,) if plan.score_note else ()))
        yield from listed(
            "To win accuracy back",
            tuple(f"{way.name}: {way.gain} (cost: {way.cost}; {way.source_url})" for way in plan.recovery),
        )

    def _nothing(self) -> ComposeResult:
        document = self.document
        unmeasured = document.status == "not_measured"
        yield text(
            "Not enough measurements to answer this" if unmeasured else "Nothing meets this need", "large"
        )
        miss = document.nearest_miss
        if miss:
            yield text(f"Nearest miss: {headline(miss.plan)}", "headline")
            yield Four(miss.plan)
            yield from listed("It misses", miss.misses)
            if miss.change:
                yield from listed("It would do with", (plain_words(miss.change),))
            yield from heading("Figures (Enter opens the evidence)")
            yield FigureTable(miss.plan)
        yield from listed("Mind", tuple(map(in_place, document.warnings)))
        if self.reply.model is not None:
            yield text("e changes the questions; t shows every scheme with the reason against it")

    def _others(self) -> ComposeResult:
        """A suggestion among its peers; the runners-up of a chosen model, and better models."""
        document = self.document
        if self.reply.model is None:
            first = (document.recommendation,) if document.recommendation else ()
            title = "Models that fit, the best of each family first (Enter takes it)"
            plans = (*first, *document.alternatives)
        else:
            title, plans = "Runners-up (Enter opens)", document.alternatives
            if document.recommendation is not None:
                plans = (document.recommendation, *plans)
        if plans:
            yield from heading(title)
            yield Ranked(plans, self.marked, () if self.reply.model else document.rejected, self.words)
        if document.better_models:
            yield from heading("Models with better scores that fit here (Enter takes it)")
            yield Ranked(document.better_models, self.marked)


def text(words: str, kind: str = "") -> Static:
    """A paragraph."""
    return Static(words, markup=False, classes=f"text {kind}".strip())


def heading(title: str) -> list[Widget]:
    """A title line."""
    return [Static(title, markup=False, classes="heading")]


def listed(title: str, lines: tuple[str, ...]) -> list[Widget]:
    """A title and its lines; nothing without lines."""
    if not lines:
        return []
    return [*heading(title), *(text(f"- {line}", "item") for line in lines)]
