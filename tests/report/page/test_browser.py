"""The page in a real browser: it loads alone, sorts and filters, and is readable light, dark and aloud."""

import asyncio
import json
import shutil
import subprocess
import time

import pytest

from advisor.cli.main import run

DEADLINE_S = 60
SMALLEST_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3, for text of normal size."""

pytestmark = pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed")


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    """A report of two machines."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    machines = ["--hardware=RTX 4090", "--hardware=RTX 3060"]
    assert 0 == run(["report", "--model=Llama-3.1-8B", *machines, "--max-loss=1%", "-o", str(path)])
    return path


@pytest.fixture(scope="module")
def debugger(tmp_path_factory):
    """The address where headless Chromium takes commands."""
    profile = tmp_path_factory.mktemp("profile")
    command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"]
    browser = subprocess.Popen(
        [*command, f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    said = profile / "DevToolsActivePort"
    deadline = time.monotonic() + DEADLINE_S
    while not (said.exists() and said.read_text().strip()) and time.monotonic() < deadline:
        time.sleep(0.1)
    yield f"http://127.0.0.1:{said.read_text().split()[0]}"
    browser.terminate()
    browser.wait()


class Page:
    """One page, by the DevTools protocol; `events` is everything it said by itself."""

    def __init__(self, connection):
        self.connection, self.events, self.number = connection, [], 0

    async def send(self, method, **parameters):
        """A command; its result."""
        self.number += 1
        await self.connection.send_json({"id": self.number, "method": method, "params": parameters})
        return await self._hear(lambda message: message.get("id") == self.number)

    async def until(self, method):
        """Wait for an event."""
        await self._hear(lambda message: message.get("method") == method)

    async def value(self, expression):
        """What a script on the page says."""
        found = await self.send("Runtime.evaluate", expression=expression, returnByValue=True)
        return found["result"].get("value")

    def named(self, *methods):
        """The events of these names."""
        return [event for event in self.events if event.get("method") in methods]

    async def _hear(self, enough):
        async with asyncio.timeout(DEADLINE_S):
            while True:
                message = await self.connection.receive_json()
                self.events.append(message)
                if enough(message):
                    return message.get("result")


@pytest.fixture
async def page(page_file, debugger):
    """The report, loaded without a network."""
    aiohttp = pytest.importorskip("aiohttp")
    async with aiohttp.ClientSession() as session:
        pages = await (await session.get(f"{debugger}/json")).json()
        target = next(one for one in pages if one["type"] == "page")
        async with session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as connection:
            page = Page(connection)
            for domain in ("Page", "Network", "Log", "Runtime", "Accessibility"):
                await page.send(f"{domain}.enable")
            await page.send(
                "Network.emulateNetworkConditions",
                offline=True,
                latency=0,
                downloadThroughput=0,
                uploadThroughput=0,
            )
            page.events.clear()
            await page.send("Page.navigate", url=page_file.as_uri())
            await page.until("Page.loadEventFired")
            yield page


COLUMN = "[...document.querySelectorAll('#a1 .sortable tbody tr')].map(row => row.cells[{}].dataset.v)"
CLICK = "document.querySelectorAll('#a1 .sortable thead button')[{}].click()"


async def test_it_loads_alone_and_without_complaint(page):
    """One file is asked for, nothing is logged and nothing thrown, the policy included."""
    asked = [event["params"]["request"]["url"][:5] for event in page.named("Network.requestWillBeSent")]
    assert {"file:"} == {url for url in asked if url != "data:"}
    assert 1 == asked.count("file:")
    assert [] == page.named("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled")


async def test_a_click_sorts_a_second_turns_round(page):
    """By the figure, not by its text; what was not measured stands last both times."""
    for turn, reverse in (("ascending", False), ("descending", True)):
        await page.value(CLICK.format(6))
        shown = await page.value(COLUMN.format(6))
        known = [float(value) for value in shown if value is not None]
        assert len(known) > 10
        assert sorted(known, reverse=reverse) == known
        assert [None] * (len(shown) - len(known)) == shown[len(known) :]
        head = "document.querySelectorAll('#a1 .sortable th')[6].getAttribute('aria-sort')"
        assert turn == await page.value(head)


async def test_filters_hide_rows_of_their_table_alone(page):
    """By words, by engine and by the need; the count is said aloud; the other table stays whole."""
    visible = "document.querySelectorAll('#{} .sortable tbody tr:not([hidden])').length"
    everything, other = await page.value(visible.format("a1")), await page.value(visible.format("a2"))
    form = "const form = document.querySelector('#a1 .filter');"
    tell = "form.dispatchEvent(new Event('input'));"
    await page.value(f"{{ {form} form.elements.words.value = 'q4_k'; {tell} }}")
    names = await page.value(
        "[...document.querySelectorAll('#a1 .sortable tbody tr:not([hidden])')].map(r => r.textContent)"
    )
    assert 0 < len(names) < everything
    assert {True} == {"q4_k" in name.lower() for name in names}
    said = await page.value("document.querySelector('#a1 .filter output').textContent")
    assert f"{len(names)} of {everything} rows" == said
    await page.value(f"{{ {form} form.reset(); form.elements.feasible.checked = true; {tell} }}")
    meets = await page.value("document.querySelectorAll('#a1 .sortable tbody tr[data-ok]').length")
    assert meets == await page.value(visible.format("a1"))
    await page.value(f"{{ {form} form.reset(); form.elements.engine.value = 'vllm'; {tell} }}")
    engines = await page.value(
        "[...new Set([...document.querySelectorAll('#a1 tr[data-engine]:not([hidden])')]"
        ".map(r => r.dataset.engine))]"
    )
    assert ["vllm"] == engines
    assert other == await page.value(visible.format("a2"))


async def test_everything_to_operate_has_a_name(page):
    """Buttons, fields, links, regions and pictures: a screen reader has words for each."""
    tree = (await page.send("Accessibility.getFullAXTree"))["nodes"]
    roles = (
        "button",
        "link",
        "searchbox",
        "textbox",
        "combobox",
        "checkbox",
        "image",
        "img",
        "region",
        "form",
    )
    found = [node for node in tree if node.get("role", {}).get("value") in roles and not node.get("ignored")]
    assert {"button", "link", "checkbox"} <= {node["role"]["value"] for node in found}
    assert [] == [json.dumps(node["role"]) for node in found if not node.get("name", {}).get("value")]


CONTRAST = """(() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const colour = getComputedStyle(node).backgroundColor;
      if (colour !== "rgba(0, 0, 0, 0)") return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const nodes = [...document.querySelectorAll("h1, h2, h3, p, td, th, small, a, pre, li, dd b, dd span, dt")];
  return Math.min(...nodes.map((node) => {
    const one = light(getComputedStyle(node).color), other = light(ground(node));
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  }));
})()"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_words_stand_out(page, scheme):
    """In the reader's light and dark setting alike, and the two differ."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    await page.send("Emulation.setEmulatedMedia", features=features)
    ground = await page.value("getComputedStyle(document.body).backgroundColor")
    assert ("rgb(255, 255, 255)" == ground) == (scheme == "light")
    assert await page.value(CONTRAST) >= SMALLEST_CONTRAST


async def test_a_phone_shows_it_without_scrolling_sideways(page):
    """Wide tables scroll in themselves, the page does not."""
    await page.send(
        "Emulation.setDeviceMetricsOverride", width=390, height=800, deviceScaleFactor=1, mobile=False
    )
    wide = await page.value("document.documentElement.scrollWidth")
    await page.send("Emulation.clearDeviceMetricsOverride")
    assert wide <= 390


async def test_it_prints(page):
    """As a PDF of a few pages, with the whole table and without the controls."""
    printed = await page.send("Page.printToPDF")
    assert printed["data"].startswith("JVBERi")
    await page.send("Emulation.setEmulatedMedia", media="print")
    hidden = await page.value("getComputedStyle(document.querySelector('.filter')).display")
    await page.send("Emulation.setEmulatedMedia", media="")
    assert "none" == hidden
