"""The machine: this one, probed now, or another one by name or file; every value with its source."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button, DataTable, Footer, Input, ProgressBar, Static

from advisor.documents.hardware import HardwareProfile
from advisor.errors import AdvisorError
from advisor.tui.answers import Answers, plain_words
from advisor.tui.machine_rows import machine_rows
from advisor.tui.messages import MachineFailed, MachineRead, Measuring
from advisor.tui.screens.base import StepScreen
from advisor.tui.widgets.field import Field
from advisor.tui.widgets.search import Search
from advisor.tui.widgets.steps import Steps

_OVERRIDES = ("ram", "vram", "bandwidth")
_NAME, _SOURCE = 17, 20
"""Widths of the outer columns; the value takes what is left, and long ones wrap."""


class MachineScreen(StepScreen):
    """Step 1."""

    STEP = "Machine"
    ABOUT = (
        "What the plan is made for. This machine is read by itself; to plan for another one type its name "
        "(RTX 4090, 2x A100 80GB, M3 Max 64GB, EPYC 9654 384GB, Raspberry Pi 5) or the path of a file "
        "written by "
        "`advisor probe --json`. RAM, VRAM and bandwidth replace what was read. Empty fields change nothing."
    )
    AUTO_FOCUS = "#continue"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "continue", "Continue"),
        Binding("f6", "measure", "Measure bandwidth"),
        Binding("f7", "this_machine", "This machine"),
        Binding("escape", "back", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Fields above, values beneath, buttons last."""
        answers = self.conversation.answers
        yield Steps(self.STEP)
        yield Field(
            "hardware",
            "Machine",
            Search(answers.hardware, machine_names, placeholder="this machine", id="hardware"),
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
        yield Footer(show_command_palette=False)

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
        if answers.hardware != self.query_one("#hardware", Search).value:
            self.query_one("#hardware", Search).take(answers.hardware)
            self.refresh_machine()

    def refresh_machine(self) -> None:
        """Show the machine the answers name, probing when it is this one and not yet known."""
        for name in ("hardware", *_OVERRIDES):
            self.query_one(f"#field-{name}", Field).mark("")
        self.query_one("#machine-name", Static).update("Reading this machine …")
        self._busy(True)
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
        self.query_one("#machine-name", Static).update(event.hardware.name)
        table = self.query_one(DataTable)
        table.clear()
        for row in machine_rows(event.hardware):
            table.add_row(*(Text(plain_words(cell)) for cell in row), height=None)

    @on(MachineFailed)
    def _mark(self, event: MachineFailed) -> None:
        self._busy(False)
        self.query_one("#machine-name", Static).update("No machine yet: name one above.")
        self.query_one(DataTable).clear()
        self.query_one(f"#field-{event.field}", Field).mark(event.text)

    def failed(self, text: str) -> None:
        """Say it where the machine would stand."""
        self.post_message(MachineFailed(text))

    def _busy(self, busy: bool, done: float | None = None) -> None:
        bar = self.query_one(ProgressBar)
        bar.display = busy
        bar.update(total=None if done is None else 1.0, progress=done or 0.0)

    @on(Search.Taken)
    @on(Input.Submitted)
    @on(Input.Blurred)
    def _changed(self) -> None:
        self.take_answers()

    def take_answers(self) -> None:
        """Keep what is typed, and show the machine it means when that is another one."""
        stated = {name: self.query_one(f"#{name}", Input).value for name in _OVERRIDES}
        answers = replace(
            self.conversation.answers, hardware=self.query_one("#hardware", Search).value, **stated
        )
        if answers != self.conversation.answers:
            self.app.change(answers)
            self.refresh_machine()

    @on(Button.Pressed, "#continue")
    def action_continue(self) -> None:
        """To the questions, once the machine is known."""
        from advisor.tui.screens.questions import QuestionsScreen

        self.take_answers()
        if any(field.problem for field in self.query(Field)):
            self.notify("mend the marked field first", severity="warning")
        else:
            self.app.push_screen(QuestionsScreen())

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
            measured = measure(profile, lambda done: self.post_message(Measuring(done)))
        except (MemoryError, OSError) as error:
            self.post_message(MachineFailed(f"not measured: {error or 'too little memory'}", "bandwidth"))
            return
        self.conversation.know(measured)
        self.post_message(resolved(self.conversation, self.conversation.answers))

    @on(Measuring)
    def _progress(self, event: Measuring) -> None:
        self._busy(True, event.done)


def resolved(conversation: object, answers: Answers) -> MachineRead | MachineFailed:
    """The machine the answers mean, or what is wrong with them, at the field that is."""
    try:
        return MachineRead(conversation.machine(answers))
    except AdvisorError as error:
        failure = error
    for name in _OVERRIDES:
        try:
            conversation.machine(replace(answers, **{name: ""}))
        except AdvisorError:
            continue
        return MachineFailed(plain_words(failure), name)
    return MachineFailed(plain_words(failure))


def machine_names() -> tuple[str, ...]:
    """GPUs and whole machines of the catalogue."""
    from advisor.catalog.gpus import gpu_names
    from advisor.catalog.machines import all_machines

    return (*gpu_names(), *(machine.name for machine in all_machines()))
