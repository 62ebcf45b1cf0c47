"""The machine: this one, probed now, or another one by name or file; every value with its source."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import Resize
from textual.widgets import Button, DataTable, Input, ProgressBar, Static

from advisor.documents.hardware import HardwareProfile
from advisor.errors import AdvisorError
from advisor.report.machine import Row, machine_rows
from advisor.tui.answers import Answers, plain_words
from advisor.tui.conversation import Conversation
from advisor.tui.messages import MachineFailed, MachineRead, Measuring
from advisor.tui.names import machine_meant, machine_names
from advisor.tui.screens.base import StepScreen
from advisor.tui.widgets.field import Field
from advisor.tui.widgets.keys import Keys
from advisor.tui.widgets.search import Search
from advisor.tui.widgets.steps import Steps
from advisor.tui.words import in_place

_OVERRIDES = ("ram", "vram", "bandwidth")
_NAME, _SOURCE = 17, 14
"""Cells of the outer columns."""
_LEAST = 16
"""Cells of a value on the narrowest terminal."""


class Values(DataTable[Text]):
    """What is known of the machine; the middle column takes the width that the outer ones leave."""

    def __init__(self) -> None:
        super().__init__(id="values", cursor_type="row", zebra_stripes=True)
        self._known: list[Row] = []

    def on_resize(self, event: Resize) -> None:
        """Laid out anew on another width."""
        spare = max(event.size.width - _NAME - _SOURCE - 6, _LEAST)
        widths = [_NAME, spare, _SOURCE]
        if widths != [column.width for column in self.ordered_columns]:
            self.clear(columns=True)
            for label, width in zip(("", "value", "source"), widths, strict=True):
                self.add_column(label, width=width)
            self.show(self._known)

    def show(self, rows: list[Row]) -> None:
        """Name, value and source of each; long ones wrap."""
        self._known = rows
        self.clear()
        for row in rows if self.columns else ():
            self.add_row(*(Text(in_place(cell)) for cell in row), height=None)


class MachineScreen(StepScreen):
    """Step 1."""

    STEP = "Machine"
    ABOUT = (
        "What the plan is made for. This machine is read by itself; to plan for another one type its name "
        "(RTX 4090, 2x A100 80GB, M3 Max 64GB, EPYC 9654 384GB, Raspberry Pi 5) or the path of a file "
        "that holds a saved probe. RAM, VRAM and bandwidth replace what was read; empty fields change "
        "nothing. Enter continues."
    )
    AUTO_FOCUS = "#hardware SearchInput"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (76, "-wide")]  # noqa: RUF012 (as Textual declares it)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "continue", "Continue"),
        Binding("f6", "measure", "Measure bandwidth"),
        Binding("f7", "this_machine", "This machine"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._reading = False
        self._go = False
        """Whether to continue as soon as the machine is known."""
        self._later = False
        """Whether what was typed could not be judged before the machine under it is known."""
        self._named = ""
        """The name last put into the field from the answers, or taken from it."""

    def compose(self) -> ComposeResult:
        """Fields above, values beneath, buttons last."""
        answers = self.conversation.answers
        yield Steps(self.STEP)
        yield Field(
            "hardware",
            "Machine",
            Search(
                answers.hardware,
                machine_names,
                meaning=machine_meant,
                placeholder="this machine",
                id="hardware",
            ),
        )
        with Horizontal(id="overrides"):
            for name, label, placeholder in (
                ("ram", "RAM", "e.g. 64GB"),
                ("vram", "VRAM", "each, 24GB"),
                ("bandwidth", "Bandwidth", "1008GB/s"),
            ):
                yield Field(
                    name, label, Input(getattr(answers, name), id=name, placeholder=placeholder, compact=True)
                )
        yield Static("", id="machine-name", markup=False)
        yield ProgressBar(id="progress", show_eta=False)
        yield Values()
        with Horizontal(classes="buttons"):
            yield Button("Continue", id="continue", variant="primary", compact=True)
            yield Button("Measure bandwidth", id="measure", compact=True)
            yield Button("This machine", id="this", compact=True)
        yield Keys()

    def on_mount(self) -> None:
        """Read the machine, unless it was handed over."""
        self.refresh_machine()

    def on_screen_resume(self) -> None:
        """A what-if may have taken another machine meanwhile."""
        answers = self.conversation.answers
        if answers.hardware != self._named:
            self.query_one("#hardware", Search).take(answers.hardware)
            self.refresh_machine()

    def refresh_machine(self) -> None:
        """Show the machine the answers name, probing when it is this one and not yet known."""
        for name in ("hardware", *_OVERRIDES):
            self.query_one(f"#field-{name}", Field).mark("")
        self.query_one("#machine-name", Static).update("Reading this machine …")
        self._busy(True)
        self._reading = True
        self._named = self.conversation.answers.hardware
        self._read(self.conversation.answers)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _read(self, answers: Answers) -> None:
        try:
            if not answers.hardware.strip() and self.conversation.probed is None:
                self.conversation.read_machine()
        except AdvisorError as error:
            self.post_message(MachineFailed({"hardware": str(error)}))
            return
        self.post_message(resolved(self.conversation, answers))

    @on(MachineRead)
    def _show(self, event: MachineRead) -> None:
        self._busy(False)
        self._reading = False
        self.query_one("#machine-name", Static).update(event.hardware.name)
        self.query_one(Values).show(machine_rows(event.hardware))
        go, later = self._go, self._later
        self._go = self._later = False
        if go:
            self.action_continue()
        elif later:
            self.take_answers()

    @on(MachineFailed)
    def _mark(self, event: MachineFailed) -> None:
        self._busy(False)
        self._reading = self._go = False
        mend = "name one above" if "hardware" in event.wrong else "mend the marked field"
        self.query_one("#machine-name", Static).update(f"No machine yet: {mend}.")
        self.query_one(Values).show([])
        for field in self.query(Field):
            field.mark(event.wrong.get(field.field_name, ""))

    def failed(self, text: str) -> None:
        """Say it where the machine would stand."""
        self.post_message(MachineFailed({"hardware": text}))

    def _busy(self, busy: bool, done: float | None = None) -> None:
        bar = self.query_one(ProgressBar)
        bar.display = busy
        bar.update(total=None if done is None else 1.0, progress=done or 0.0)

    @on(Search.Taken)
    @on(Input.Blurred)
    def _changed(self) -> None:
        self.take_answers()

    @on(Input.Changed)
    def _unmark(self, event: Input.Changed) -> None:
        event.input.query_ancestor(Field).mark("")

    def typed(self) -> Answers:
        """The answers with the machine as it stands in the fields."""
        stated = {name: self.query_one(f"#{name}", Input).value for name in _OVERRIDES}
        return self.conversation.answers.having(
            {"hardware": self.query_one("#hardware", Search).value, **stated}
        )

    def take_answers(self) -> bool:
        """Keep what is typed when it is a machine, and show that; else mark the field. Whether it is one."""
        answers = self.typed()
        if not answers.hardware and self.conversation.probed is None:
            return self._take_later(answers)
        found = resolved(self.conversation, answers)
        if isinstance(found, MachineFailed):
            self._mark(found)
            return False
        if answers != self.conversation.answers or any(field.problem for field in self.query(Field)):
            self.app.change(answers)
            self.refresh_machine()
        return True

    def _take_later(self, answers: Answers) -> bool:
        """This machine is meant and not yet known: what is stated over it is judged once it is."""
        kept = self.conversation.answers
        self._later = answers != kept
        if kept.hardware or not self._reading:
            self.app.change(replace(kept, hardware=""))
            self.refresh_machine()
        return False

    @on(Input.Submitted)
    @on(Button.Pressed, "#continue")
    def action_continue(self) -> None:
        """To the answer, once the machine is known."""
        if self.take_answers():
            self.action_back()
            return
        wrong = [field for field in self.query(Field) if field.problem]
        if wrong:
            wrong[0].query(Input).first().focus()
            self.notify("mend the marked field first", severity="warning")
        else:
            self._go = True

    @on(Button.Pressed, "#this")
    def action_this_machine(self) -> None:
        """Back to the machine this runs on, read anew."""
        self.query_one("#hardware", Search).take("")
        for name in _OVERRIDES:
            self.query_one(f"#{name}", Input).value = ""
        self.app.change(replace(self.conversation.answers, hardware="", ram="", vram="", bandwidth=""))
        self.refresh_machine()

    @on(Button.Pressed, "#measure")
    def action_measure(self) -> None:
        """Measure the memory bandwidth of this machine now."""
        if self.conversation.answers.hardware or self.conversation.probed is None:
            self.notify("only this machine can be measured: press F7 first", severity="warning")
            return
        self._busy(True, 0.0)
        self.query_one("#machine-name", Static).update("Measuring memory bandwidth …")
        self._measure(self.conversation.probed)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _measure(self, profile: HardwareProfile) -> None:
        from advisor.probe import measure

        try:
            measured = measure(profile, self._tell)
        except (MemoryError, OSError) as error:
            self.post_message(MachineFailed({"bandwidth": f"not measured: {error or 'too little memory'}"}))
            return
        self.conversation.know(measured)
        self.post_message(resolved(self.conversation, self.conversation.answers))

    def _tell(self, done: float) -> None:
        self.post_message(Measuring(done))

    @on(Measuring)
    def _progress(self, event: Measuring) -> None:
        self._busy(True, event.done)


def resolved(conversation: Conversation, answers: Answers) -> MachineRead | MachineFailed:
    """The machine the answers mean, or what is wrong with them, at each field that is."""
    try:
        return MachineRead(conversation.machine(answers))
    except AdvisorError as error:
        failure = error
    bare = answers.having(dict.fromkeys(_OVERRIDES, ""))
    wrong = {}
    for name in ("hardware", *_OVERRIDES):
        try:
            conversation.machine(bare.having({name: getattr(answers, name)}))
        except AdvisorError as error:
            wrong[name] = plain_words(error)
            if name == "hardware":
                break  # what is stated over no machine cannot be judged
    return MachineFailed(wrong or {"hardware": plain_words(failure)})
