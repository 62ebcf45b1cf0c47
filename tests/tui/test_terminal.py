"""The real command in a real terminal of 80x24, driven through tmux."""

import importlib.util
import os
import shutil
import subprocess
import sys
import time
import uuid

import pytest

from advisor.cli.main import run

DEADLINE_S = 60


def test_without_a_terminal(capsys):
    """In a pipe `advisor tui` says what to use instead, and exits 2."""
    done = subprocess.run([sys.executable, "-m", "advisor", "tui"], input="", capture_output=True, text=True)
    assert (
        done.returncode,
        done.stderr,
    ) == (2, "advisor: the TUI needs a terminal; in scripts use `advisor recommend --json`\n")
    assert run(["tui", "--nonsense"]) == 2


def test_web_without_the_extra(capsys):
    """Without textual-serve `--web` says how to get it."""
    if importlib.util.find_spec("textual_serve") is not None:
        pytest.skip("textual-serve is installed")
    assert run(["tui", "--web"]) == 2
    assert capsys.readouterr().err == "advisor: --web needs textual-serve: pip install 'quant-advisor[web]'\n"
    assert run(["tui", "--web", "--port", "-1"]) == 2


@pytest.fixture
def terminal(tmp_path):
    """A tmux server of its own with one 80x24 window that runs the command."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    socket = f"advisor-{uuid.uuid4().hex[:8]}"
    environment = {**os.environ, "ADVISOR_DATA_DIR": str(tmp_path), "NO_COLOR": "1", "TERM": "xterm-256color"}
    environment.pop("TMUX", None)

    def tmux(*arguments):
        return subprocess.run(
            ["tmux", "-L", socket, *arguments], capture_output=True, text=True, env=environment
        )

    shell = f"{sys.executable} -m advisor tui --hardware 'RTX 4090'; echo exit code $?; sleep 100"
    tmux("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", shell)
    yield tmux
    tmux("kill-server")


def wait_for(tmux, words):
    """The screen, as soon as it holds *words*."""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        screen = tmux("capture-pane", "-p").stdout
        if words in screen:
            return screen
        time.sleep(0.1)
    raise AssertionError(f"{words!r} did not appear in:\n{screen}")


def test_conversation_in_a_terminal(terminal):
    """Machine, model, answer, copy, quit: and the terminal is left with the command alone."""
    wait_for(terminal, "Run (y copies)")
    terminal("send-keys", "e")
    wait_for(terminal, "[2 Questions]")
    terminal("send-keys", "-l", "lama 3.1 8")
    wait_for(terminal, "Llama-3.1-8B")
    terminal("send-keys", "Enter")
    terminal("send-keys", "Enter")
    screen = wait_for(terminal, "[3 Answer]")
    assert "Llama-3.1-8B: " in screen
    terminal("send-keys", "y")
    wait_for(terminal, "copied")
    terminal("send-keys", "t")
    wait_for(terminal, "[4 Tradeoffs]")
    terminal("send-keys", "q")
    screen = wait_for(terminal, "exit code 0")
    assert "Tradeoffs" not in screen


def test_ctrl_c_in_a_terminal(terminal):
    """Ctrl-C gives the terminal back at once, with exit code 130."""
    wait_for(terminal, "[3 Answer]")
    terminal("send-keys", "C-c")
    screen = wait_for(terminal, "exit code 130")
    assert "Traceback" not in screen
    assert "Answer" not in screen
