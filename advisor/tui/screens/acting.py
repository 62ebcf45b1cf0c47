"""What can be done with a plan shown: copied, got, explained, taken on to another screen."""

from __future__ import annotations

from dataclasses import replace

from advisor.documents.recommendation import Plan
from advisor.tui.answers import command
from advisor.tui.screens.asking import AskingScreen


class ActingScreen(AskingScreen):
    """A screen that shows plans; `plan` is the one meant."""

    def __init__(self) -> None:
        super().__init__()
        self._next = ""
        """The screen to open once the model it needs is answered."""

    @property
    def plan(self) -> Plan | None:
        """The one at the cursor, or the recommended one."""
        raise NotImplementedError

    def action_copy_run(self) -> None:
        """The command that runs the plan, to the clipboard."""
        if plan := self.plan:
            self.app.copy(plan.run_command, f"run command of {plan.model} {plan.scheme}")

    def action_copy_make(self) -> None:
        """The command that makes the weights, to the clipboard."""
        if self.plan and self.plan.make_command:
            self.app.copy(self.plan.make_command, "make command")
        elif self.plan:
            self.notify("nothing has to be made: the engine loads it as it is")

    def action_copy_same(self) -> None:
        """The command line that gives this answer."""
        self.app.copy(command(self.conversation.answers), "advisor command")

    async def action_get(self) -> None:
        """Download, run and measure the plan."""
        if self.plan is not None:
            await self.app.open("get", self.reply, self.plan)

    async def action_of_a_model(self, name: str) -> None:
        """Open the screen NAME; without a model first of all the one at the cursor is taken."""
        if self.reply is None:
            self.notify("the answer is still being computed", severity="warning")
        elif self.reply.model is not None:
            await self.app.open(name, self.reply)
        elif self.plan is not None:
            self._next = name
            await self._take(self.plan.model)

    async def _take(self, model: str) -> None:
        self.app.change(replace(self.conversation.answers, model=model))
        await self.ask(self.conversation.answers)

    async def action_words(self) -> None:
        """What the words of the figures mean, with these figures."""
        if self.plan is not None:
            await self.app.open("words", self.plan)

    async def action_show(self, name: str) -> None:
        """The screen NAME, for what is answered."""
        if self.reply is not None:
            await self.app.open(name, self.reply)
