"""What to take away, and where to."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from advisor.errors import AdvisorError
from advisor.tui.conversation import Reply
from advisor.tui.messages import Saved
from advisor.tui.saving import KINDS, possible, save
from advisor.tui.widgets.field import Field
from advisor.tui.widgets.tick import Tick

if TYPE_CHECKING:
    from advisor.tui.app import AdvisorApp


class SaveScreen(ModalScreen[None]):
    """A folder and what to write into it."""

    app: AdvisorApp
    ABOUT = "Tick what to write, name a folder, press Enter."
    AUTO_FOCUS = "#folder"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Back"),
        Binding("f5", "save", "Save"),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply

    def compose(self) -> ComposeResult:
        """Folder, kinds, buttons."""
        with Vertical(id="save-box"):
            yield Static("Save", classes="heading")
            yield Field("folder", "Folder", Input(self.app.target.folder, id="folder", compact=True))
            for kind in possible(self.reply):
                name, what = KINDS[kind]
                yield Tick(f"{name}: {what}", kind != "speed", id=f"kind-{kind}", compact=True)
            with Horizontal(classes="buttons"):
                yield Button("Save", id="save", variant="primary", compact=True)
                yield Button("Back", id="back", compact=True)

    @on(Button.Pressed, "#back")
    def _back(self) -> None:
        self.dismiss()

    @on(Input.Submitted)
    @on(Button.Pressed, "#save")
    def action_save(self) -> None:
        """Write what is ticked."""
        kinds = tuple(kind for kind in possible(self.reply) if self.query_one(f"#kind-{kind}", Tick).value)
        if not kinds:
            self.query_one("#field-folder", Field).mark("tick at least one file below")
            return
        self._write(self.query_one("#folder", Input).value.strip() or ".", kinds)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _write(self, folder: str, kinds: tuple[str, ...]) -> None:
        try:
            self.post_message(Saved(save(self.reply, folder, kinds, self.app.target)))
        except AdvisorError as error:
            self.post_message(Saved(failure=str(error)))

    @on(Saved)
    def _saved(self, event: Saved) -> None:
        if event.failure:
            self.query_one("#field-folder", Field).mark(event.failure)
            return
        self.app.notify("saved " + ", ".join(event.paths), markup=False)
        self.dismiss()
