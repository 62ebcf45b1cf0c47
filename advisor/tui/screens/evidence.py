"""What a figure is made of: its terms, the nearest measurements, their sources."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Footer, Static, TabbedContent, TabPane

from advisor.documents.recommendation import Plan
from advisor.documents.tradeoffs import Row
from advisor.errors import AdvisorError
from advisor.report.page.sources import link, named_sources
from advisor.report.terminal import clean
from advisor.report.terms import lines
from advisor.tui.conversation import Reply, evidence
from advisor.tui.messages import EvidenceFound
from advisor.tui.screens.base import StepScreen
from advisor.tui.widgets.steps import Steps

SECTIONS = ("size", "memory", "speed", "accuracy")


class EvidenceScreen(StepScreen):
    """Opened by Enter on a figure or a row."""

    ABOUT = (
        "Where the figures come from: bytes by tensor type, what each device holds, the terms of the speed,"
        " the damage and "
        "the loss; each with its interval, its basis (exact, measured, interpolated, extrapolated) and its "
        "sources, whose links stand above. "
        "Left and right change the section."
    )
    AUTO_FOCUS = "Tabs"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "scroll(1)", "Scroll", show=False),
        Binding("up", "scroll(-1)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
    ]

    def __init__(self, reply: Reply, row: Row | Plan, section: str) -> None:
        super().__init__()
        self.reply, self.row, self.section = reply, row, section

    def compose(self) -> ComposeResult:
        """A tab a section."""
        yield Steps("")
        engine = f" on {self.row.engine}" if self.row.engine else ""
        yield Static(
            f"{self.row.scheme}{engine}, {self.reply.hardware.name}", classes="headline pad", markup=False
        )
        with TabbedContent(initial=self.section):
            for name in SECTIONS:
                with TabPane(name.capitalize(), id=name), VerticalScroll(can_focus=False):
                    yield Static("Looking up …", id=f"{name}-text", markup=False)
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """The terms are computed aside."""
        self._explain()

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _explain(self) -> None:
        try:
            sections = evidence(self.reply, self.row)
            self.post_message(EvidenceFound(sections, sources=sources(sections)))
        except AdvisorError as error:
            self.post_message(EvidenceFound(failure=str(error)))

    @on(EvidenceFound)
    def _show(self, event: EvidenceFound) -> None:
        for name in SECTIONS:
            section = event.sections.get(name)
            text = "\n".join(lines(section, above=name)) if section else (event.failure or self._reason())
            if measured := event.sources.get(name):
                text = "\n".join(["Measured by", *measured, "", text])
            self.query_one(f"#{name}-text", Static).update(text)

    def _reason(self) -> str:
        reason = getattr(self.row, "reason", "")
        return f"Nothing was computed of it. {reason}." if reason else "Nothing is known of this."

    def failed(self, text: str) -> None:
        """Say it where the terms would stand."""
        self.post_message(EvidenceFound(failure=text))

    def action_scroll(self, step: int) -> None:
        """The text of the open section, up or down."""
        pane = self.query_one(TabbedContent).active_pane
        if pane is not None:
            pane.query_one(VerticalScroll).scroll_relative(y=step, animate=False)


def sources(sections: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Section -> title and link of every published table that its figures come from."""
    return {
        name: tuple(clean(f"- {origin.title}: {link(origin.url)}") for _, origin in named_sources(section))
        for name, section in sections.items()
    }
