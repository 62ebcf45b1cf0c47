"""An engine started from here: its last words, whether it answers, and its end."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from urllib.error import URLError
from urllib.request import urlopen

from advisor.documents.deployment import Deployment
from advisor.errors import UsageError

_POLL_S = 0.5
_GRACE_S = 5.0
"""What a server may take to end before it is ended."""


class Running:
    """A process and what it printed last."""

    def __init__(self, plan: Deployment, folder: Path) -> None:
        """Start it; UsageError when the program is not here or cannot be started."""
        self.plan = plan
        command = plan.run
        self.name = command.argv[0]
        if shutil.which(self.name) is None:
            raise UsageError(f"{self.name} is not installed here: install it, or y copies the command")
        try:
            for file in command.files:
                (folder / file.name).write_text(file.text, encoding="utf-8")
            self.process = subprocess.Popen(
                command.argv,
                cwd=folder,
                env={**os.environ, **command.env},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
            )
        except OSError as error:
            raise UsageError(f"{self.name} cannot be started: {error.strerror or error}") from None
        self.said: deque[str] = deque(maxlen=5)
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            if line.strip():
                self.said.append(line.strip())

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{self.plan.host}:{self.plan.port}"

    def wait(self, tell: Callable[[str], None], stopped: Callable[[], bool]) -> None:
        """Until it answers; UsageError with its last words when it ends instead."""
        while not stopped():
            code = self.process.poll()
            if code is not None:
                self._reader.join(_GRACE_S)
                words = self.said[-1] if self.said else "it said nothing"
                raise UsageError(f"{self.name} ended with code {code}: {words}")
            if self._healthy():
                return
            tell(self.said[-1] if self.said else f"{self.name} is starting")
            time.sleep(_POLL_S)

    def _healthy(self) -> bool:
        if self.plan.health_path is None or self.plan.port is None:
            return True
        try:
            with urlopen(self.url + self.plan.health_path, timeout=_POLL_S) as answer:
                return int(answer.status) == 200
        except (URLError, OSError, ValueError):
            return False

    def stop(self) -> None:
        """End it and what it started."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.process.pid, number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(_GRACE_S)
