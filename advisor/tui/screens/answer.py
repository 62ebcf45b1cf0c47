"""The answer, where everything begins: what to run on this machine, and everything that led to it."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import DataTable, Input, Static

from advisor.documents.recommendation import Plan
from advisor.report.terminal import clean
from advisor.tui.answers import Answers, requirements
from advisor.tui.conversation import Reply
from advisor.tui.screens.acting import ActingScreen
from advisor.tui.widgets.answer_page import AnswerPage, FigureTable, put
from advisor.tui.widgets.keys import Keys
from advisor.tui.widgets.questions import Questions, wrong_fields
from advisor.tui.widgets.ranked import Ranked
from advisor.tui.widgets.steps import Steps
from advisor.tui.widgets.tick import Tick

WIDE = 100
"""From this width on the questions stand beside the answer: 40 cells for them, 60 for the page."""


class AnswerScreen(ActingScreen):
    """The first screen and the last one left."""

    STEP = "Answer"
    ABOUT = (
        "The scheme to use and what will come of it, for the machine named above; e changes the questions, h "
        "the machine, and the answer follows. The four figures are the share of the memory, tokens a second, "
        "the file, and the expected loss, each with its interval. Enter on a model takes it; on a figure or "
        "a runner-up it opens what the figure is made of and the measurements behind it. / searches the list "
        "by words, <10GB, >30tok, <1%, since 2026. Space marks a row, c compares two to four marked ones."
    )
    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 (as Textual declares it)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "questions", "Questions"),
        Binding("y", "copy_run", "Copy"),
        Binding("g", "get", "Get & run"),
        Binding("t,f5", "of_a_model('tradeoffs')", "Tradeoffs", key_display="t"),
        Binding("h", "machine", "Machine"),
        Binding("slash", "search", "Search", key_display="/"),
        Binding("w", "words", "Words", key_display="w"),
        Binding("c", "compare", "Compare", show=False),
        Binding("x", "this_machine", "Back to this machine", show=False),
        Binding("m", "copy_make", "Copy the make command", show=False),
        Binding("j", "copy_same", "Copy the advisor call", show=False),
        Binding("p", "of_a_model('plot')", "Plot", show=False),
        Binding("escape", "back", show=False),
        Binding("f", "left_out", "Models left out too", show=False),
        Binding("l", "show('learn')", "Learn", show=False),
        Binding("s", "show('save')", "Save", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("up", "scroll(-1)", show=False),
        Binding("pagedown", "scroll(15)", show=False),
        Binding("pageup", "scroll(-15)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._words: dict[bool, str] = {}
        """What was searched for in the list of models (True) and of schemes (False)."""

    def compose(self) -> ComposeResult:
        """Steps, machine, page, and the questions beside it where there is room."""
        yield Steps(self.STEP)
        yield Static("", id="planned-for", markup=False)
        yield Static("Computing …", id="busy", markup=False)
        with Horizontal(id="beside"):
            with Vertical(id="body"):
                yield Static("", id="said", classes="pad", markup=False)
                page = AnswerPage(self.conversation.marked)
                page.display = False
                yield page
            yield Questions(self.conversation.answers, machine=True)
        yield Keys()

    @property
    def reply(self) -> Reply | None:
        """What the page shows."""
        return self.page.reply if self.page.display else None

    @property
    def page(self) -> AnswerPage:
        """The page; not displayed while there is no answer."""
        return self.query_one(AnswerPage)

    @property
    def plan(self) -> Plan | None:
        """The one at the cursor of a list, else the recommended plan, or the nearest miss."""
        if self.reply is None:
            return None
        for ranked in self.query(Ranked).results(Ranked):
            if ranked.table.has_focus:
                return ranked.at_cursor
        document = self.reply.document
        return document.recommendation or (document.nearest_miss.plan if document.nearest_miss else None)

    @property
    def panel(self) -> Questions:
        """The questions beside the page."""
        return self.query_one(Questions)

    async def on_screen_resume(self) -> None:
        """The panel shows what was answered elsewhere."""
        self.panel.fill(self.conversation.answers)
        await super().on_screen_resume()

    @on(Questions.Changed)
    async def _changed(self, event: Questions.Changed) -> None:
        """Another answer: the list is narrowed at once, and everything is computed anew behind it."""
        if event.typing and event.name in ("machine", "model"):
            return  # a name half typed is another name
        answers = self.panel.typed(self.conversation.answers)
        wrong = wrong_fields(answers)
        self.panel.mark(wrong)
        if wrong or answers == self.conversation.answers:
            return
        self.app.change(answers)
        for ranked in self.query(Ranked):
            ranked.narrow(requirements(answers, None))
        if event.typing:
            self.ask_soon()
        else:
            await self.ask(answers)

    async def waiting(self, answers: Answers) -> None:
        """At the end of the machine's line while there is a page, else in its place."""
        if self.reply is not None:
            self._busy(True)
            return
        what = "Computing …" if answers.model else "Looking through the current model families …"
        if self.conversation.probed is None and not answers.hardware:
            what = f"Reading the machine … {what}"
        self._say(what)

    def _busy(self, busy: bool) -> None:
        self.query_one("#busy").visible = busy  # laid out already: nothing moves

    def _say(self, words: str, problem: bool = False) -> None:
        """*words* in place of the page; the page again without any."""
        said = self.query_one("#said", Static)
        said.set_class(problem, "problem")
        put(said, words)
        self.page.display = not words

    async def refused(self, text: str, field: str) -> None:
        """At the field of the panel where it is seen, else in place of the page."""
        self._next = ""
        self._busy(False)
        if not (self.panel.display and self.panel.refuse(field, text) and self.reply):
            self._say(f"! {text}", problem=True)

    async def shown(self, reply: Reply) -> None:
        """The page of *reply*; each of the two lists, of models and of schemes, is as it was left."""
        self._busy(False)
        self._head(reply)
        self.panel.fill(reply.answers)
        page, before = self.page, self.page.reply
        if before is not None:
            self._words[before.model is None] = page.words_of_list
        page.words = self._words.get(reply.model is None, "")
        page.reply = reply
        self._say("")
        if self.focused is None or page in self.focused.ancestors:
            self.action_rows()
        name, self._next = self._next, ""
        if name and reply.model is not None:
            await self.app.open(name, reply)

    def action_rows(self) -> None:
        """The cursor into the rows of the first list; where nothing fits, the page is to be read first."""
        if self.reply is None or self.reply.document.recommendation is None:
            self.set_focus(None)
        else:
            self.page.enter()

    def _head(self, reply: Reply) -> None:
        line = self.query_one("#planned-for", Static)
        stated = self._stated(reply.answers)
        put(line, clean(reply.hardware.name) + stated)
        line.set_class(bool(stated), "-other")

    def _stated(self, answers: Answers) -> str:
        """The badge of a machine that is not the one this runs on, or not as it was read."""
        if answers.hardware.strip():
            return "  ◆ ANOTHER MACHINE, x: back to this one"
        if answers.ram or answers.vram or answers.bandwidth:
            return "  ◆ THIS MACHINE WITH STATED VALUES, x: as it was read"
        return ""

    @on(DataTable.RowSelected, "#figures")
    async def _open_figure(self, event: DataTable.RowSelected) -> None:
        table = event.data_table
        if isinstance(table, FigureTable):
            await self._evidence(table.plan, table.section(event.cursor_row))

    @on(Ranked.Chosen)
    async def _open_other(self, event: Ranked.Chosen) -> None:
        if self.reply is None:
            return
        if event.plan is None or self.reply.model is None or event.model != self.reply.model.name:
            await self._take(event.model)
        else:
            await self._evidence(event.plan, "size")

    @on(Ranked.Marked)
    def _mark(self, event: Ranked.Marked) -> None:
        self.mark(event.plan)
        for ranked in self.query(Ranked):
            ranked.redraw()

    async def _evidence(self, plan: Plan, section: str) -> None:
        await self.app.open("evidence", self.reply, plan, section)

    async def action_questions(self) -> None:
        """The cursor into the panel, or the questions as a step where there is no room for it."""
        if self.panel.display:
            self.panel.enter("model")
        else:
            await self.app.open("questions")

    def action_back(self) -> None:
        """First out of a field of the panel, then from a model back to the list it was taken from."""
        answers = self.conversation.answers
        if self.focused is not None and self.panel in self.focused.ancestors:
            self.set_focus(None)
            self.action_rows()
        elif answers.model and self.reply is not None:
            self.app.change(replace(answers, model=""))
            self.ask_soon()

    async def action_machine(self) -> None:
        """What the plan is made for."""
        await self.app.open("machine")

    async def action_this_machine(self) -> None:
        """Plan for the machine this runs on, as it was read."""
        here = replace(self.conversation.answers, hardware="", ram="", vram="", bandwidth="")
        if here != self.conversation.answers:
            self.app.change(here)
            await self.ask(here)

    def action_search(self) -> None:
        """The cursor into the search line of the list."""
        lines = self.query("Ranked Input").results(Input)
        if line := next(lines, None):
            line.focus()

    def action_left_out(self) -> None:
        """The models that do not fit, or that others outrank, with the reasons; and without them again."""
        for tick in self.query("Ranked Tick").results(Tick):
            tick.toggle()

    def action_scroll(self, step: int) -> None:
        """The page, without animation: it would send every step over the line."""
        self.page.scroll_relative(y=step, animate=False)
