"""Pictures of the real screens and of a report for the README and the manual: docs/screens/.

Run `python scripts/screens.py [FOLDER]`; the report's picture is taken by Chromium, where there is one.
Machine and model are fixed, so that only a change of the screens or of the fitted predictors changes a
picture.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from textual.pilot import Pilot

from advisor.tui.answers import Answers
from advisor.tui.app import AdvisorApp, make_app

MACHINE = "RTX 4090"
ANSWERS = Answers(model="Llama-3.1-8B", engines="llama.cpp", accuracy="3")
SIZE, LARGE = (100, 34), (170, 44)
SCREENS: tuple[tuple[str, tuple[int, int], tuple[str, ...]], ...] = (
    ("machine", SIZE, ("h",)),
    ("questions", SIZE, ("e",)),
    ("answer", SIZE, ()),
    ("tradeoffs", LARGE, ("t",)),
    ("evidence", SIZE, ("t", "enter", "right", "right")),
    ("plot", SIZE, ("p",)),
    ("learn", SIZE, ("l", "b", "g")),
    ("levels", SIZE, ("t", "v")),
)
"""Name, size in cells, keys that lead there."""


REPORT_PIXELS = (1100, 1120)
"""Width and height of the report's picture: down to the need and the machine."""


def report(to: Path) -> None:
    """The beginning of the page `advisor report` writes, as a browser shows it."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        print("no Chromium: the report's picture stays as it is", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        asked = ["report", "--model", ANSWERS.model or "", "--hardware", MACHINE, "--engine", "llama.cpp"]
        subprocess.run([sys.executable, "-m", "advisor", *asked, "-o", str(page)], check=True)
        size = ",".join(map(str, REPORT_PIXELS))
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={size}"]
        subprocess.run(
            [browser, *flags, f"--screenshot={to}", page.as_uri()],
            check=True,
            capture_output=True,
            timeout=120,
        )


async def picture(keys: tuple[str, ...], size: tuple[int, int]) -> str:
    """The screen that *keys* lead to, as SVG text."""
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(hardware=MACHINE, answers=ANSWERS, data_dir=Path(folder))
        async with app.run_test(size=size) as pilot:
            await _settle(app, pilot)
            for key in keys:
                await pilot.press(key)
                await _settle(app, pilot)
            return app.export_screenshot(title="advisor")


async def _settle(app: AdvisorApp, pilot: Pilot[str]) -> None:
    await app.workers.wait_for_complete()
    await pilot.pause(0.3)


def main() -> None:
    """Write every picture."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "docs" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    for name, size, keys in SCREENS:
        svg = asyncio.run(picture(keys, size))
        (folder / f"{name}.svg").write_text(svg + "\n", encoding="utf-8")
        print(f"{name}.svg: {len(svg) / 1000:.0f} kB", file=sys.stderr)
    report(folder / "report.png")


if __name__ == "__main__":
    main()
