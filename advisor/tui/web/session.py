"""One browser tab: its process, and the messages it may send."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import PIPE, Process
from typing import Any

from aiohttp import WSMsgType, web
from textual_serve.app_service import AppService

LARGEST = (500, 200)
"""Columns and rows a tab may ask for. A screen of 3840x2160 pixels at the smallest legible font, 8x16, has
480 x 135; a page that asks for a million each takes all memory."""
LARGEST_MESSAGE_BYTES = 1 << 16
"""Of one message: keys, or text pasted."""
_PATIENCE_S = 0.5
"""Given to a process to leave by itself; with the closing of the sockets the stop takes below 2 s."""


class TabService(AppService):
    """textual-serve's process, started without a shell, and killed when it does not leave."""

    argv: tuple[str, ...] = ()
    _process: Process | None

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        environment = self._build_environment(width=width, height=height)
        environment["TEXTUAL_DRIVER"] = "advisor.tui.web.driver:BoundDriver"
        process = await asyncio.create_subprocess_exec(
            *self.argv, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment
        )
        self._process, self._stdin = process, process.stdin
        return process

    async def stop(self) -> None:
        """Ask it to quit; kill it when it has not after a while."""
        process = self._process
        if process is None:
            return
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await super().stop()
                await process.wait()
        except (TimeoutError, OSError):
            pass
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def converse(socket: web.WebSocketResponse, service: AppService) -> None:
    """Hand on what the tab sends until it closes; what is no message of ours ends the tab."""
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            return
        try:
            kind, data = _understood(message.json())
        except ValueError:
            return
        if kind == "stdin":
            await service.send_bytes(data.encode("utf-8", "ignore"))
        elif kind == "resize":
            await service.set_terminal_size(*data)
        elif kind == "ping":
            await socket.send_json(["pong", data])
        elif kind == "blur":
            await service.blur()
        elif kind == "focus":
            await service.focus()


def cells(width: Any, height: Any) -> tuple[int, int]:
    """Columns and rows within `LARGEST`; 80x24 for what is no number."""
    try:
        asked = int(str(width)[:9]), int(str(height)[:9])
    except ValueError:
        return 80, 24
    return min(max(asked[0], 1), LARGEST[0]), min(max(asked[1], 1), LARGEST[1])


def _understood(envelope: Any) -> tuple[str, Any]:
    """Kind and data of a message; ValueError for anything else."""
    match envelope:
        case ["stdin" | "ping" as kind, str(data)]:
            return kind, data
        case ["resize", {"width": int(width), "height": int(height)}]:
            return "resize", cells(width, height)
        case ["blur" | "focus" as kind]:
            return kind, None
    raise ValueError("not a message of the page")
