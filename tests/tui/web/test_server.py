"""The server as a process, and its page in headless Chromium: what opens it and what does not."""

import asyncio
import base64
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time

import psutil
import pytest

from advisor.cli.main import run

aiohttp = pytest.importorskip("aiohttp")

DEADLINE_S = 60

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("textual_serve") is None, reason="textual-serve is not installed"
)
IN_A_BROWSER = pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed")


class Served:
    """`advisor tui --web` on a free port: its process and what it printed."""

    def __init__(self, data, *options):
        command = [
            sys.executable,
            "-m",
            "advisor",
            "tui",
            "--web",
            "--port=0",
            "--hardware=RTX 4090",
            *options,
        ]
        environment = {**os.environ, "ADVISOR_DATA_DIR": str(data)}
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        self.base, self.token = self.url.split("/?token=")

    @property
    def socket(self):
        """The address of the websocket, with the token."""
        return f"{self.base}/ws/{self.token}"

    @property
    def headers(self):
        """What a browser sends from the server's own page."""
        return {"Origin": self.base}

    def children(self):
        """The processes it started."""
        return psutil.Process(self.process.pid).children(recursive=True)


@pytest.fixture
def served(tmp_path):
    """The server, without a folder to save into."""
    found = Served(tmp_path / "data")
    yield found
    found.process.kill()
    found.process.wait()


@pytest.fixture
async def session():
    """An HTTP client."""
    async with aiohttp.ClientSession() as found:
        yield found


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
    """One page, by the DevTools protocol; `heard` is all the terminal was sent,
    `asked` every address the page asked."""

    def __init__(self, connection):
        self.connection, self.heard, self.number = connection, b"", 0
        self.asked = []

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
                if message.get("method") == "Network.requestWillBeSent":
                    self.asked.append(message["params"]["request"]["url"])
                if message.get("method") == "Network.webSocketFrameReceived":
                    data = message["params"]["response"]["payloadData"]
                    self.heard += (
                        base64.b64decode(data)
                        if message["params"]["response"]["opcode"] == 2
                        else data.encode()
                    )
                if enough(message):
                    return message.get("result")


async def page_of(session, debugger):
    """A page of the browser, listening to its network."""
    pages = await (await session.get(f"{debugger}/json")).json()
    target = next(page for page in pages if page["type"] == "page")
    connection = await session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0)
    page = Page(connection)
    await page.send("Network.enable")
    return page


@IN_A_BROWSER
async def test_page_is_loaded_and_takes_keys_at_once(served, debugger, session):
    """The answer appears, a key works without a click before it, and no other host is asked for anything."""
    page = await page_of(session, debugger)
    await page.send("Page.navigate", url=served.url)
    await page.until(b"RTX 4090")
    page.heard = b""
    await page.send("Input.dispatchKeyEvent", type="rawKeyDown", key="F1", windowsVirtualKeyCode=112)
    await page.until(b"The scheme to use and what will come")
    assert {served.base} == {url.split("/", 3)[0] + "//" + url.split("/", 3)[2] for url in page.asked}


@IN_A_BROWSER
async def test_a_page_of_another_origin_cannot_drive_it(served, debugger, session):
    """A foreign page that even knows the token gets no websocket, and no process starts for it."""
    page = await page_of(session, debugger)
    await page.send("Page.navigate", url=f"{debugger}/json/version")
    script = f"""new Promise(done => {{
        const socket = new WebSocket("{served.socket.replace("http", "ws", 1)}?width=80&height=24");
        socket.onopen = () => done("open"); socket.onerror = () => done("refused");
    }})"""
    said = await page.send("Runtime.evaluate", expression=script, awaitPromise=True)
    assert said["result"]["value"] == "refused"
    assert served.children() == []


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {}),
        ("/?token=", {}),
        ("/?token=wrong", {}),
        ("/?token=é", {}),
        ("/?token={token}", {"Host": "attacker.example"}),
        ("/?token={token}", {"Host": "localhost.attacker.example:80"}),
        ("/static/js/textual.js", {"Host": "attacker.example"}),
        ("/ws/{token}", {}),
        ("/ws/{token}", {"Origin": "null"}),
        ("/ws/{token}", {"Origin": "http://attacker.example"}),
        ("/ws/{token}", {"Origin": "{base}.attacker.example"}),
        ("/ws/{token}", {"Origin": "{base}", "Host": "attacker.example"}),
        ("/ws/wrong", {"Origin": "{base}"}),
    ],
)
async def test_what_is_refused(served, session, path, headers):
    """Without the token, under a foreign name, or from a foreign page: 403, and nothing is started."""
    known = {"token": served.token, "base": served.base}
    named = {name: value.format(**known) for name, value in headers.items()}
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    more = upgrade | {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="} if path.startswith("/ws") else {}
    async with session.get(served.base + path.format(**known), headers=more | named) as response:
        assert response.status == 403
    assert served.children() == []


async def test_a_tab_of_a_million_columns_gets_what_a_screen_can_show(served, session):
    """The size asked for is cut, before and after the start, and nonsense ends the tab alone."""
    async with session.ws_connect(
        f"{served.socket}?width=1000000&height=1000000", headers=served.headers
    ) as tab:
        await tab.send_json(["resize", {"width": 10**6, "height": 10**6}])
        await tab.receive_bytes(timeout=DEADLINE_S)
        (child,) = served.children()
        await tab.send_json({"no": "message"})
        async with asyncio.timeout(DEADLINE_S):
            while not tab.closed:
                await tab.receive()
        assert psutil.wait_procs([child], timeout=DEADLINE_S)[1] == []
    async with session.get(served.url) as response:
        assert response.status == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
async def test_children_end_with_the_server(served, session, number):
    """However the server ends, with a tab open, its processes end too."""
    async with session.ws_connect(f"{served.socket}?width=80&height=24", headers=served.headers) as tab:
        await tab.receive_bytes(timeout=DEADLINE_S)
        children = served.children()
        assert len(children) == 1
        served.process.send_signal(number)
        served.process.wait(DEADLINE_S)
        assert psutil.wait_procs(children, timeout=DEADLINE_S)[1] == []


def test_a_used_port(served, capsys):
    """One line with the mend, exit code 2."""
    port = served.base.rpartition(":")[2]
    assert run(["tui", "--web", "--port", port]) == 2
    said = f"advisor: --port {port}: address already in use; give another one, or 0 for any free port\n"
    assert said == capsys.readouterr().err
