"""Get, run, measure: the plan's file onto this machine, its engine, and its speed beside the prediction."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, ProgressBar, Static
from textual.worker import get_current_worker

from advisor.catalog.resolve import resolve_model
from advisor.documents.files import expanded
from advisor.documents.recommendation import Plan
from advisor.errors import AdvisorError, UsageError
from advisor.report.terminal import clean
from advisor.tui.conversation import Reply
from advisor.tui.here.download import download
from advisor.tui.here.installed import weights
from advisor.tui.here.measured import Measured, beside_predicted, measure_plan
from advisor.tui.here.ready import Ready, ready
from advisor.tui.here.running import Running
from advisor.tui.messages import JobEnded, JobTold, WeightsFound
from advisor.tui.screens.base import StepScreen
from advisor.tui.widgets.field import Field
from advisor.tui.widgets.keys import Keys
from advisor.tui.widgets.steps import Steps

_Stopped = Callable[[], bool]
_SHOWN = 12
"""Files listed; what else lies here does not help to decide."""


class GetScreen(StepScreen):
    """Opened by g, for the plan shown or the row at the cursor."""

    ABOUT = (
        "d downloads the ready file into the folder, or copies the command that gets or makes it where no "
        "single file does. r starts the engine on the file and says when it answers; r again ends it. m "
        "measures: the file if it is here, else random weights of the same shapes, before any download. "
        "What is measured is kept and counts in every later answer for this machine. x stops what is going "
        "on; a stopped download goes on later from where it was."
    )
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "download", "Download"),
        Binding("y", "copy_pull", "Copy command"),
        Binding("r", "run", "Run/end"),
        Binding("m", "measure", "Measure"),
        Binding("x", "stop", "Stop"),
    ]

    def __init__(self, reply: Reply, plan: Plan) -> None:
        super().__init__()
        self.reply, self.plan = reply, plan
        self.ready: Ready | None = None
        self.busy = False

    def compose(self) -> ComposeResult:
        """What there is to get, where to, what can be done, how it goes, what is here already."""
        plan = self.plan
        yield Steps("")
        yield Static(
            clean(f"{plan.model}: {plan.scheme} on {plan.engine}"), classes="headline pad", markup=False
        )
        yield Static("", id="ready", classes="pad", markup=False)
        folder = Input(self.app.target.folder, id="folder", compact=True)
        yield Field("folder", "Folder", folder)
        with Horizontal(classes="buttons"):
            for name, label in (("download", "Download"), ("run", "Run"), ("measure", "Measure")):
                yield Button(label, id=name, compact=True)
        yield ProgressBar(id="progress", show_eta=False)
        yield Static("", id="job", classes="pad", markup=False)
        with VerticalScroll(id="page"):
            yield Static("Looking at what is here …", id="here", markup=False)
        yield Keys()

    def on_mount(self) -> None:
        """Look at the disk aside."""
        self.query_one(ProgressBar).display = False
        self._look()

    @property
    def file(self) -> Path | None:
        """The plan's file: the one it was made from, or one that lies in the folder."""
        if self._own is not None:
            return self._own
        if self.ready is None:
            return None
        path = expanded(self.query_one("#folder", Input).value.strip() or ".") / self.ready.name
        return path if path.is_file() else None

    @property
    def _own(self) -> Path | None:
        """The file that was named as the model, when the plan is to run it as it is."""
        model = self.reply.model
        own = model is not None and model.file_path and model.fixed_scheme == self.plan.scheme
        return Path(model.file_path) if own and model and model.file_path else None

    @work(thread=True, group="look", exit_on_error=False)
    def _look(self) -> None:
        try:
            found: Ready | None = ready(self.plan)
        except AdvisorError:
            found = None
        self.post_message(WeightsFound(found, weights(Path(self.app.target.folder))))

    @on(WeightsFound)
    def _found(self, event: WeightsFound) -> None:
        self.ready = event.ready
        self.query_one("#ready", Static).update(clean(self._what(event.ready)))
        probed = self.conversation.probed
        engines = [f"{engine.name}: {engine.path or 'here'}" for engine in (probed.engines if probed else ())]
        hidden = len(event.here) - _SHOWN
        lines = [
            "Engines here",
            *(f"  {line}" for line in engines or ["none found"]),
            "Weights here",
            *(f"  {line}" for line in event.here[:_SHOWN] or ["none found"]),
            *([f"  and {hidden} more"] if hidden > 0 else []),
        ]
        self.query_one("#here", Static).update("\n".join(map(clean, lines)))

    def _what(self, found: Ready | None) -> str:
        if self._own is not None:
            return f"{self._own}: r runs it, m measures it"
        if found is None:
            return f"{self.plan.file.name}: nobody knows where it is published"
        size = f"{found.size_bytes / 1e9:.1f} GB"
        if found.url:
            return f"Ready file: {found.name}, {size}, by {found.publisher}" + (
                " (here)" if self.file else ""
            )
        if found.publisher:
            return f"Ready files: {size}, by {found.publisher}; y copies the command that pulls them"
        if found.pull:
            return f"{found.name}, {size}: y copies the command that gets or makes it"
        return f"{found.name}: {self.plan.engine} loads it at its start"

    def action_copy_pull(self) -> None:
        """The command that gets or makes the weights, else the one that runs them."""
        pull = self.ready.pull if self.ready else ""
        self.app.copy(pull or self.plan.run_command, "command")

    @on(Button.Pressed, "#download")
    def action_download(self) -> None:
        """The ready file, or the command that gets it."""
        found = self.ready
        if found is None or not found.url:
            self.action_copy_pull()
        elif folder := self._folder():
            self._begin(partial(self._downloaded, found, folder))

    def _folder(self) -> Path | None:
        """Where files may be written; None once the field says why not."""
        field = self.query_one("#field-folder", Field)
        try:
            folder = self.app.target.checked(self.query_one("#folder", Input).value.strip() or ".")
        except AdvisorError as error:
            field.mark(str(error))
            return None
        field.mark("")
        return folder

    @on(Button.Pressed, "#run")
    def action_run(self) -> None:
        """Start the engine, or end the one that runs."""
        if self.app.running is not None:
            self.app.running.stop()
            self.app.running = None
            self.query_one("#job", Static).update("ended")
        elif folder := self._folder():
            self._begin(partial(self._started, self.file, folder))

    @on(Button.Pressed, "#measure")
    def action_measure(self) -> None:
        """The file, or random weights of its shapes."""
        if self.reply.answers.hardware or self.conversation.probed is None:
            self.notify("only this machine can be measured: the plan is for another one", severity="warning")
        elif self._folder():
            self._begin(partial(self._measured, self.file))

    def action_stop(self) -> None:
        """Stop what is going on."""
        if self.busy:
            self.query_one("#job", Static).update("stopping …")
            self.workers.cancel_group(self, "job")

    def _begin(self, job: Callable[[_Stopped], tuple[str, ...]]) -> None:
        if self.busy:
            self.notify("one thing at a time: x stops what is going on", severity="warning")
            return
        self.busy = True
        self._told(JobTold(None, "beginning …"))
        self._work(job)

    @work(thread=True, group="job", exit_on_error=False)
    def _work(self, job: Callable[[_Stopped], tuple[str, ...]]) -> None:
        worker = get_current_worker()
        try:
            self.post_message(JobEnded(job(lambda: worker.is_cancelled)))
        except AdvisorError as error:
            self.post_message(JobEnded(failure=str(error)))
        except Exception as error:  # whatever breaks in an engine, the screen goes on
            self.post_message(JobEnded(failure=f"this did not work: {error}"))

    def _tell(self, share: float | None, words: str) -> None:
        self.post_message(JobTold(share, words))

    def _downloaded(self, found: Ready, folder: Path, stopped: _Stopped) -> tuple[str, ...]:
        path = download(found, folder, self._tell, stopped)
        return (f"{path} is here: r runs it, m measures it",)

    def _started(self, file: Path | None, folder: Path, stopped: _Stopped) -> tuple[str, ...]:
        if file is not None and not file.is_file():
            raise UsageError(f"{file} is gone: get it again")
        plan = self.conversation.startable(self.reply, self.plan, None if self._own else file)
        running = Running(plan, folder)
        self.app.running = running
        try:
            running.wait(partial(self._tell, None), stopped)
        except AdvisorError:
            self.app.running = None
            raise
        return (f"{running.name} answers at {running.url}; r ends it, and so does leaving the program",)

    def _measured(self, file: Path | None, stopped: _Stopped) -> tuple[str, ...]:
        probed = self.conversation.probed
        assert probed is not None
        what = f"{file.name}" if file else "random weights of the same shapes"
        model = self.reply.model or resolve_model(self.plan.model)
        rows = measure_plan(Measured(self.plan, model, file), probed, self._tell, stopped)
        self.conversation.forget()
        return (f"measured with {what}; kept for every later answer here", *beside_predicted(self.plan, rows))

    @on(JobTold)
    def _told(self, event: JobTold) -> None:
        if self.busy:
            bar = self.query_one(ProgressBar)
            bar.display = True
            bar.update(total=None if event.share is None else 1.0, progress=event.share or 0.0)
            self.query_one("#job", Static).update(f"{clean(event.words)} (x stops)")

    @on(JobEnded)
    def _ended(self, event: JobEnded) -> None:
        self.busy = False
        self.query_one(ProgressBar).display = False
        job = self.query_one("#job", Static)
        job.set_class(bool(event.failure), "problem")
        job.update("\n".join(map(clean, [f"! {event.failure}"] if event.failure else event.lines)))
        self._look()

    def action_back(self) -> None:
        """Leaving stops what is going on, but no engine that runs."""
        self.action_stop()
        super().action_back()
