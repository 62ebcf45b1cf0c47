"""What a figure is made of: its terms, the nearest measurements, their sources."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static, TabbedContent, TabPane

from advisor.documents.recommendation import Plan
from advisor.documents.tradeoffs import Row
from advisor.errors import AdvisorError
from advisor.report.page.sources import link, named_sources
from advisor.report.sentences import sentences
from advisor.report.terminal import clean
from advisor.report.terms import lines
from advisor.tui.conversation import Reply, evidence
from advisor.tui.messages import EvidenceFound
from advisor.tui.screens.base import StepScreen
from advisor.tui.widgets.keys import Keys
from advisor.tui.widgets.steps import Steps

SECTIONS = ("size", "memory", "speed", "accuracy")


class EvidenceScreen(StepScreen):
    """Opened by Enter on a figure or a row."""

    ABOUT = (
        "Where the figures come from, in sentences: bytes by tensor type, what each device holds, where the "
        "time goes, what is lost; each with its interval, its basis (exact, measured, interpolated, "
        "extrapolated) and its sources, whose links stand below. Left and right change the section; d shows "
        "every term as it was computed."
    )
    AUTO_FOCUS = "Tabs"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "details", "All terms"),
        Binding("down", "scroll(1)", "Scroll", show=False),
        Binding("up", "scroll(-1)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
    ]

    def __init__(self, reply: Reply, row: Row | Plan, section: str) -> None:
        super().__init__()
        self.reply, self.row, self.section = reply, row, section
        self.details = False
        self.found = EvidenceFound()

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
        yield Keys()

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
        self.found = event
        for name in SECTIONS:
            self.query_one(f"#{name}-text", Static).update("\n".join(map(clean, self._lines(name))))

    def _lines(self, name: str) -> list[str]:
        section = self.found.sections.get(name)
        if not section:
            return [self.found.failure or self._reason()]
        told = sentences(name, section)
        if measured := self.found.sources.get(name):
            told += ["", "Measured by", *measured]
        return [*told, "", "All terms", *lines(section, above=name)] if self.details else told

    def action_details(self) -> None:
        """Every term as it was computed, and without them again."""
        self.details = not self.details
        self._show(self.found)

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
