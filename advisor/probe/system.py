"""What the probe may touch of a machine: files, commands, the environment. Tests hand in a recorded one."""

from __future__ import annotations

import os
import sys
from typing import Any

MOST_PRINTED_BYTES = 4 * 2**20
"""Of a program or a kernel file: /proc/cpuinfo of a thousand CPUs has 1.5 MB."""
COMMAND_TIMEOUT_S = 3.0
"""A healthy nvidia-smi or system_profiler answers within a second; a hung driver must not hang the probe."""


def whole(text: str | None) -> int | None:
    """The whole number that *text* is; None for anything else, and for more digits than a size has."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 20 else None


class System:
    """The live machine. Every reader returns None (or nothing) instead of raising."""

    live = True

    def __init__(self) -> None:
        self.platform = sys.platform
        self.environment = os.environ

    @property
    def machine(self) -> str:
        """The instruction set: x86_64, aarch64 …"""
        if self.platform == "win32":
            return {"AMD64": "x86_64", "ARM64": "aarch64"}.get(
                os.environ.get("PROCESSOR_ARCHITECTURE", ""), "x86_64"
            )
        return {"arm64": "aarch64", "amd64": "x86_64"}.get(os.uname().machine.lower(), os.uname().machine)

    def read(self, path: str) -> str | None:
        """The text of a file, stripped; None when it is absent or forbidden."""
        try:
            with open(path, "rb") as file:
                text = file.read(MOST_PRINTED_BYTES).decode("utf-8", "replace")
            return text.replace("\0", "").strip()
        except (OSError, ValueError):
            return None

    def names(self, folder: str) -> tuple[str, ...]:
        """The entries of a folder, sorted; empty when it is absent or forbidden."""
        try:
            return tuple(sorted(os.listdir(folder)))
        except OSError:
            return ()

    def exists(self, path: str) -> bool:
        """Whether the path is there."""
        return os.path.exists(path)

    def run(self, *command: str, timeout_s: float = COMMAND_TIMEOUT_S) -> tuple[str | None, str]:
        """Standard output, or None and the reason."""
        import shutil

        from advisor.probe.program import run_briefly

        if shutil.which(command[0]) is None:
            return None, f"{command[0]} is not installed"
        return run_briefly(command, timeout_s, MOST_PRINTED_BYTES)

    def which(self, program: str) -> str | None:
        """The full path of a program on PATH."""
        import shutil

        return shutil.which(program)

    def usable_cpus(self) -> int | None:
        """CPUs this process may run on."""
        if hasattr(os, "sched_getaffinity"):
            return len(os.sched_getaffinity(0))
        return os.cpu_count()

    def disk_free_bytes(self) -> int | None:
        """Free bytes where the process stands."""
        import shutil

        try:
            return shutil.disk_usage(".").free
        except OSError:
            return None

    def module_folder(self, name: str) -> str | None:
        """Where a Python package is installed, without importing it."""
        for entry in sys.path:
            if entry and os.path.isdir(os.path.join(entry, name)):
                return os.path.join(entry, name)
        return None


class Recorded(System):
    """A machine from recorded facts: `files` (path -> text), `commands` (line -> output), `programs`,
    `environment` …

    A command recorded as null hung; as `{"error": "..."}`, it failed.
    """

    live = False

    def __init__(self, facts: dict[str, Any]) -> None:
        self._facts = facts
        self._files: dict[str, str] = facts.get("files", {})
        self.platform = facts.get("platform", "linux")
        self.environment = facts.get("environment", {})

    @property
    def machine(self) -> str:
        """As recorded."""
        return str(self._facts.get("machine", "x86_64"))

    def read(self, path: str) -> str | None:
        """The recorded text."""
        text = self._files.get(path)
        return None if text is None else text.replace("\0", "").strip()

    def names(self, folder: str) -> tuple[str, ...]:
        """The entries under which something was recorded."""
        prefix = folder.rstrip("/") + "/"
        return tuple(
            sorted({path[len(prefix) :].split("/")[0] for path in self._files if path.startswith(prefix)})
        )

    def exists(self, path: str) -> bool:
        """Whether it was recorded."""
        return path in self._files or bool(self.names(path))

    def run(self, *command: str, timeout_s: float = COMMAND_TIMEOUT_S) -> tuple[str | None, str]:
        """The recorded output."""
        commands = self._facts.get("commands", {})
        key = " ".join(command)
        if key not in commands:
            return None, f"{command[0]} is not installed"
        if commands[key] is None:
            return None, f"{command[0]} did not answer within {timeout_s:g} s"
        if isinstance(commands[key], dict):
            return None, f"{command[0]} failed: {commands[key]['error']}"
        return commands[key], ""

    def which(self, program: str) -> str | None:
        """As recorded."""
        programs: dict[str, str] = self._facts.get("programs", {})
        return programs.get(program)

    def usable_cpus(self) -> int | None:
        """As recorded."""
        return self._facts.get("usable_cpus")

    def disk_free_bytes(self) -> int | None:
        """As recorded."""
        return self._facts.get("disk_free_bytes")

    def module_folder(self, name: str) -> str | None:
        """As recorded."""
        modules: dict[str, str] = self._facts.get("modules", {})
        return modules.get(name)
