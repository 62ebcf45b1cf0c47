"""How long the TUI takes: to its first frame and answer, from a key to the list, and what a page sends.

Run `python benchmarks/tui.py` on a quiet machine. It drives the real application without a terminal and times
to the end of the refresh that shows the change, drawing as terminal output included.
"""

from __future__ import annotations

import asyncio
import io
import os
import pty
import statistics
import sys
import tempfile
import time
from pathlib import Path

from textual.widgets import Input, Select

from advisor.tui.answers import Answers
from advisor.tui.app import AdvisorApp, make_app
from advisor.tui.screens.answer import AnswerScreen
from advisor.tui.widgets.ranked import Ranked

MACHINE, WORDS = "RTX 4090", "qwen <20gb"
SIZE = (120, 40)
KEYS = {
    "page down": b"\x1b[6~",
    "page up": b"\x1b[5~",
    "a row down": b"\x1b[B",
    "search": b"/",
    "a letter": b"q",
}
ANSWERED = b"Run (y"
"""What the first page of an answer says."""


async def _drawn(app: AdvisorApp) -> None:
    """Until the next refresh is done, and drawn."""
    done = asyncio.Event()
    app.screen.call_after_refresh(done.set)
    await done.wait()
    app.screen._compositor.render_full_update().render_segments(app.console)


async def _taken(app: AdvisorApp, before: Answers) -> None:
    """Until a change is among what is asked: controls tell of it in a message."""
    while app.conversation.answers == before:
        await asyncio.sleep(0.001)


async def _answered(app: AdvisorApp) -> None:
    """Until the page shows the answer to what was asked last."""
    screen = app.screen
    while not isinstance(screen, AnswerScreen) or screen.reply is None:
        await asyncio.sleep(0.002)
        screen = app.screen
    while screen.reply is None or screen.reply.answers != app.conversation.answers:
        await asyncio.sleep(0.002)
    await _drawn(app)


async def _rested(app: AdvisorApp) -> None:
    """Until what is made behind the page is there: nobody reads an answer in less time."""
    await app.workers.wait_for_complete()
    await _drawn(app)


async def keystrokes() -> dict[str, list[float]]:
    """Milliseconds of every step, by name."""
    found: dict[str, list[float]] = {}

    def lap(name: str, begin: float) -> None:
        found.setdefault(name, []).append(1e3 * (time.perf_counter() - begin))

    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        app = make_app(hardware=MACHINE, answers=Answers(), data_dir=Path(folder))
        async with app.run_test(size=SIZE):
            lap("first frame", begin)
            await _answered(app)
            lap("first answer, no model named", begin)
            screen = app.screen
            assert isinstance(screen, AnswerScreen)
            line = screen.query_one(Ranked).query_one(Input)
            for end in (*range(1, len(WORDS) + 1), 0):
                begin = time.perf_counter()
                line.value = WORDS[:end]
                await _drawn(app)
                lap("letter in the search -> new list", begin)
            for value in ("osi", "commercial", "") * 2:
                await _rested(app)
                begin, before = time.perf_counter(), app.conversation.answers
                screen.panel.query_one("#licence", Select).value = value
                await _taken(app, before)
                await _drawn(app)
                lap("licence -> narrowed list", begin)
                await _answered(app)
                lap("licence -> its own answer", begin)
            app.change(Answers(hardware=MACHINE, model="Llama-3.1-8B"))
            await screen.ask(app.conversation.answers)
            await _answered(app)
            for value in ("1", "3", "5", "near", "best") * 2:
                await _rested(app)
                begin, before = time.perf_counter(), app.conversation.answers
                screen.panel.query_one("#accuracy", Select).value = value
                await _taken(app, before)
                await _answered(app)
                lap("accuracy of a model -> its answer", begin)
    return found


def bytes_of_keys(keys: dict[str, bytes], size: tuple[int, int]) -> dict[str, int]:
    """What the real program writes to a real terminal within three seconds of each key."""
    import fcntl
    import struct
    import termios

    with tempfile.TemporaryDirectory() as folder:
        child, terminal = pty.fork()
        if child == 0:
            os.environ |= {"ADVISOR_DATA_DIR": folder, "TERM": "xterm-256color"}
            os.execv(sys.executable, [sys.executable, "-m", "advisor", "tui", "--hardware", MACHINE])
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        found = {
            "until the answer stands": _written(terminal, ANSWERED, 60.0) + _written(terminal, None, 3.0)
        }
        for name, key in keys.items():
            os.write(terminal, key)
            found[name] = _written(terminal, None, 3.0)
        os.write(terminal, b"\x03")
        _written(terminal, None, 1.0)
        os.close(terminal)
        os.waitpid(child, 0)
    return found


def _written(terminal: int, words: bytes | None, seconds: float) -> int:
    """Bytes written until *words* are among them, or for *seconds*: a cursor that blinks never stops."""
    import select

    data, end = b"", time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and not (words and words in data):
        if select.select([terminal], [], [], left)[0]:
            try:
                data += os.read(terminal, io.DEFAULT_BUFFER_SIZE)
            except OSError:
                break
    return len(data)


def main() -> None:
    """Print median and worst of each step, and the bytes of each key."""
    print(f"{'':<36}{'median ms':>10}{'worst ms':>10}")
    for name, times in asyncio.run(keystrokes()).items():
        print(f"{name:<36}{statistics.median(times):>10.0f}{max(times):>10.0f}")
    for name, count in bytes_of_keys(KEYS, (80, 24)).items():
        print(f"bytes on the wire at 80x24, {name}: {count:,}")


if __name__ == "__main__":
    main()
