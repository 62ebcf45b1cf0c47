"""The real application without a terminal, on a fixed machine and in an empty data folder."""

from contextlib import asynccontextmanager

import pytest
from textual.widgets import Input

from advisor.catalog.resolve import Overrides, resolve_hardware
from advisor.tui.app import make_app


class Driver:
    """Keys in, screen text out."""

    def __init__(self, app, pilot):
        self.app, self.pilot = app, pilot

    @property
    def text(self):
        """The screen as it is drawn, one line a row."""
        return "\n".join(strip.text.rstrip() for strip in self.app.screen._compositor.render_strips())

    @property
    def screen(self):
        """Name of the screen's class."""
        return type(self.app.screen).__name__

    async def settle(self):
        """Until workers and what they said are done."""
        await self.pilot.pause()
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    async def press(self, *keys):
        """Press keys one after another, waiting for what each sets off."""
        for key in keys:
            await self.pilot.press(key)
            await self.app.workers.wait_for_complete()
            await self.pilot.pause()

    async def type(self, text):
        """Type into the field with the cursor."""
        await self.pilot.press(*("space" if character == " " else character for character in text))
        await self.settle()

    async def replace(self, name, text):
        """Put *text* into the input *name*, as pasting it would."""
        found = self.app.screen.query_one(f"#{name}")
        (found if isinstance(found, Input) else found.query_one(Input)).value = text
        await self.settle()

    def problem(self, name):
        """What is marked at the field *name*."""
        return self.app.screen.query_one(f"#field-{name}").problem


@pytest.fixture
def start(tmp_path):
    """Start the application; `start(size=…, answers=…, at=…, …)` is an async context manager.

    It begins with the answer for a small model, *at* the screen that this key opens.
    """

    @asynccontextmanager
    async def started(size=(80, 24), hardware="RTX 4090", settled=True, at=None, **options):
        if hardware is not None:
            hardware = resolve_hardware(hardware, Overrides())
        if "answers" not in options:
            options.setdefault("model", "Llama-3.1-8B")
        app = make_app(hardware=hardware, data_dir=tmp_path / "data", **options)
        async with app.run_test(size=size) as pilot:
            driver = Driver(app, pilot)
            if settled:
                await driver.settle()
            if at:
                await driver.press(at)
            yield driver

    return started
