"""One question of a form: label, control, and beneath it what is wrong with the answer."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Label, Static

from advisor.tui.widgets.search import Search


class Field(Vertical):
    """A labelled control; `hint` is shown while the cursor is in it."""

    def __init__(self, name: str, label: str, *controls: Widget, hint: str = "") -> None:
        super().__init__(id=f"field-{name}", classes="field")
        self.field_name, self.label, self.hint = name, label, hint
        self._controls = controls

    def compose(self) -> ComposeResult:
        """Label and controls in one line, the error below."""
        with Horizontal(classes="field-line"):
            yield Label(self.label, classes="field-label", markup=False)
            yield from self._controls
        yield Static("", classes="field-error", markup=False)

    def mark(self, problem: str) -> None:
        """Show *problem* at the field; '' clears it. Nothing is laid out anew when nothing changes."""
        if problem:
            for search in self.query(Search):
                search.close()  # its list would lie over the error
        if problem == self.problem.removeprefix("! "):
            return
        error = self.query_one(".field-error", Static)
        error.update(f"! {problem}" if problem else "")
        self.set_class(bool(problem), "-wrong")

    @property
    def problem(self) -> str:
        """What is shown at the field now."""
        return str(self.query_one(".field-error", Static).content)
