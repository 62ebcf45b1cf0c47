"""How long the TUI's tradeoff table takes from a change to the repainted screen.

Run `python benchmarks/what_if.py` on a quiet machine. It drives the real application without a terminal:
each row is one control, changed to values never asked before. The time runs from the change to the end of the
refresh that shows the new table; drawing the whole screen as terminal output, which a headless run skips, is
part of it.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

from textual.widgets import Input

from advisor.tui.answers import Answers
from advisor.tui.app import AdvisorApp, make_app
from advisor.tui.conversation import Reply
from advisor.tui.screens.questions import QuestionsScreen
from advisor.tui.screens.tradeoffs import TradeoffsScreen

CASES = (("RTX 4090", "Llama-3.1-8B"), ("2x A100 80GB", "Llama-3.1-70B"), ("M3 Max 64GB", "Qwen3-30B-A3B"))
SIZES = ((80, 24), (200, 60))
REPEATS = 12


async def latencies(hardware: str, model: str, size: tuple[int, int]) -> dict[str, list[tuple[float, float]]]:
    """Milliseconds of every change by the clock and of the processor, by control."""
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(hardware=hardware, answers=Answers(model=model), data_dir=Path(folder))
        async with app.run_test(size=size) as pilot:
            await app.workers.wait_for_complete()
            app.push_screen(QuestionsScreen())
            await pilot.pause()
            await pilot.press("f5")
            await app.workers.wait_for_complete()
            await pilot.pause()
            await pilot.press("t")
            await pilot.pause()
            screen = app.screen
            assert isinstance(screen, TradeoffsScreen)
            found: dict[str, list[tuple[float, float]]] = {}
            for repeat in range(REPEATS):
                # A need that was never asked: what the session keeps must not make the figures look better.
                for control, value in (
                    ("context", str(4000 + 8 * repeat)),
                    ("requests", str(2 + repeat)),
                    ("loss", f"{1 + repeat / 10:g}"),
                ):
                    found.setdefault(control, []).append(await _one(app, screen, control, value))
            return found


async def _one(app: AdvisorApp, screen: TradeoffsScreen, control: str, value: str) -> tuple[float, float]:
    shown = asyncio.Event()
    show = screen._show

    def noticed(reply: Reply) -> None:
        show(reply)
        screen.call_after_refresh(shown.set)

    with patch.object(screen, "_show", noticed):
        begin, cpu = time.perf_counter(), time.process_time()
        screen.query_one(f"#{control}", Input).value = value
        await shown.wait()
        screen._compositor.render_full_update().render_segments(app.console)
    return 1e3 * (time.perf_counter() - begin), 1e3 * (time.process_time() - cpu)


async def main() -> None:
    """Print median and worst of each control."""
    head = f"{'machine':<14}{'model':<16}{'screen':<9}{'control':<10}"
    print(f"{head}{'median ms':>10}{'worst ms':>10}{'CPU ms':>8}")
    for hardware, model in CASES:
        for size in SIZES:
            for control, times in (await latencies(hardware, model, size)).items():
                clock, cpu = zip(*times, strict=True)
                print(
                    f"{hardware:<14}{model:<16}{size[0]}x{size[1]:<6}{control:<10}"
                    f"{statistics.median(clock):>10.0f}{max(clock):>10.0f}{statistics.median(cpu):>8.0f}"
                )


if __name__ == "__main__":
    asyncio.run(main())
