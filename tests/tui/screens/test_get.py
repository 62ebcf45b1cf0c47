"""The page that downloads, runs and measures: a server here in the Hub's place, and a real engine."""

import importlib.util
import sys
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import urlopen

import pytest

from advisor.api import this_machine
from advisor.tui.answers import Answers
from advisor.tui.save_folder import Target

LLAMA = Answers(model="Llama-3.1-8B", engines="llama.cpp")


SERVER = """#!{python}
import runpy, sys
given = sys.argv[1:]
file, port = (given[given.index(name) + 1] for name in ("-m", "--port"))
sys.argv = ["server", "-m", file, "--port", port, "--ctx-size", "256", "--server-type", "python"]
runpy.run_module("cyllama.llama.server", run_name="__main__")
"""
"""llama.cpp under the name that a plan starts it by."""


class Hub(BaseHTTPRequestHandler):
    """Every file is three bytes."""

    def do_GET(self):
        """The file."""
        self.send_response(200)
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"abc")

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def hub(monkeypatch):
    """The server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    yield server
    server.shutdown()


async def at_scheme(driver, scheme):
    """The get page of a row of the tradeoffs."""
    await driver.press("t")
    table = driver.app.screen.table
    table.cursor = next(index for index, row in enumerate(table.rows) if row.scheme == scheme)
    await driver.press("g")
    assert driver.screen == "GetScreen"


async def test_download(start, hub, tmp_path):
    """The ready file lands in the folder named, whole, and the page says what to do next."""
    target = Target(str(tmp_path / "models"), fixed=True)
    async with start(answers=LLAMA, target=target) as driver:
        await at_scheme(driver, "Q6_K")
        assert "Ready file: " in driver.text
        driver.app.screen.ready = replace(driver.app.screen.ready, size_bytes=3)
        await driver.press("d")
        assert [b"abc"] == [file.read_bytes() for file in (tmp_path / "models").iterdir()]
        assert "is here: r runs it, m measures it" in " ".join(driver.text.split())


async def test_without_a_network_the_command_is_at_hand(start, monkeypatch, tmp_path):
    """The failure is a line, nothing is left, and y copies the pull command."""
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    async with start(answers=LLAMA, target=Target(str(tmp_path), fixed=True)) as driver:
        await at_scheme(driver, "Q6_K")
        driver.app.screen.ready = replace(driver.app.screen.ready, size_bytes=3)
        await driver.press("d")
        assert "127.0.0.1 is not reached" in driver.text
        assert list(tmp_path.glob("*.gguf*")) == []
        await driver.press("y")
        assert driver.app.clipboard.startswith("hf download ")


async def test_in_a_browser_nothing_is_written(start):
    """Without a folder named at start neither download nor engine nor measurement begins."""
    async with start(answers=LLAMA, target=Target(allowed=False)) as driver:
        await at_scheme(driver, "Q6_K")
        for key in ("d", "r"):
            await driver.press(key)
            assert "nothing is written from a browser" in driver.problem("folder")
            assert not driver.app.screen.busy


async def test_an_engine_that_is_not_here(start, monkeypatch, tmp_path):
    """It is said with the mend, and the page goes on."""
    monkeypatch.setenv("PATH", str(tmp_path))
    async with start(answers=LLAMA) as driver:
        await driver.press("g", "r")
        assert "llama-server is not installed here" in driver.text
        await driver.press("escape")
        assert driver.screen == "AnswerScreen"


async def test_another_machine_is_not_measured(start):
    """What is measured here says nothing of a machine that is only named."""
    async with start(hardware=None, answers=Answers(hardware="RTX 3090", model="Llama-3.1-8B")) as driver:
        await driver.press("g", "m")
        said = [note.message for note in driver.app._notifications]
        assert ["only this machine can be measured: the plan is for another one"] == said


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A file that llama.cpp loads, and llama-server on the path."""
    pytest.importorskip("cyllama", reason="the engine extra is not installed")
    path = Path(__file__).parents[2] / "measuring" / "tiny.py"
    spec = importlib.util.spec_from_file_location("tiny", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    server = tmp_path / "bin" / "llama-server"
    server.parent.mkdir()
    server.write_text(SERVER.format(python=sys.executable))
    server.chmod(0o755)
    monkeypatch.setenv("PATH", f"{server.parent}:/usr/bin:/bin")
    monkeypatch.setenv("ADVISOR_DATA_DIR", str(tmp_path / "data"))
    return module.write_tiny(tmp_path / "Tiny-F16.gguf")


async def test_a_file_of_ones_own_is_measured_and_run(start, tiny):
    """The real engine: predicted beside measured, an answer on its port, nothing left at its end."""
    answers = Answers(model=str(tiny), context="256")
    async with start(size=(100, 30), hardware=None, probe=this_machine, answers=answers) as driver:
        await driver.press("g", "m")
        said = " ".join(driver.text.split())
        assert "measured with Tiny-F16.gguf; kept for every later answer here" in said
        assert "decode: predicted" in said
        await driver.press("r")
        assert "llama-server answers at http://127.0.0.1:8080" in driver.text
        with urlopen(driver.app.running.url + "/health") as answer:
            assert answer.status == 200
        process = driver.app.running.process
        await driver.press("r")
        assert "ended" in driver.text
        assert process.poll() is not None


async def test_a_file_that_vanished(start, tiny):
    """Neither run nor measured: the line says what to do."""
    answers = Answers(model=str(tiny), context="256")
    async with start(size=(100, 30), hardware=None, probe=this_machine, answers=answers) as driver:
        await driver.press("g")
        tiny.unlink()
        for key in ("r", "m"):
            await driver.press(key)
            assert "Tiny-F16.gguf is gone: get it again" in " ".join(driver.text.split())


async def test_an_engine_that_dies(start, tiny):
    """Its last words stand on the page, and it counts as ended."""
    answers = Answers(model=str(tiny), context="256")
    async with start(size=(100, 30), hardware=None, probe=this_machine, answers=answers) as driver:
        await driver.press("g")
        tiny.write_bytes(b"no model")
        await driver.press("r")
        assert "llama-server ended with code" in " ".join(driver.text.split())
        assert driver.app.running is None
