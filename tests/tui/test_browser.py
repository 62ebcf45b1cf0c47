"""The TUI in a real browser: the page is loaded and clicked once in headless Chromium."""

import asyncio
import base64
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time

import pytest

DEADLINE_S = 60
ABOVE_THE_FOOT_PX = 26
"""The Continue button is in the line above the foot; a line of the terminal is about 17 pixels high."""

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("textual_serve") is None, reason="textual-serve is not installed"
    ),
    pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed"),
]


@pytest.fixture
def address(tmp_path):
    """The address of `advisor tui --web` on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "advisor", "tui", "--web", "--port", str(port), "--hardware", "RTX 4090"]
    environment = {**os.environ, "ADVISOR_DATA_DIR": str(tmp_path / "data")}
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield f"http://127.0.0.1:{port}"
    server.terminate()
    server.wait()


@pytest.fixture
def debugger(tmp_path):
    """The address where headless Chromium takes commands."""
    profile = tmp_path / "profile"
    command = [
        "chromium",
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--remote-debugging-port=0",
        "--window-size=1000,700",
        f"--user-data-dir={profile}",
        "about:blank",
    ]
    browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    said = profile / "DevToolsActivePort"
    deadline = time.monotonic() + DEADLINE_S
    while not (said.exists() and said.read_text().strip()) and time.monotonic() < deadline:
        time.sleep(0.1)
    yield f"http://127.0.0.1:{said.read_text().split()[0]}"
    browser.terminate()
    browser.wait()


class Page:
    """One page, by the DevTools protocol; `heard` is everything the terminal in it was sent."""

    def __init__(self, connection):
        self.connection, self.heard, self.number = connection, b"", 0

    async def send(self, method, **parameters):
        """A command; its result."""
        self.number += 1
        await self.connection.send_json({"id": self.number, "method": method, "params": parameters})
        return await self._hear(lambda message: message.get("id") == self.number)

    async def until(self, words):
        """Wait until the terminal was sent *words*."""
        await self._hear(lambda _: words in self.heard)

    async def _hear(self, enough):
        async with asyncio.timeout(DEADLINE_S):
            while True:
                message = await self.connection.receive_json()
                if message.get("method") == "Network.webSocketFrameReceived":
                    data = message["params"]["response"]["payloadData"]
                    self.heard += (
                        base64.b64decode(data)
                        if message["params"]["response"]["opcode"] == 2
                        else data.encode()
                    )
                if enough(message):
                    return message.get("result")


async def test_page_is_loaded_and_clicked(address, debugger):
    """The machine appears; a click on Continue shows the questions."""
    aiohttp = pytest.importorskip("aiohttp")
    async with aiohttp.ClientSession() as session:
        await wait_for_server(session, address)
        pages = await (await session.get(f"{debugger}/json")).json()
        target = next(page for page in pages if page["type"] == "page")
        async with session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as connection:
            page = Page(connection)
            await page.send("Network.enable")
            await page.send("Page.navigate", url=address)
            await page.until(b"GeForce RTX 4090")
            where = "document.querySelector('.xterm-screen').getBoundingClientRect().toJSON()"
            found = await page.send("Runtime.evaluate", expression=where, returnByValue=True)
            box = found["result"]["value"]
            page.heard = b""
            for kind in ("mousePressed", "mouseReleased"):
                await page.send(
                    "Input.dispatchMouseEvent",
                    type=kind,
                    x=box["x"] + 50,
                    y=box["y"] + box["height"] - ABOVE_THE_FOOT_PX,
                    button="left",
                    clickCount=1,
                )
            await page.until(b"Calibration")


async def wait_for_server(session, address):
    """Until the server answers."""
    import aiohttp

    async with asyncio.timeout(DEADLINE_S):
        while True:
            try:
                async with session.get(address) as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.2)
