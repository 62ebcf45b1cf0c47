"""An engine started from here: a real process that answers, dies, or is not there."""

import socket
import sys

import pytest

from advisor.documents.deployment import Command, Deployment, Resources
from advisor.errors import UsageError
from advisor.tui.here.running import Running


def plan(*argv, port=None):
    """A plan that runs *argv*."""
    return Deployment(
        model="m",
        scheme="Q8_0",
        engine="llama.cpp",
        engine_version="",
        weights="m.gguf",
        ready_made=True,
        run=Command(argv=argv),
        port=port,
        health_path="/",
        resources=Resources(),
    )


def wait(running):
    """Until it answers."""
    running.wait(lambda words: None, lambda: False)


def test_it_answers_and_ends(tmp_path):
    """Ready means that the health path answers; ended means that nothing is left."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = (sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1")
    running = Running(plan(*server, port=port), tmp_path)
    wait(running)
    assert f"http://127.0.0.1:{port}" == running.url
    running.stop()
    assert running.process.poll() is not None


def test_a_dead_engine_says_its_last_words(tmp_path):
    """The exit code and the last line stand in the message."""
    running = Running(
        plan(sys.executable, "-c", "print('no such model'); raise SystemExit(3)", port=9), tmp_path
    )
    with pytest.raises(UsageError, match="ended with code 3: no such model"):
        wait(running)


def test_an_engine_that_is_not_here(tmp_path):
    """It is named, with the mend."""
    with pytest.raises(UsageError, match="no-such-engine is not installed here"):
        Running(plan("no-such-engine"), tmp_path)
