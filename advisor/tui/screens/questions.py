"""The questions: one form, every field with a default, answerable with the keyboard alone."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button, Input

from advisor.errors import AdvisorError
from advisor.tui.answers import Answers, plain_words
from advisor.tui.messages import Replied, ReplyFailed
from advisor.tui.screens.base import StepScreen
from advisor.tui.widgets.keys import Keys
from advisor.tui.widgets.questions import Questions, wrong_fields
from advisor.tui.widgets.steps import Steps


class QuestionsScreen(StepScreen):
    """Step 2."""

    STEP = "Questions"
    ABOUT = (
        "What runs, what for, how much accuracy it may cost, how fast it must be. Type a few letters of the"
        " model and "
        "take a suggestion with Enter; Enter again asks. A limit on the loss holds at 90 % confidence: the "
        "answer is "
        "the fastest scheme that meets it. Without a limit it is the most accurate scheme that is fast "
        "enough. From 100 columns on the same questions stand beside the answer."
    )
    AUTO_FOCUS = "#model SearchInput"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f5", "answer", "Answer")]

    def compose(self) -> ComposeResult:
        """The form, the buttons."""
        yield Steps(self.STEP)
        yield Questions(self.conversation.answers)
        with Horizontal(classes="buttons"):
            yield Button("Answer", id="answer", variant="primary", compact=True)
            yield Button("Back", id="back", compact=True)
        yield Keys()

    @property
    def form(self) -> Questions:
        """The questions."""
        return self.query_one(Questions)

    @on(Questions.Changed)
    def _keep(self, event: Questions.Changed) -> None:
        """Every change is kept, so that going back loses nothing."""
        self.app.change(self.form.typed(self.conversation.answers))
        self.form.unmark(event.name, self.conversation.answers)

    def on_screen_resume(self) -> None:
        """Show what was taken from a suggestion or a what-if in the meantime."""
        answers = self.conversation.answers
        self.form.fill(answers)
        self.form.mark(wrong_fields(answers))

    @on(Input.Submitted)
    @on(Button.Pressed, "#answer")
    def action_answer(self) -> None:
        """Ask, or mark what cannot be understood."""
        answers = self.form.typed(self.conversation.answers)
        self.app.change(answers)
        wrong = wrong_fields(answers)
        self.form.mark(wrong)
        if wrong:
            self.form.enter(next(iter(wrong)))
            return
        self.form.say(
            "Computing …"
            if answers.model
            else "Looking through the current model families, which takes some seconds …"
        )
        self._ask(answers)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _ask(self, answers: Answers) -> None:
        try:
            reply = self.conversation.ask(answers)
            _ = reply.document  # written here, where it holds nothing up
        except AdvisorError as error:
            field = self.conversation.at_fault(answers, error)
            self.post_message(ReplyFailed(plain_words(error), field))
            return
        self.post_message(Replied(reply))

    @on(Replied)
    def _answer(self, event: Replied) -> None:
        self.form.say("")
        self.conversation.reply = event.reply
        if self.is_current:
            self.action_back()

    @on(ReplyFailed)
    def _refused(self, event: ReplyFailed) -> None:
        if self.form.refuse(event.field, event.text):
            self.form.say("")
            self.form.enter(event.field)
        else:
            self.failed(event.text)

    def failed(self, text: str) -> None:
        """Say it where the hint stands."""
        self.form.say(f"! {text}")

    @on(Button.Pressed, "#back")
    def _back(self) -> None:
        self.action_back()
