"""The answer, where everything begins: what to run on this machine, and everything that led to it."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Footer, Input, Static
from textual.worker import get_current_worker

from advisor.documents.recommendation import Plan
from advisor.errors import AdvisorError, ProbeError
from advisor.report.terminal import clean
from advisor.tui.answers import Answers, command, plain_words
from advisor.tui.conversation import Reply
from advisor.tui.messages import Replied, ReplyFailed
from advisor.tui.screens.base import StepScreen
from advisor.tui.widgets.answer_page import AnswerPage, FigureTable, text
from advisor.tui.widgets.ranked import Ranked
from advisor.tui.widgets.steps import Steps


class AnswerScreen(StepScreen):
    """The first screen and the last one left."""

    STEP = "Answer"
    ABOUT = (
        "The scheme to use and what will come of it, for the machine named above; e changes the questions, h "
        "the machine, and the answer follows. The four figures are the share of the memory, tokens a second, "
        "the file, and the expected loss, each with its interval. Enter on a model takes it; on a figure or "
        "a runner-up it opens what the figure is made of and the measurements behind it. / searches the list "
        "by words, <10GB, >30tok, <1%, since 2026."
    )
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "questions", "Questions"),
        Binding("h", "machine", "Machine"),
        Binding("x", "this_machine", "Back to this machine", show=False),
        Binding("c", "copy_run", "Copy"),
        Binding("m", "copy_make", "Copy the make command", show=False),
        Binding("j", "copy_same", "Copy the advisor call", show=False),
        Binding("t,f5", "tradeoffs", "Tradeoffs", key_display="t"),
        Binding("p", "plot", "Plot", show=False),
        Binding("escape", "back", show=False),
        Binding("slash", "search", "Search", key_display="/"),
        Binding("w", "words", "Words", key_display="w"),
        Binding("l", "learn", "Learn", show=False),
        Binding("s", "save", "Save", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("up", "scroll(-1)", show=False),
        Binding("pagedown", "scroll(15)", show=False),
        Binding("pageup", "scroll(-15)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._asked: Answers | None = None

    def compose(self) -> ComposeResult:
        """Steps, machine, page."""
        yield Steps(self.STEP)
        yield Static("", id="planned-for", markup=False)
        yield Vertical(id="body")
        yield Footer(compact=True)

    @property
    def reply(self) -> Reply | None:
        """What the page shows."""
        page = self.query(AnswerPage)
        return page.first().reply if page else None

    @property
    def plan(self) -> Plan | None:
        """The recommended plan, or the nearest miss."""
        if self.reply is None:
            return None
        document = self.reply.document
        return document.recommendation or (document.nearest_miss.plan if document.nearest_miss else None)

    async def on_screen_resume(self) -> None:
        """Answer what was changed meanwhile; show what was answered meanwhile."""
        known = self.conversation.reply
        answers = self.conversation.answers
        if known is not None and known.answers == answers:
            if known is not self.reply:
                await self._show(known)
        elif self._asked != answers or self.reply is not None:
            await self._ask(answers)

    async def _ask(self, answers: Answers) -> None:
        self._asked = answers
        waiting = "Computing …" if answers.model else "Looking through the current model families …"
        await self._say(f"Reading the machine … {waiting}" if self.conversation.probed is None else waiting)
        self._compute(answers)

    async def _say(self, words: str, kind: str = "") -> None:
        body = self.query_one("#body")
        await body.remove_children()
        await body.mount(text(words, f"pad {kind}"))

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _compute(self, answers: Answers) -> None:
        worker = get_current_worker()
        try:
            if not answers.hardware.strip() and self.conversation.probed is None:
                self.conversation.read_machine()
            reply = self.conversation.ask_unless(answers, lambda: worker.is_cancelled)
            if reply is not None:
                _ = reply.document  # written here, where it holds nothing up
                self.post_message(Replied(reply))
        except AdvisorError as error:
            mend = "h names a machine" if isinstance(error, ProbeError) else "e changes the questions"
            self.post_message(ReplyFailed(f"{plain_words(error)} ({mend})"))

    @on(Replied)
    async def _replied(self, event: Replied) -> None:
        if event.reply.answers == self.conversation.answers:
            self.conversation.reply = event.reply
            await self._show(event.reply)

    @on(ReplyFailed)
    async def _refused(self, event: ReplyFailed) -> None:
        await self._say(f"! {event.text}", "problem")

    def failed(self, text: str) -> None:
        """Say it where the answer would stand."""
        self.post_message(ReplyFailed(text))

    async def _show(self, reply: Reply) -> None:
        self._asked = reply.answers
        line = self.query_one("#planned-for", Static)
        stated = self._stated(reply.answers)
        line.update(clean(reply.hardware.name) + stated)
        line.set_class(bool(stated), "-other")
        body = self.query_one("#body")
        await body.remove_children()
        await body.mount(AnswerPage(reply))

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
        if self.reply.model is None or event.plan.model != self.reply.model.name:
            self.app.change(replace(self.conversation.answers, model=event.plan.model))
            await self._ask(self.conversation.answers)
        else:
            await self._evidence(event.plan, "size")

    async def _evidence(self, plan: Plan, section: str) -> None:
        await self.app.open("evidence", self.reply, plan, section)

    async def action_questions(self) -> None:
        """What runs, what for, how accurate, how fast."""
        await self.app.open("questions")

    async def action_machine(self) -> None:
        """What the plan is made for."""
        await self.app.open("machine")

    async def action_this_machine(self) -> None:
        """Plan for the machine this runs on, as it was read."""
        here = replace(self.conversation.answers, hardware="", ram="", vram="", bandwidth="")
        if here != self.conversation.answers:
            self.app.change(here)
            await self._ask(here)

    def action_search(self) -> None:
        """The cursor into the search line of the list."""
        lines = self.query("Ranked Input").results(Input)
        if line := next(lines, None):
            line.focus()

    def action_scroll(self, step: int) -> None:
        """The page, without animation: it would send every step over the line."""
        for page in self.query(AnswerPage):
            page.scroll_relative(y=step, animate=False)

    def action_copy_run(self) -> None:
        """The command that runs the plan, to the clipboard."""
        if self.plan:
            self.app.copy(self.plan.run_command, "run command")

    def action_copy_make(self) -> None:
        """The command that makes the weights, to the clipboard."""
        if self.plan and self.plan.make_command:
            self.app.copy(self.plan.make_command, "make command")
        elif self.plan:
            self.notify("nothing has to be made: the engine loads it as it is")

    def action_copy_same(self) -> None:
        """The command line that gives this answer."""
        self.app.copy(command(self.conversation.answers), "advisor command")

    async def action_tradeoffs(self) -> None:
        """Every scheme side by side."""
        if self.needs_model():
            await self.app.open("tradeoffs", self.reply)

    async def action_plot(self) -> None:
        """Size and speed against loss."""
        if self.needs_model():
            await self.app.open("plot", self.reply)

    async def action_words(self) -> None:
        """What the words of the figures mean, with these figures."""
        if self.plan is not None:
            await self.app.open("words", self.plan)

    async def action_learn(self) -> None:
        """What quantization does."""
        if self.reply is not None:
            await self.app.open("learn", self.reply)

    async def action_save(self) -> None:
        """Take the documents away as files."""
        if self.reply is not None:
            await self.app.open("save", self.reply)

    def needs_model(self) -> bool:
        """Whether a model is chosen; says what to do when none is."""
        known = self.reply is not None and self.reply.table is not None
        if not known:
            self.notify("take one of the models first: Enter on its row", severity="warning")
        return known
