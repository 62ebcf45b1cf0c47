"""What every step of the conversation has: a head with the steps, a foot with the keys, the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from advisor.documents.recommendation import Plan
from advisor.errors import UsageError
from advisor.tui.conversation import Conversation

if TYPE_CHECKING:
    from advisor.tui.app import AdvisorApp


class StepScreen(Screen[None]):
    """A screen of the conversation."""

    app: AdvisorApp
    STEP: ClassVar[str] = ""
    ABOUT: ClassVar[str] = ""
    """What the help says of this screen."""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "Back")]

    @property
    def conversation(self) -> Conversation:
        """The machine, the answers and the last reply."""
        return self.app.conversation

    def mark(self, plan: Plan) -> None:
        """Mark *plan* to be compared, or take its mark away."""
        try:
            self.conversation.mark(plan)
        except UsageError as error:
            self.app.clear_notifications()  # the same one three times hides the list
            self.notify(str(error), severity="warning", markup=False)

    async def action_compare(self) -> None:
        """The marked plans side by side."""
        if len(self.conversation.marked) < 2:
            self.notify("mark two to four rows of the list with space first", severity="warning")
        else:
            await self.app.open("compare", tuple(self.conversation.marked))

    def action_back(self) -> None:
        """The screen before this one; nothing typed is lost."""
        if len(self.app.screen_stack) > 2:
            self.app.pop_screen()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A defect in a worker is said on the screen, and the conversation goes on."""
        if event.state is WorkerState.ERROR:
            event.stop()
            self.failed(f"this did not work: {event.worker.error}")

    def failed(self, text: str) -> None:
        """Say that something did not work; screens with a place for it override this."""
        self.notify(text, severity="error", markup=False)
