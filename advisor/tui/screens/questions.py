"""The questions: one form, every field with a default, answerable with the keyboard alone."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.events import DescendantFocus
from textual.widgets import Button, Footer, Input, Select, Static

from advisor.catalog.resolve import resolve_model
from advisor.documents.kinds import KV_CHOICES
from advisor.errors import AdvisorError
from advisor.tui.answers import ACCURACY, PRESETS, SPEED, Answers, field_of, plain_words, problems
from advisor.tui.messages import Replied, ReplyFailed
from advisor.tui.screens.base import StepScreen
from advisor.tui.widgets.field import Field
from advisor.tui.widgets.search import Search
from advisor.tui.widgets.steps import Steps
from advisor.tui.widgets.tick import Tick

_TEXTS = ("tasks", "loss", "min_speed", "context", "requests", "engines")
_CHOICES = ("accuracy", "speed", "kv_type")
_NUMBERS = {"accuracy": "loss", "speed": "min_speed"}


class QuestionsScreen(StepScreen):
    """Step 2."""

    STEP = "Questions"
    ABOUT = (
        "What runs, what for, how much accuracy it may cost, how fast it must be. Type a few letters of the"
        " model and "
        "take a suggestion with Enter; Enter again asks. A limit on the loss holds at 90 % confidence: the "
        "answer is "
        "the fastest scheme that meets it. Without a limit it is the most accurate scheme that is fast "
        "enough."
    )
    AUTO_FOCUS = "#model SearchInput"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f5", "answer", "Answer")]

    def compose(self) -> ComposeResult:
        """The form, the hint of the field the cursor is in, the buttons."""
        yield Steps(self.STEP)
        with VerticalScroll(id="form", can_focus=False):
            yield from self._need(self.conversation.answers)
            yield from self._means(self.conversation.answers)
        yield Static("", id="hint", markup=False)
        with Horizontal(classes="buttons"):
            yield Button("Answer", id="answer", variant="primary", compact=True)
            yield Button("Back", id="back", compact=True)
        yield Footer(compact=True)

    def _need(self, answers: Answers) -> ComposeResult:
        """What runs, what for, how accurate, how fast."""
        yield Field(
            "model",
            "Model",
            Search(
                answers.model,
                model_names,
                meaning=resolve_model,
                placeholder="empty = suggest one",
                id="model",
            ),
            hint="A name (llama 3.1 8b, qwen3:30b-a3b), the path of a GGUF file or HF directory, a size "
            "(13B), or empty: suggest one.",
        )
        yield Field(
            "tasks",
            "Used for",
            Input(answers.tasks, id="tasks", compact=True),
            hint=tasks_hint(),
        )
        yield Field(
            "accuracy",
            "Accuracy",
            _select("accuracy", {name: words for name, (words, _) in ACCURACY.items()}, answers),
            Input(answers.loss, id="loss", placeholder="percent", compact=True, classes="number"),
            hint="How much of the unquantized score may be lost, at 90 % confidence. 99.9 % of it is "
            "MLPerf's stricter accuracy target, 99 % its usual one.",
        )
        yield Field(
            "speed",
            "Speed",
            _select("speed", {name: words for name, (words, _) in SPEED.items()}, answers),
            Input(answers.min_speed, id="min_speed", placeholder="tokens/s", compact=True, classes="number"),
            hint="Of one request. Adults read 238 words a minute (Brysbaert 2019), about 5 tokens/s; "
            "25 tokens/s is MLPerf's interactive scenario.",
        )

    def _means(self, answers: Answers) -> ComposeResult:
        """How much at once, and what with."""
        yield Field(
            "context",
            "Context",
            Input(answers.context, id="context", placeholder="8192", compact=True),
            hint="Tokens of prompt and answer together, of one request: 4096, 8k, 32k.",
        )
        yield Field(
            "requests",
            "Requests",
            Input(answers.requests, id="requests", compact=True),
            hint="How many at once: 1 for yourself, 16 for a team; 1:0.7,64:0.3 mixes loads by their share.",
        )
        yield Field(
            "engines",
            "Engines",
            Input(answers.engines, id="engines", placeholder="any", compact=True),
            hint=engines_hint(),
        )
        yield Field(
            "kv_type",
            "KV cache",
            _select("kv_type", dict(zip(KV_CHOICES, KV_CHOICES, strict=True)), answers),
            hint="How the context is stored. auto: 16 bits where they fit, else 8.",
        )
        yield Field(
            "calibration",
            "Calibration",
            Tick("I can run calibration data", answers.calibration, id="calibration", compact=True),
            hint="Importance matrices and calibrated schemes need a pass over sample text; untick: none.",
        )

    def on_mount(self) -> None:
        """Numbers of one's own are asked for only when they are chosen."""
        self._show_numbers()

    @on(DescendantFocus)
    def _hint(self, event: DescendantFocus) -> None:
        for node in event.widget.ancestors:
            if isinstance(node, Field):
                self.query_one("#hint", Static).update(node.hint)
                return
        self.query_one("#hint", Static).update("")

    @on(Select.Changed)
    def _show_numbers(self) -> None:
        for choice, number in _NUMBERS.items():
            self.query_one(f"#{number}").display = self.query_one(f"#{choice}", Select).value == "number"

    @on(Select.Changed)
    @on(Input.Changed)
    @on(Tick.Changed)
    def _keep(self) -> None:
        """Every change is kept, so that going back loses nothing; a corrected field loses its mark."""
        self.app.change(self.typed())
        wrong = problems(self.conversation.answers)
        for field in self.query(Field):
            if field.problem and not any(PRESETS.get(name, name) == field.field_name for name in wrong):
                field.mark("")

    def typed(self) -> Answers:
        """The answers as they stand in the form."""
        texts = {name: self.query_one(f"#{name}", Input).value for name in _TEXTS}
        choices = {name: str(self.query_one(f"#{name}", Select).value) for name in _CHOICES}
        return replace(
            self.conversation.answers,
            model=self.query_one("#model", Search).value,
            **texts,
            **choices,
            calibration=self.query_one("#calibration", Tick).value,
        )

    def on_screen_resume(self) -> None:
        """Show what was taken from a suggestion or a what-if in the meantime."""
        self.fill(self.conversation.answers)

    def fill(self, answers: Answers) -> None:
        """Put *answers* into the form."""
        if answers == self.typed():
            return
        with self.prevent(Input.Changed, Select.Changed, Tick.Changed):
            self.query_one("#model", Search).take(answers.model)
            for name in _TEXTS:
                self.query_one(f"#{name}", Input).value = getattr(answers, name)
            for name in _CHOICES:
                self.query_one(f"#{name}", Select).value = getattr(answers, name)
            self.query_one("#calibration", Tick).value = answers.calibration
        self._show_numbers()

    @on(Input.Submitted)
    @on(Button.Pressed, "#answer")
    def action_answer(self) -> None:
        """Ask, or mark what cannot be understood."""
        answers = self.typed()
        self.app.change(answers)
        wrong = {PRESETS.get(name, name): text for name, text in problems(answers).items()}
        for field in self.query(Field):
            field.mark(wrong.get(field.field_name, ""))
        if wrong:
            self.query_one(f"#field-{next(iter(wrong))}").query("Input, Select").first().focus()
            return
        self.query_one("#hint", Static).update(
            "Computing …"
            if answers.model
            else "Looking through the current model families, which takes some seconds …"
        )
        self._ask(answers)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _ask(self, answers: Answers) -> None:
        try:
            self.conversation.model(answers)
        except AdvisorError as error:
            self.post_message(ReplyFailed(plain_words(error), "model"))
            return
        try:
            reply = self.conversation.ask(answers)
            _ = reply.document  # written here, where it holds nothing up
        except AdvisorError as error:
            self.post_message(ReplyFailed(plain_words(error), field_of(error, (*_TEXTS, "model"))))
            return
        self.post_message(Replied(reply))

    @on(Replied)
    def _answer(self, event: Replied) -> None:
        self.query_one("#hint", Static).update("")
        self.conversation.reply = event.reply
        if self.is_current:
            self.action_back()

    @on(ReplyFailed)
    def _refused(self, event: ReplyFailed) -> None:
        self.query_one("#hint", Static).update("")
        if event.field:
            field = self.query_one(f"#field-{event.field}", Field)
            field.mark(event.text)
            field.query("Input").first().focus()
        else:
            self.failed(event.text)

    def failed(self, text: str) -> None:
        """Say it where the hint stands."""
        self.query_one("#hint", Static).update(f"! {text}")

    @on(Button.Pressed, "#back")
    def _back(self) -> None:
        self.action_back()


def _select(name: str, options: dict[str, str], answers: Answers) -> Select[str]:
    value = getattr(answers, name)
    return Select(
        [(words, key) for key, words in options.items()],
        value=value if value in options else next(iter(options)),
        allow_blank=False,
        id=name,
        compact=True,
    )


def model_names() -> tuple[str, ...]:
    """Every model of the catalogue, and their repositories."""
    from advisor.catalog.models import all_models

    models = all_models()
    return (*(model.name for model in models), *(model.hf_id for model in models if model.hf_id))


def tasks_hint() -> str:
    """The names a mixture is made of."""
    from advisor.catalog.tasks import all_tasks

    return (
        "One or several: "
        + ", ".join(task.name for task in all_tasks())
        + ". With a limit of its own: chat, math:1%"
    )


def engines_hint() -> str:
    """The engines that can be named."""
    from advisor.engines import engine_names

    return "Those you can use, by commas; empty = any: " + ", ".join(engine_names())
