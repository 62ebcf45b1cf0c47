"""The machine: this one, probed now, or another one by name or file; every value with its source."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button, DataTable, Input, ProgressBar, Static

from advisor.documents.hardware import HardwareProfile
from advisor.errors import AdvisorError
from advisor.report.machine import machine_rows
from advisor.tui.answers import Answers, plain_words
from advisor.tui.conversation import Conversation
from advisor.tui.messages import MachineFailed, MachineRead, Measuring
from advisor.tui.names import machine_names, meant
from advisor.tui.screens.base import StepScreen
from advisor.tui.widgets.field import Field
from advisor.tui.widgets.keys import Keys
from advisor.tui.widgets.search import Search
from advisor.tui.widgets.steps import Steps
from advisor.tui.words import in_place

_OVERRIDES = ("ram", "vram", "bandwidth")
_NAME, _SOURCE = 17, 20
"""Widths of the outer columns; the value takes what is left, and long ones wrap."""


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
            Search(answers.hardware, machine_names, meaning=meant, placeholder="this machine", id="hardware"),
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
        yield DataTable(id="values", cursor_type="row", zebra_stripes=True)
        with Horizontal(classes="buttons"):
            yield Button("Continue", id="continue", variant="primary", compact=True)
            yield Button("Measure bandwidth", id="measure", compact=True)
            yield Button("This machine", id="this", compact=True)
        yield Keys()

    def on_mount(self) -> None:
        """Read the machine, unless it was handed over."""
        table = self.query_one(DataTable)
        spare = max(self.app.size.width - _NAME - _SOURCE - 10, 20)
        for label, width in (("", _NAME), ("value", spare), ("source", _SOURCE)):
            table.add_column(label, width=width)
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
            self.post_message(MachineFailed(str(error)))
            return
        self.post_message(resolved(self.conversation, answers))

    @on(MachineRead)
    def _show(self, event: MachineRead) -> None:
        self._busy(False)
        self._reading = False
        self.query_one("#machine-name", Static).update(event.hardware.name)
        table = self.query_one(DataTable)
        table.clear()
        for row in machine_rows(event.hardware):
            table.add_row(*(Text(in_place(cell)) for cell in row), height=None)
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
        mend = "name one above" if event.field == "hardware" else "mend the marked field"
        self.query_one("#machine-name", Static).update(f"No machine yet: {mend}.")
        self.query_one(DataTable).clear()
        for field in self.query(Field):
            field.mark(event.text if field.field_name == event.field else "")

    def failed(self, text: str) -> None:
        """Say it where the machine would stand."""
        self.post_message(MachineFailed(text))

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
            self.post_message(MachineFailed(f"not measured: {error or 'too little memory'}", "bandwidth"))
            return
        self.conversation.know(measured)
        self.post_message(resolved(self.conversation, self.conversation.answers))

    def _tell(self, done: float) -> None:
        self.post_message(Measuring(done))

    @on(Measuring)
    def _progress(self, event: Measuring) -> None:
        self._busy(True, event.done)


def resolved(conversation: Conversation, answers: Answers) -> MachineRead | MachineFailed:
    """The machine the answers mean, or what is wrong with them, at the field that is."""
    try:
        return MachineRead(conversation.machine(answers))
    except AdvisorError as error:
        failure = error
    bare = answers.having(dict.fromkeys(_OVERRIDES, ""))
    for name in ("hardware", *_OVERRIDES):
        try:
            conversation.machine(bare.having({name: getattr(answers, name)}))
        except AdvisorError as error:
            return MachineFailed(plain_words(error), name)
    return MachineFailed(plain_words(failure))
