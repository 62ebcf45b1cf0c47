"""Golden pictures of the screens: what is cut, moved or recoloured fails here.

The answers shown are kept documents (`scripts/golden_documents.py`), so that no fit changes a picture. After
a change of a screen look at the report that a failure names, then renew with --snapshot-update.
"""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.widgets import Input

from advisor.catalog.resolve import resolve_model
from advisor.documents.plain import parse
from advisor.documents.recommendation import Recommendation
from advisor.documents.tradeoffs import Table
from advisor.recommendation.session import Session
from advisor.tui import app as application
from advisor.tui.answers import Answers, requirements
from advisor.tui.conversation import Conversation, Reply
from advisor.tui.screens import evidence, get

GOLDEN = Path(__file__).parent / "golden"
NAMED = Answers(model="Llama-3.1-8B", engines="llama.cpp")
SCREENS = {
    "models": (Answers(), ()),
    "answer": (NAMED, ()),
    "questions": (NAMED, ("e",)),
    "machine": (NAMED, ("h",)),
    "tradeoffs": (NAMED, ("t",)),
    "compare": (NAMED, ("slash", "enter", "space", "down", "space", "down", "space", "c")),
    "get": (NAMED, ("g",)),
    "evidence": (NAMED, ("slash", "enter", "down", "enter", "right", "right")),
    "plot": (NAMED, ("p",)),
    "words": (NAMED, ("w",)),
    "help": (NAMED, ("question_mark",)),
    "save": (NAMED, ("s",)),
    "learn": (NAMED, ("l",)),
}
"""Answers to begin with, and the keys that lead there."""
KIND = {name: f"{name.capitalize()}Screen" for name in SCREENS} | {"models": "AnswerScreen"}
"""A picture of another screen, or of a failure, is none."""
OTHERS = ("models", "answer", "tradeoffs", "compare")
SIZES = ((60, 20), (100, 30), (160, 50), (220, 60))
"""Beside 80x24, which every screen has."""


def _read(name):
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


class KeptTable(Session):
    """A session with the kept table."""

    def table(self, _):
        """The kept one."""
        return parse(Table, _read("table"), what="golden")

    def best(self, _):
        """The one that the kept answer recommends."""
        plan = parse(Recommendation, _read("schemes"), what="golden").recommendation
        return SimpleNamespace(
            case=SimpleNamespace(scheme=SimpleNamespace(name=plan.scheme), engine=plan.engine)
        )


class Told(Conversation):
    """A conversation that gives the kept answers."""

    def ask(self, answers, cancelled=None):
        """The kept answer to the answers of `SCREENS`."""
        named = bool(answers.model)
        document = parse(Recommendation, _read("schemes" if named else "models"), what="golden")
        model = resolve_model(answers.model) if named else None
        session = KeptTable(document.hardware, model) if model else None
        return Reply(answers, document.hardware, model, requirements(answers, model), session, document)


async def _settled(pilot):
    """What the screen shows once it has stayed the same four times: a busy machine lays out late."""
    seen: list[str] = []
    while len(seen) < 4 or len(set(seen[-4:])) > 1:
        await pilot.app.workers.wait_for_complete()
        await pilot.pause(0.1)
        seen.append("".join(strip.text for strip in pilot.app.screen._compositor.render_strips()))
        assert len(seen) < 100, "the screen never came to rest"
    return seen[-1]


@pytest.fixture
def picture(snap_compare, monkeypatch, tmp_path):
    """Compare a screen with its picture: `picture("answer", (80, 24), theme)`."""
    monkeypatch.setattr(application, "Conversation", Told)
    monkeypatch.setattr(evidence, "evidence", lambda *_: _read("evidence"))
    monkeypatch.setattr(get, "weights", lambda _: ("Llama-3.1-8B-Q4_K_M.gguf (.)", "qwen3:8b (ollama)"))

    def compared(name, size, theme="textual-dark"):
        answers, keys = SCREENS[name]
        machine = parse(Recommendation, _read("models"), what="golden").hardware
        app = application.make_app(hardware=machine, answers=answers, data_dir=tmp_path)
        app.theme = theme

        async def there(pilot):
            for key in (None, *keys):
                if key:
                    await pilot.press(key)
                await app.workers.wait_for_complete()
                await pilot.pause()
            for line in app.screen.query(Input):
                line.cursor_blink = False
            shown = await _settled(pilot)
            assert "did not work" not in shown
            assert KIND[name] == type(app.screen).__name__

        return snap_compare(app, terminal_size=size, run_before=there)

    return compared


@pytest.mark.parametrize("name", SCREENS)
def test_at_80x24(picture, name):
    """Every screen on the usual terminal, dark."""
    assert picture(name, (80, 24))


@pytest.mark.parametrize(
    ("name", "size"),
    [(name, size) for name in OTHERS for size in SIZES],
    ids=lambda part: part if isinstance(part, str) else f"{part[0]}x{part[1]}",
)
def test_at_other_sizes(picture, name, size):
    """The screens that are laid out anew on every width."""
    assert picture(name, size)


@pytest.mark.parametrize("name", ["models", "answer", "questions", "tradeoffs", "plot"])
def test_light(picture, name):
    """The light theme."""
    assert picture(name, (80, 24), "textual-light")


@pytest.mark.parametrize("name", ["models", "answer", "questions", "tradeoffs", "plot"])
def test_without_colour(picture, name, monkeypatch):
    """What is chosen and where the cursor is can be seen without colour."""
    monkeypatch.setenv("NO_COLOR", "1")
    assert picture(name, (80, 24))
