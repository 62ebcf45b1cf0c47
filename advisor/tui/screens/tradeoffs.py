"""Every scheme side by side, and what if: change the need or the machine and see everything move."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static
from textual.worker import get_current_worker

from advisor.documents.kinds import KV_CHOICES
from advisor.documents.recommendation import Plan
from advisor.errors import AdvisorError
from advisor.report.tradeoffs import detail
from advisor.tui.answers import Answers, explicit, field_of, plain_words, problems
from advisor.tui.conversation import Reply
from advisor.tui.messages import Replied, ReplyFailed
from advisor.tui.names import machine_meant, machine_names
from advisor.tui.other_schemes import beside
from advisor.tui.screens.base import StepScreen
from advisor.tui.widgets.field import Field
from advisor.tui.widgets.keys import Keys
from advisor.tui.widgets.scheme_table import SchemeTable
from advisor.tui.widgets.search import Search
from advisor.tui.widgets.steps import Steps

LOSSES = ("", "0.1", "0.5", "1", "2", "3", "5", "10")
_CONTROLS = (("context", "Context"), ("requests", "Requests"), ("loss", "Loss %"), ("min_speed", "tok/s ≥"))


class TradeoffsScreen(StepScreen):
    """Step 4."""

    STEP = "Tradeoffs"
    ABOUT = (
        "All schemes, feasible or not: ▶ is best, * is on the Pareto front (nothing is at once smaller, "
        "faster and more accurate), x does not meet the need, and the line below says why. The fields above"
        " are a what-if: everything moves as you type. On the table + and - double and halve the context, >"
        " and < the requests, ] and [ loosen and tighten the loss, k changes the KV cache. a takes the "
        "what-if as your answers. Space marks a row, c compares two to four of them. Filter words: a scheme,"
        " a family, an engine, 'pareto', 'memory'. Click a column to sort by it."
    )
    AUTO_FOCUS = "SchemeTable"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "focus_on('filter')", "Filter", key_display="/"),
        Binding("o", "sort(1)", "Sort"),
        Binding("r", "reverse", "Reverse", show=False),
        Binding("f", "feasible", "Feasible"),
        Binding("p", "plot", "Plot"),
        Binding("v", "levels", "Levels"),
        Binding("y", "copy_run", "Copy", show=False),
        Binding("space", "mark", "Mark to compare", show=False),
        Binding("c", "compare", "Compare"),
        Binding("g", "get", "Get & run", show=False),
        Binding("s", "save", "Save"),
        Binding("a", "adopt", "Adopt what-if", show=False),
        Binding("w", "focus_on('context')", "What if", show=False),
        Binding("h", "focus_on('machine')", "Other machine", show=False),
        Binding("plus,equals_sign", "scale('context', 2)", "Context x 2", show=False, key_display="+"),
        Binding("minus", "scale('context', 0.5)", "Context / 2", show=False, key_display="-"),
        Binding("greater_than_sign", "scale('requests', 2)", "Requests x 2", show=False, key_display=">"),
        Binding("less_than_sign", "scale('requests', 0.5)", "Requests / 2", show=False, key_display="<"),
        Binding("right_square_bracket", "loss(1)", "More loss", show=False, key_display="]"),
        Binding("left_square_bracket", "loss(-1)", "Less loss", show=False, key_display="["),
        Binding("k", "kv", "Next KV type", show=False),
    ]

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply
        self.wanted = explicit(reply.answers, reply.requirements)

    def compose(self) -> ComposeResult:
        """Controls, the table, the row at the cursor in words."""
        yield Steps(self.STEP)
        with Horizontal(classes="what-if"):
            for name, label in _CONTROLS:
                yield Field(name, label, Input(getattr(self.wanted, name), id=name, compact=True))
            yield Field("kv", "KV", Static(self.wanted.kv_type, id="kv"))
        with Horizontal(classes="what-if"):
            machine = Search(
                self.wanted.hardware,
                machine_names,
                meaning=machine_meant,
                placeholder=self.reply.hardware.name,
                id="machine",
            )
            yield Field("machine", "Machine", machine)
            yield Field("filter", "Filter", Input(id="filter", compact=True, placeholder="words"))
        yield Static("", id="summary", markup=False)
        yield SchemeTable()
        yield Static("", id="detail", markup=False)
        yield Keys()

    @property
    def table(self) -> SchemeTable:
        """The table."""
        return self.query_one(SchemeTable)

    def on_mount(self) -> None:
        """The reply the answer was made from."""
        self._show(self.reply)

    def _show(self, reply: Reply) -> None:
        self.reply = reply
        best = reply.best
        chosen = (best.case.scheme.name, best.case.engine) if best else ("", None)
        self._show_marks()
        self.table.show(reply.table.rows if reply.table else (), chosen)
        self._summarize()

    def _summarize(self) -> None:
        chosen, rows = self.table.chosen, self.table.all_rows
        good, front = sum(row.feasible for row in rows), sum(row.pareto for row in rows)
        first = f"best: {chosen[0]} on {chosen[1]}" if self.reply.best else "nothing meets the need"
        only = " (f: only these shown)" if self.table.feasible_only else ""
        name = self.reply.model.name if self.reply.model else ""
        self.query_one("#summary", Static).update(
            f"{first}; {good} of {len(rows)} meet the need{only}, {front} on the front: "
            f"{name} on {self.reply.hardware.name}",
            layout=False,
        )

    @on(SchemeTable.Moved)
    def _detail(self, event: SchemeTable.Moved) -> None:
        text = detail(event.row) if event.row else "no scheme has all these words"
        chosen = self.table.chosen_row
        if event.row and chosen and event.row is not chosen and event.row.feasible:
            text = f"Beside {chosen.scheme}: {beside(event.row, chosen)}. {text}"
        self.query_one("#detail", Static).update(text, layout=False)

    @on(Input.Changed, "#filter")
    def _filter(self, event: Input.Changed) -> None:
        self.table.words = event.value
        self.table.rearrange()

    @on(Input.Changed, "#context, #requests, #loss, #min_speed")
    def _typed(self, event: Input.Changed) -> None:
        if event.input.id is not None:
            self.what_if(self.wanted.having({event.input.id: event.value.strip()}))

    @on(Search.Taken)
    @on(Input.Submitted, "#machine SearchInput")
    @on(Input.Blurred, "#machine SearchInput")
    def _machine(self) -> None:
        self.what_if(replace(self.wanted, hardware=self.query_one("#machine", Search).value))

    @on(Input.Submitted)
    def _to_table(self) -> None:
        self.table.focus()

    def what_if(self, answers: Answers) -> None:
        """Compute *answers* if they can be understood, and mark what cannot."""
        answers = replace(
            answers,
            accuracy="number" if answers.loss else "best",
            speed="number" if answers.min_speed else ("fastest" if answers.speed == "fastest" else "any"),
        )
        if answers == self.wanted:
            return
        self.wanted = answers
        wrong = problems(answers)
        for field in self.query(Field):
            field.mark(wrong.get(field.field_name, ""))
        if not wrong:
            self._compute(answers)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _compute(self, answers: Answers) -> None:
        worker = get_current_worker()
        try:
            reply = self.conversation.ask_unless(answers, lambda: worker.is_cancelled, "table")
        except AdvisorError as error:
            self.post_message(ReplyFailed(plain_words(error), field_of(error, dict(_CONTROLS), "machine")))
            return
        if reply is not None:
            self.post_message(Replied(reply))

    @on(Replied)
    def _replied(self, event: Replied) -> None:
        if event.reply.answers == self.wanted:
            self._show(event.reply)

    @on(ReplyFailed)
    def _refused(self, event: ReplyFailed) -> None:
        self.query_one(f"#field-{event.field or 'machine'}", Field).mark(event.text)

    def failed(self, text: str) -> None:
        """Say it where the row at the cursor is said."""
        self.query_one("#detail", Static).update(f"! {text}")

    def action_focus_on(self, name: str) -> None:
        """The cursor into a field."""
        self.query_one(f"#field-{name}").query("Input").first().focus()

    def action_scale(self, name: str, factor: float) -> None:
        """Double or halve a number."""
        need = self.reply.requirements
        value = max(int((need.room_tokens if name == "context" else need.concurrency) * factor), 1)
        longest = self.reply.model.context_length if self.reply.model else None
        if name == "context" and longest:
            value = min(value, longest)
        self.query_one(f"#{name}", Input).value = str(value)

    def action_loss(self, step: int) -> None:
        """The next looser or tighter limit."""
        here = LOSSES.index(self.wanted.loss) if self.wanted.loss in LOSSES else 0
        self.query_one("#loss", Input).value = LOSSES[(here + step) % len(LOSSES)]

    def action_kv(self) -> None:
        """The next KV cache type."""
        here = KV_CHOICES.index(self.wanted.kv_type)
        kv_type = KV_CHOICES[(here + 1) % len(KV_CHOICES)]
        self.query_one("#kv", Static).update(kv_type)
        self.what_if(replace(self.wanted, kv_type=kv_type))

    def action_sort(self, step: int) -> None:
        """By the next column."""
        titles = [column.title for column in self.table.columns]
        self.table.sort(titles[(titles.index(self.table.sorted_by) + step) % len(titles)])

    def action_reverse(self) -> None:
        """The other way round."""
        self.table.sort(self.table.sorted_by)

    def action_feasible(self) -> None:
        """Only what meets the need, or everything; the line above says which."""
        self.table.feasible_only = not self.table.feasible_only
        self.table.rearrange()
        self._summarize()

    def action_back(self) -> None:
        """First what is filtered for, then the screen."""
        line = self.query_one("#filter", Input)
        if line.value:
            line.value = ""
            self.table.focus()
        else:
            super().action_back()

    @on(SchemeTable.Opened)
    async def _open(self, event: SchemeTable.Opened) -> None:
        await self.app.open("evidence", self.reply, event.row, "size")

    def _plan(self) -> Plan | None:
        """The plan of the row at the cursor; None once it is said that there is none."""
        row, session = self.table.row, self.reply.session
        plan = session.plan(self.reply.requirements, row) if row and session else None
        if plan is None:
            self.notify("this scheme cannot run here: see the reason below", severity="warning")
        return plan

    def action_copy_run(self) -> None:
        """The command that runs the row at the cursor."""
        if plan := self._plan():
            self.app.copy(plan.run_command, f"command for {plan.scheme}")

    async def action_get(self) -> None:
        """Download, run and measure the row at the cursor."""
        if plan := self._plan():
            await self.app.open("get", self.reply, plan)

    def action_mark(self) -> None:
        """The row at the cursor, to be compared with others."""
        if plan := self._plan():
            self.mark(plan)
            self._show_marks()
            self.table.action_move(1)

    def _show_marks(self) -> None:
        name = self.reply.chosen.model.name
        marked = self.conversation.marked
        self.table.marked = {(plan.scheme, plan.engine) for plan in marked if plan.model == name}

    def action_adopt(self) -> None:
        """The what-if becomes the answers, and the answer is given anew."""
        self.app.change(self.wanted)
        self.conversation.reply = self.reply
        self.action_back()

    async def action_plot(self) -> None:
        """Size and speed against loss."""
        await self.app.open("plot", self.reply)

    async def action_levels(self) -> None:
        """K_S, K_M and K_L beside each other."""
        await self.app.open("learn", self.reply, "levels")

    async def action_save(self) -> None:
        """Take the documents away as files."""
        await self.app.open("save", self.reply)
