"""The server: on loopback, for the address with the token, from its own page only.

A visitor has the rights of the user who started it. So a request must name this host (a foreign name that
resolves to 127.0.0.1 does not), a websocket must come from this server's own page (any page a browser shows
may open one), and both must hold the token, which other users of the machine do not know.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import signal
import socket
from pathlib import Path

import textual_serve
from aiohttp import WSCloseCode, web
from aiohttp.typedefs import Handler
from aiohttp.web_runner import GracefulExit
from textual_serve.download_manager import DownloadManager

from advisor.errors import UsageError
from advisor.tui.web.page import page, policy
from advisor.tui.web.session import LARGEST_MESSAGE_BYTES, TabService, cells, converse

HOST = "127.0.0.1"
MOST_TABS = 8
"""At once; each is a process of about 100 MB."""


class WebServer:
    """The TUI of *argv*, a process a tab, on *port* of this machine; 0 takes a free one."""

    def __init__(self, argv: tuple[str, ...], port: int) -> None:
        self.argv = argv
        self.listening = _listen(port)
        self.host = f"{HOST}:{self.listening.getsockname()[1]}"
        self.token = secrets.token_urlsafe(24)
        self.sockets: dict[web.WebSocketResponse, TabService] = {}

    @property
    def url(self) -> str:
        """The only address that opens the page."""
        return f"http://{self.host}/?token={self.token}"

    def serve(self) -> None:
        """Until SIGINT or SIGTERM; then every tab is closed and its process gone within 2 s."""
        loop = asyncio.new_event_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, _leave)
        web.run_app(
            self.application(),
            sock=self.listening,
            handle_signals=False,
            access_log=None,  # it would write the token
            shutdown_timeout=0.5,
            print=None,
            loop=loop,
        )

    def application(self) -> web.Application:
        """Routes, and the guard before all of them."""
        application = web.Application(middlewares=[self._guard])
        static = Path(textual_serve.__file__).parent / "static"
        application.add_routes(
            [
                web.get("/", self._page),
                web.get("/ws/{token}", self._socket),
                web.static("/static", static),
            ]
        )
        application.on_shutdown.append(self._close)
        return application

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.headers.get("Host") != self.host:
            raise web.HTTPForbidden(text="open the address that `advisor tui --web` printed")
        response = await handler(request)
        if not response.prepared:
            response.headers["Referrer-Policy"] = "no-referrer"
            response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    def _holds(self, token: str) -> bool:
        return hmac.compare_digest(token.encode("utf-8", "ignore"), self.token.encode())

    async def _page(self, request: web.Request) -> web.Response:
        if not self._holds(request.query.get("token", "")):
            raise web.HTTPForbidden(text="open the whole address that `advisor tui --web` printed")
        nonce = secrets.token_urlsafe(16)
        text = page(f"ws://{self.host}/ws/{self.token}", nonce)
        headers = {
            "Content-Security-Policy": policy(f"ws://{self.host}", nonce),
            "Cache-Control": "no-store",
        }
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        own_page = request.headers.get("Origin") == f"http://{self.host}"
        if not own_page or not self._holds(request.match_info["token"]):
            raise web.HTTPForbidden(text="only the page of this server may open this")
        if len(self.sockets) >= MOST_TABS:
            raise web.HTTPServiceUnavailable(text=f"{MOST_TABS} tabs are open: close one")
        tab = web.WebSocketResponse(heartbeat=15, max_msg_size=LARGEST_MESSAGE_BYTES)
        service = TabService(
            "",
            write_bytes=tab.send_bytes,
            write_str=tab.send_str,
            close=tab.close,  # type: ignore[arg-type]  # its result is not looked at
            download_manager=DownloadManager(),
        )
        service.argv = self.argv
        self.sockets[tab] = service
        try:
            await tab.prepare(request)
            await service.start(*cells(request.query.get("width"), request.query.get("height")))
            await converse(tab, service)
        finally:
            del self.sockets[tab]
            await asyncio.shield(service.stop())
        await tab.close()
        return tab

    async def _close(self, _: web.Application) -> None:
        await asyncio.gather(*(service.stop() for service in self.sockets.values()), return_exceptions=True)
        for tab in list(self.sockets):
            await tab.close(code=WSCloseCode.GOING_AWAY, drain=False)


def _listen(port: int) -> socket.socket:
    """A socket on loopback; UsageError when the port is taken or not to be had."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.listen()
    except OSError as error:
        listening.close()
        reason = str(error.strerror or error).lower()
        raise UsageError(f"--port {port}: {reason}; give another one, or 0 for any free port") from None
    return listening


def _leave() -> None:
    raise GracefulExit
