"""The application: the conversation's steps as screens, and what is true on all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on, work
from textual.app import App, SystemCommand
from textual.binding import ActiveBinding, Binding, BindingType
from textual.screen import Screen

from advisor.documents.hardware import HardwareProfile
from advisor.tui.answers import Answers, valid
from advisor.tui.conversation import Conversation
from advisor.tui.messages import Copied
from advisor.tui.remembered import data_folder, recall, remember
from advisor.tui.save_folder import ANYWHERE, Target

if TYPE_CHECKING:
    from advisor.tui.here.running import Running

_DARK, _LIGHT = "textual-dark", "textual-light"


class AdvisorApp(App[str]):
    """Machine, questions, answer, tradeoffs. `return_value` is every command copied, in order."""

    TITLE = "advisor"
    CSS_PATH = "advisor.tcss"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "interrupt", show=False, priority=True, system=True),
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("f1", "help", "Help"),
        Binding("q", "leave", "Quit"),
        Binding("ctrl+q", "quit", "Quit", priority=True, system=True),
        Binding("ctrl+t", "light_or_dark", "Light/dark", show=False),
    ]

    def __init__(self, conversation: Conversation, folder: Path, theme: str | None = None) -> None:
        super().__init__()
        self.animation_level = "none"  # every step of an animation is sent: ten screens for a page over ssh
        self.target = ANYWHERE
        """Where Save may write."""
        self.conversation = conversation
        self.folder = folder
        self.copied: list[str] = []
        self.running: Running | None = None
        """The engine started from here."""
        if theme in self.available_themes:
            self.theme = theme

    def on_mount(self) -> None:
        """Begin with the answer."""
        self.push_screen(self.screen_for("answer"))

    def screen_for(self, name: str, *arguments: object) -> Screen[Any]:
        """The screen NAME of the folder `screens`: found by its name, so that no screen imports another."""
        module = import_module(f"advisor.tui.screens.{name}")
        found: Screen[Any] = getattr(module, f"{name.capitalize()}Screen")(*arguments)
        return found

    async def open(self, name: str, *arguments: object) -> None:
        """Show the screen NAME over this one, and wait until it is there: a second key finds it."""
        await self.push_screen(self.screen_for(name, *arguments))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every action of the screen, then Textual's own; not the keys that every list and field has."""
        told: set[str] = set()
        for active in screen.active_bindings.values():
            binding = active.binding
            if binding.description and not binding.system and _own(active) and binding.action not in told:
                told.add(binding.action)  # one action may have several keys
                run = partial(self.run_action, binding.action, active.node)
                yield SystemCommand(binding.description, f"key {binding.key_display or binding.key}", run)
        yield SystemCommand("Forget all answers", "begin anew, for this machine", self.action_forget)
        yield from (own for own in super().get_system_commands(screen) if own.title != "Quit")

    def action_forget(self) -> None:
        """The defaults in place of everything answered and remembered."""
        self.change(Answers())
        while len(self.screen_stack) > 2:
            self.pop_screen()
        self.screen.post_message(events.ScreenResume())

    def change(self, answers: Answers) -> None:
        """Take new answers and keep them for next time."""
        if answers != self.conversation.answers:
            if replace(answers, model="") != replace(self.conversation.answers, model=""):
                self.conversation.marked.clear()  # figures of different needs are not to be compared
            self.conversation.answers = answers
            self._remember()

    def _remember(self) -> None:
        """For next time; a machine named stays with this time, so that the next start plans for its own."""
        answers = valid(self.conversation.answers)
        if answers.hardware:
            answers = replace(answers, hardware="", ram="", vram="", bandwidth="")
        remember(self.folder, answers, self.theme)

    def copy(self, text: str, what: str) -> None:
        """Put *text* on the clipboard, by the terminal and by the desktop's own tool, and say so."""
        if text not in self.copied:
            self.copied.append(text)
        self.copy_to_clipboard(text)
        self._copy_locally(text, what)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _copy_locally(self, text: str, what: str) -> None:
        from advisor.tui.clipboard import copy_locally

        self.post_message(Copied(what, copy_locally(text)))

    @on(Copied)
    def _say_copied(self, event: Copied) -> None:
        more = "" if event.way else "; if your terminal did not take it, it is printed when you quit"
        self.notify(f"{event.what} copied{more}", markup=False)

    def on_unmount(self) -> None:
        """Nothing started here outlives the program."""
        if self.running is not None:
            self.running.stop()

    def action_light_or_dark(self) -> None:
        """Light instead of dark, and back."""
        self.theme = _LIGHT if self.current_theme.dark else _DARK

    @on(events.Mount)
    def _keep_theme(self) -> None:
        """Whatever theme is taken, by key or palette, is remembered."""
        self.theme_changed_signal.subscribe(self, lambda _: self._remember())

    def action_leave(self) -> None:
        """Quit; what was copied is printed for terminals without a clipboard."""
        self.exit("\n".join(self.copied) or None)

    async def action_quit(self) -> None:
        """The palette's way out is the same."""
        self.action_leave()

    def action_interrupt(self) -> None:
        """Ctrl-C: quit at once, with the exit code of an interruption; what was copied is printed too."""
        self.exit("\n".join(self.copied) or None, return_code=130)

    def action_help(self) -> None:
        """What this screen is for and its keys."""
        if getattr(self.screen, "ABOUT", ""):
            self.push_screen(self.screen_for("help", self.screen))


def _own(active: ActiveBinding) -> bool:
    """Whether a class of this program binds the key, and not one of Textual's."""
    classes = [kind for kind in type(active.node).__mro__ if kind.__module__.startswith("advisor.")]
    bound = chain.from_iterable(vars(kind).get("BINDINGS", ()) for kind in classes)
    return active.binding.action in {each.action for each in bound if isinstance(each, Binding)}


def make_app(
    hardware: HardwareProfile | str | None = None,
    model: str | None = None,
    answers: Answers | None = None,
    probe: Callable[[], HardwareProfile] | None = None,
    data_dir: Path | None = None,
    target: Target = ANYWHERE,
) -> AdvisorApp:
    """The application, for the command and for the tests.

    *hardware* is taken as this machine when it is a document, and as the machine asked about when it is a
    name. *answers* replace the remembered ones; *model* replaces theirs.
    """
    folder = data_dir or data_folder()
    kept, theme = recall(folder)
    answers = answers or kept
    if model is not None:
        answers = replace(answers, model=model)
    probed = hardware if isinstance(hardware, HardwareProfile) else None
    if hardware is not None:
        name = hardware if isinstance(hardware, str) else ""
        answers = replace(answers, hardware=name, ram="", vram="", bandwidth="")
    app = AdvisorApp(Conversation(answers, probe or _probe, probed), folder, theme)
    app.target = target
    return app


def _probe() -> HardwareProfile:
    from advisor.probe import probe

    return probe()
