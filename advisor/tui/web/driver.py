"""The far end of the pipe: a TUI that a browser drives ends with the server that started it."""

from __future__ import annotations

import os

from textual.drivers.web_driver import WebDriver

from advisor.errors import ExitCode


class BoundDriver(WebDriver):
    """The stock driver goes on without input when its server is gone; this one ends the process."""

    def run_input_thread(self) -> None:
        """Read until the pipe closes. What was answered is kept already."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            os._exit(ExitCode.INTERRUPTED)
