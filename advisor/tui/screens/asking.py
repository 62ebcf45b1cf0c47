"""Asking in a worker: the newest question wins, and what is shown stays until its answer is there."""

from __future__ import annotations

from textual import on, work
from textual.timer import Timer
from textual.worker import get_current_worker

from advisor.errors import AdvisorError, ProbeError
from advisor.tui.answers import Answers, plain_words
from advisor.tui.conversation import Reply
from advisor.tui.messages import Replied, ReplyFailed
from advisor.tui.screens.base import StepScreen

PAUSE_S = 0.25
"""A letter typed sooner than this after another belongs to the same word: fast typists press a key each
0.12 s, slow ones each 0.24 s (https://doi.org/10.1145/3173574.3174220)."""


class AskingScreen(StepScreen):
    """A screen that shows a reply; it says how with `waiting`, `shown` and `refused`."""

    def __init__(self) -> None:
        super().__init__()
        self._asked: Answers | None = None
        self._pause: Timer | None = None

    async def on_screen_resume(self) -> None:
        """Answer what was changed meanwhile; show what was answered meanwhile."""
        known, answers = self.conversation.reply, self.conversation.answers
        if known is not None and known.answers == answers:
            if known is not self.reply:
                await self.shown(known)
        elif self._asked != answers or self.reply is not None:
            await self.ask(answers)

    @property
    def reply(self) -> Reply | None:
        """What is shown now."""
        raise NotImplementedError

    async def waiting(self, answers: Answers) -> None:
        """Say that the answer is being computed."""
        raise NotImplementedError

    async def shown(self, reply: Reply) -> None:
        """Show *reply*."""
        raise NotImplementedError

    async def refused(self, text: str, field: str) -> None:
        """Say what is wrong, at the field if there is one."""
        raise NotImplementedError

    async def ask(self, answers: Answers) -> None:
        """Now."""
        self._stop()
        self._asked = answers
        await self.waiting(answers)
        self._compute(answers)

    def ask_soon(self) -> None:
        """When nothing more is typed."""
        self._stop()
        self._pause = self.set_timer(PAUSE_S, self._ask_now)

    def _stop(self) -> None:
        if self._pause is not None:
            self._pause.stop()

    async def _ask_now(self) -> None:
        if self.conversation.answers != self._asked:
            await self.ask(self.conversation.answers)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _compute(self, answers: Answers) -> None:
        worker = get_current_worker()
        try:
            if not answers.hardware.strip() and self.conversation.probed is None:
                self.conversation.read_machine()
            reply = self.conversation.ask_unless(answers, lambda: worker.is_cancelled)
            if reply is not None:
                self.post_message(Replied(reply))
        except AdvisorError as error:
            mend = "h names a machine" if isinstance(error, ProbeError) else "e changes the questions"
            field = self.conversation.at_fault(answers, error)
            self.post_message(ReplyFailed(f"{plain_words(error)} ({mend})", field))

    @on(Replied)
    async def _replied(self, event: Replied) -> None:
        if event.reply.answers == self.conversation.answers:
            self.conversation.reply = event.reply
            self._asked = event.reply.answers
            await self.shown(event.reply)
            self.call_after_refresh(self._tabulate, event.reply)  # behind the page: t finds it there

    @work(thread=True, exclusive=True, exit_on_error=False, group="table")
    def _tabulate(self, reply: Reply) -> None:
        self.conversation.tabulate(reply)

    @on(ReplyFailed)
    async def _failed(self, event: ReplyFailed) -> None:
        await self.refused(event.text, event.field)

    def failed(self, text: str) -> None:
        """Say it where the answer would stand."""
        self.post_message(ReplyFailed(text))
