"""An answer as a page: what to run and its four figures, what else would do, then why."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.events import Resize
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import DataTable, Static

from advisor.documents.recommendation import Plan, Recommendation
from advisor.report.figures import placement_words
from advisor.report.plan import figure_rows, headline
from advisor.report.terminal import cleaned
from advisor.report.text import rejection_lines
from advisor.tui.answers import command, plain_words
from advisor.tui.conversation import Reply
from advisor.tui.widgets.four_figures import Four
from advisor.tui.widgets.memory_bar import MemoryBar
from advisor.tui.widgets.ranked import Ranked
from advisor.tui.words import in_place


class FigureTable(DataTable[Text]):
    """Every figure of a plan; Enter opens its evidence.

    Its height is stated: Textual 8.2 measures a widget anew only after a request for a layout that found no
    other waiting, so that rows added before the first request is served would be left out.
    """

    plan: Plan

    def __init__(self) -> None:
        super().__init__(id="figures", cursor_type="row", show_header=False)
        self._figures: list[tuple[str, str, str, str]] = []
        self._width = 0

    def show(self, plan: Plan) -> None:
        """The figures of *plan*."""
        self.plan = plan
        if (figures := figure_rows(plan)) != self._figures:
            self._figures = figures
            self._fill()

    def on_resize(self, event: Resize) -> None:
        """What a column does not hold is wrapped."""
        if event.size.width != self._width:
            self._width = event.size.width
            self._fill()

    def _fill(self) -> None:
        """A row a figure."""
        if not self._figures or not self._width:
            return
        rows = [row[:3] for row in self._figures]
        widths = figure_widths(rows, self._width)
        self.clear(columns=True)
        for width in widths:
            self.add_column("", width=width)
        lines = 0
        for row in rows:
            cells = [Text(text) for text in row]
            height = max(
                len(cell.wrap(self.app.console, width)) for cell, width in zip(cells, widths, strict=True)
            )
            self.add_row(*cells, height=height)
            lines += height
        self.styles.height = lines

    def section(self, row: int) -> str:
        """The part of the evidence that explains the figure in *row*."""
        return self._figures[row][3]


def figure_widths(rows: list[tuple[str, str, str]], width: int) -> list[int]:
    """Cells of name, value and note in a table of *width*, each with a blank at both sides: a value gives
    way to its note down to half of what the two have."""
    name, value, note = (max(map(len, column)) for column in zip(*rows, strict=True))
    left = max(width - name - 6, 2)
    value = min(value, max(left - note, left // 2))
    return [name, value, left - value]


class Part:
    """A heading and what stands below it; neither is seen while there is nothing to say."""

    def __init__(self, body: Widget) -> None:
        self.heading = Static("", markup=False, classes="heading")
        self.body = body

    def show(self, title: str) -> None:
        """Under *title*; '' for nothing."""
        put(self.heading, title)
        self.body.display = bool(title)


class Lines(Part):
    """A heading and an item a line."""

    text: Static

    def __init__(self) -> None:
        self.text = Static("", markup=False, classes="text item")
        super().__init__(self.text)

    def say(self, title: str, lines: Iterable[str]) -> None:
        """*lines* under *title*, if there are any."""
        words = "\n".join(f"- {line}" for line in lines)
        put(self.text, words)
        self.show(title if words else "")


class Command(Part):
    """A heading and a command line."""

    text: Static

    def __init__(self, kind: str) -> None:
        self.text = Static("", markup=False, classes=f"text {kind}")
        super().__init__(self.text)

    def say(self, title: str, words: str) -> None:
        """*words* under *title*, if there are any."""
        put(self.text, words)
        self.show(title if words else "")


def put(shown: Static, words: str) -> None:
    """*words* into *shown*, which is not seen without any; nothing is laid out anew when nothing changes."""
    shown.display = bool(words)
    if words != shown.content:
        shown.update(words)


class AnswerPage(VerticalScroll, can_focus=False):
    """The page of the last reply; another reply changes what is other in it."""

    reply: var[Reply | None] = var(None, init=False, always_update=True)

    def __init__(self, marked: list[Plan]) -> None:
        """*marked* plans, the conversation's own list, carry a mark in the lists."""
        super().__init__(id="page")
        self.words: str | None = None
        """What is searched for in the next reply's list; None leaves the words that stand there."""
        self._title = Static("", markup=False, classes="text large")
        self._miss = Static("", markup=False, classes="text headline")
        self._place = Static("", markup=False, classes="text")
        self._hint = Static("", markup=False, classes="text")
        self._four = Four()
        self._misses, self._with, self._why, self._mind = Lines(), Lines(), Lines(), Lines()
        self._scores, self._recovery, self._change, self._rejected = Lines(), Lines(), Lines(), Lines()
        self._run, self._make, self._same = Command("command"), Command("command"), Command("")
        self._ranked, self._ranked_better = Ranked(marked), Ranked(marked)
        self._list, self._better = Part(self._ranked), Part(self._ranked_better)
        self._table, self._bar = FigureTable(), MemoryBar()
        self._figures, self._memory = Part(self._table), Part(self._bar)

    def compose(self) -> ComposeResult:
        """The head of it answers, the rest explains."""
        yield from (self._title, self._miss, self._place, self._four)
        parts = (
            *(self._misses, self._with, self._run, self._list, self._better, self._why, self._mind),
            *(self._figures, self._memory, self._make, self._scores, self._recovery),
            *(self._change, self._rejected, self._same),
        )
        for part in parts:
            if part is self._change:
                yield self._hint
            yield part.heading
            yield part.body

    @property
    def words_of_list(self) -> str:
        """What is searched for in the list."""
        return self._ranked.words

    def enter(self) -> None:
        """The cursor into the rows of the list; the page stays where it is."""
        self._ranked.enter()

    def watch_reply(self, before: Reply | None, reply: Reply | None) -> None:
        """What is other in it."""
        if reply is None:
            return
        document: Recommendation = cleaned(reply.document)
        plan = document.recommendation
        with self.app.batch_update():
            self._head(document)
            self._show_lists(reply, document)
            self._explain(document)
            self._figure(plan or (document.nearest_miss.plan if document.nearest_miss else None))
            named = reply.model is not None
            put(
                self._hint,
                "e changes the questions; t shows every scheme with the reason against it"
                if named and plan is None
                else "",
            )
            self._change.say("What would change this", map(in_place, document.what_would_change))
            title = "Rejected (t shows all)" if named else "Rejected"
            self._rejected.say(title, rejection_lines(document.rejected, 4))
            self._same.say("The same on the command line (j copies)", command(reply.answers))
        if before is None or before.answers.model != reply.answers.model:
            self.scroll_home(animate=False)

    def _head(self, document: Recommendation) -> None:
        """What to run, or that nothing does and how near it comes."""
        plan, miss = document.recommendation, document.nearest_miss
        if plan is not None:
            imatrix = " with imatrix" if plan.imatrix else ""
            title = f"{plan.model}: {plan.scheme}{imatrix} on {plan.engine}"
            room = f"{plan.context_tokens} tokens x {plan.concurrency}"
            place = placement_words(plan.predicted.placement)
            put(self._place, f"{place}, {plan.kv_type} KV cache, room for {room}")
            miss = None
        else:
            unmeasured = document.status == "not_measured"
            title = "Not enough measurements to answer this" if unmeasured else "Nothing meets this need"
            put(self._place, "")
        put(self._title, title)
        put(self._miss, f"Nearest miss: {headline(miss.plan)}" if miss else "")
        self._four.show(plan or (miss.plan if miss else None))
        self._misses.say("It misses", miss.misses if miss else ())
        self._with.say("It would do with", (plain_words(miss.change),) if miss and miss.change else ())
        self._run.say("Run (y copies)", plan.run_command if plan else "")

    def _show_lists(self, reply: Reply, document: Recommendation) -> None:
        """A suggestion among its peers; the runners-up of a chosen model, and better models."""
        named = reply.model is not None
        first = (document.recommendation,) if document.recommendation else ()
        plans = (*first, *document.alternatives)
        title = (
            "Runners-up (Enter opens)"
            if named
            else "The best model of each family that fits (Enter takes it)"
        )
        self._list.show(title if plans else "")
        self._ranked.show(plans, () if named else document.rejected, self.words)
        self.words = None
        better = document.better_models
        self._better.show("Models with better scores that fit here (Enter takes it)" if better else "")
        self._ranked_better.show(better)

    def _explain(self, document: Recommendation) -> None:
        plan = document.recommendation
        self._why.say("Why", plan.why if plan else ())
        self._mind.say("Mind", map(in_place, document.warnings))
        cost = f": {plan.make_cost}" if plan and plan.make_cost else ""
        self._make.say(f"Make (m copies){cost}", plan.make_command or "" if plan else "")
        scores = [
            f"{score.benchmark}: {score.expected.value:.1f} expected, {score.published:g} published "
            f"unquantized ({score.reported_by}, {score.setting}) {score.url}"
            for score in (plan.expected_scores if plan else ())
        ]
        note = (plan.score_note,) if plan and plan.score_note else ()
        self._scores.say("Expected scores", scores or note)
        self._recovery.say(
            "To win accuracy back",
            [
                f"{way.name}: {way.gain} (cost: {way.cost}; {way.source_url})"
                for way in (plan.recovery if plan else ())
            ],
        )

    def _figure(self, plan: Plan | None) -> None:
        """The figures of the plan, or of the nearest miss, and where its bytes live."""
        self._figures.show("Figures (Enter opens the evidence)" if plan else "")
        placement = plan.predicted.placement if plan else None
        self._memory.show("Memory" if placement else "")
        if plan is not None:
            self._table.show(plan)
        if placement is not None:
            self._bar.show(placement)
