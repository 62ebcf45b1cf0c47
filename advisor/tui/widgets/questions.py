"""The questions as a form: a step of its own, or a panel beside the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.events import DescendantBlur, DescendantFocus
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Select, Static

from advisor.documents.kinds import KV_CHOICES
from advisor.tui.answers import ACCURACY, LICENCES, PRESETS, READS, SPEED, Answers, problems
from advisor.tui.names import (
    engines_hint,
    machine_meant,
    machine_names,
    model_meant,
    model_names,
    tasks_hint,
)
from advisor.tui.widgets.field import Field
from advisor.tui.widgets.search import Search, SearchInput
from advisor.tui.widgets.tick import Tick

TEXTS = ("tasks", "loss", "min_speed", "context", "requests", "engines", "since")
CHOICES = ("accuracy", "speed", "kv_type", "licence", "modality")
TICKS = ("calibration", "tools")
AMONG = ("licence", "modality", "since", "tools")
"""Asked only while no model is named."""
_NUMBERS = {"accuracy": "loss", "speed": "min_speed"}


class Questions(Vertical):
    """Every question with its answer, and the hint of the field the cursor is in."""

    @dataclass
    class Changed(Message):
        """An answer is another one; `name` is its field."""

        name: str
        typing: bool
        """Whether more letters may follow."""

    def __init__(self, answers: Answers, machine: bool = False) -> None:
        super().__init__(classes="questions")
        self.answers, self.machine = answers, machine
        self._settled = {"model": answers.model, "machine": answers.hardware}

    def compose(self) -> ComposeResult:
        """The fields above, the hint below."""
        with VerticalScroll(id="form", can_focus=False):
            yield from self._what()
            yield from self._need()
            yield from self._means()
            yield from self._among()
        yield Static("", id="hint", markup=False)

    def _what(self) -> ComposeResult:
        if self.machine:
            yield Field(
                "machine",
                "Machine",
                Search(
                    self.answers.hardware,
                    machine_names,
                    meaning=machine_meant,
                    placeholder="this machine",
                    id="machine",
                ),
                hint="A name (RTX 4090, 2x A100 80GB, M3 Max 64GB) or a saved probe; empty: this one.",
            )
        yield Field(
            "model",
            "Model",
            Search(
                self.answers.model,
                model_names,
                meaning=model_meant,
                placeholder="empty = suggest one",
                id="model",
            ),
            hint="A name (llama 3.1 8b, qwen3:30b-a3b), the path of a GGUF file or HF directory, a size "
            "(13B), or empty: suggest one.",
        )

    def _need(self) -> ComposeResult:
        """What for, how accurate, how fast."""
        answers = self.answers
        yield Field("tasks", "Used for", Input(answers.tasks, id="tasks", compact=True), hint=tasks_hint())
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

    def _means(self) -> ComposeResult:
        """How much at once, and what with."""
        answers = self.answers
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
            Tick("I can run it", answers.calibration, id="calibration", compact=True),
            hint="Importance matrices and calibrated schemes need a pass over sample text; untick: none.",
        )

    def _among(self) -> ComposeResult:
        """Which models are looked at when none is named."""
        answers = self.answers
        yield Field(
            "licence",
            "Licence",
            _select("licence", LICENCES, answers),
            hint="Only models with such a licence; one that nobody stated does not count.",
        )
        yield Field(
            "modality", "Reads", _select("modality", READS, answers), hint="What the model must take in."
        )
        yield Field(
            "since",
            "Since",
            Input(answers.since, id="since", placeholder="e.g. 2026-01", compact=True),
            hint="Released then or later: a year, a month or a day.",
        )
        yield Field(
            "tools",
            "Tools",
            Tick("calls tools", answers.tools, id="tools", compact=True),
            hint="Only models whose makers say that they call tools.",
        )

    def on_mount(self) -> None:
        """Only what is to be asked."""
        self._show_asked()

    def _show_asked(self) -> None:
        """A number of one's own where it is chosen; the choice among models while none is named."""
        for choice, number in _NUMBERS.items():
            self.query_one(f"#{number}").display = self.query_one(f"#{choice}", Select).value == "number"
        named = bool(self.query_one("#model", Search).value)
        for name in AMONG:
            self.query_one(f"#field-{name}").display = not named

    @on(DescendantFocus)
    def _hint(self, event: DescendantFocus) -> None:
        field = next((node for node in event.widget.ancestors if isinstance(node, Field)), None)
        self.say(field.hint if field else "")

    @on(DescendantBlur)
    def _no_hint(self) -> None:
        focused = self.screen.focused
        if focused is None or self not in focused.ancestors:
            self.say("")

    def say(self, words: str) -> None:
        """Put *words* where the hint stands."""
        self.query_one("#hint", Static).update(words)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._tell(event.input, typing=True)

    @on(Select.Changed)
    @on(Tick.Changed)
    def _chosen(self, event: Select.Changed | Tick.Changed) -> None:
        event.stop()
        self._tell(event.control, typing=False)

    @on(Search.Taken)
    def _taken(self, event: Search.Taken) -> None:
        event.stop()
        self._settle(event.search)

    @on(Input.Blurred)
    def _left(self, event: Input.Blurred) -> None:
        if isinstance(event.input, SearchInput):
            self._settle(event.input.search)

    def _settle(self, search: Search) -> None:
        """A name is whole when it was taken from the list or the cursor leaves it."""
        name = search.id or ""
        if self._settled.get(name) != search.value:
            self._settled[name] = search.value
            self._tell(search, typing=False)

    def _tell(self, control: Widget, typing: bool) -> None:
        self._show_asked()
        name = control.query_ancestor(Field).field_name
        self.post_message(self.Changed(name, typing))

    def typed(self, base: Answers) -> Answers:
        """*base* with the answers as they stand in the form."""
        texts = {name: self.query_one(f"#{name}", Input).value for name in TEXTS}
        texts |= {name: str(self.query_one(f"#{name}", Select).value) for name in CHOICES}
        texts["model"] = self.query_one("#model", Search).value
        if self.machine:
            texts["hardware"] = self.query_one("#machine", Search).value
        calibration, tools = (self.query_one(f"#{name}", Tick).value for name in TICKS)
        return replace(base.having(texts), calibration=calibration, tools=tools)

    def fill(self, answers: Answers) -> None:
        """Put *answers* into the form."""
        if answers == self.typed(answers):
            return
        self._settled = {"model": answers.model, "machine": answers.hardware}
        with self.prevent(Input.Changed, Select.Changed, Tick.Changed):
            self.query_one("#model", Search).take(answers.model)
            if self.machine:
                self.query_one("#machine", Search).take(answers.hardware)
            for name in TEXTS:
                self.query_one(f"#{name}", Input).value = getattr(answers, name)
            for name in CHOICES:
                self.query_one(f"#{name}", Select).value = getattr(answers, name)
            for name in TICKS:
                self.query_one(f"#{name}", Tick).value = getattr(answers, name)
        self._show_asked()

    def mark(self, wrong: Mapping[str, str]) -> None:
        """Show what is wrong at its field, and nothing at the others."""
        for field in self.query(Field):
            field.mark(wrong.get(field.field_name, ""))

    def unmark(self, name: str, answers: Answers) -> None:
        """The field *name* loses its mark once it is corrected."""
        if name not in wrong_fields(answers):
            self.query_one(f"#field-{name}", Field).mark("")

    def refuse(self, name: str, text: str) -> bool:
        """Mark the field that asks for *name*; False when none does."""
        name = PRESETS.get(name, name)
        shown = any(field.field_name == name for field in self.query(Field))
        if shown:
            self.mark({name: text})
        return shown

    def enter(self, name: str) -> None:
        """The cursor into the field that asks for *name*."""
        self.query_one(f"#field-{PRESETS.get(name, name)}").query("Input, Select, Tick").first().focus()


def wrong_fields(answers: Answers) -> dict[str, str]:
    """Field on the screen -> what is wrong with it."""
    return {PRESETS.get(name, name): text for name, text in problems(answers).items()}


def _select(name: str, options: Mapping[str, str], answers: Answers) -> Select[str]:
    value = getattr(answers, name)
    return Select(
        [(words, key) for key, words in options.items()],
        value=value if value in options else next(iter(options)),
        allow_blank=False,
        id=name,
        compact=True,
    )
