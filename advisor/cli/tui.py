"""A conversation: this machine, a few questions, the recommendation with its evidence, and what if.

Answers are remembered for next time; the options below replace them.
"""

from __future__ import annotations

import argparse
import os
import sys

from advisor.errors import ExitCode, UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `advisor tui`."""
    parser.add_argument(
        "--hardware", metavar="H", help='plan for another machine: "2x A100 80GB", or a saved probe (JSON)'
    )
    parser.add_argument(
        "--model", metavar="M", help="the model to begin with: a name, a GGUF file, an HF directory"
    )
    parser.add_argument(
        "--web",
        action="store_true",
        help="in a browser on this machine, at the address printed; no one else can open it",
    )
    parser.add_argument(
        "--port", type=int, default=8000, metavar="N", help="port of --web (default 8000; 0 takes a free one)"
    )
    parser.add_argument(
        "--folder",
        metavar="DIR",
        help="where Save may write, and nowhere else; in a browser nothing is written without it",
    )


def run(args: argparse.Namespace) -> int:
    """Start the TUI; UsageError without a terminal."""
    if args.web:
        return _serve(args)
    # In a browser the far end of the pipe is the terminal: the server names its driver.
    in_browser = "TEXTUAL_DRIVER" in os.environ
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if not terminal and not in_browser:
        raise UsageError("the TUI needs a terminal; in scripts use `advisor recommend --json`")
    from advisor.tui.app import make_app
    from advisor.tui.save_folder import Target

    folder = _folder(args.folder)
    target = Target(folder or ".", fixed=bool(folder), allowed=bool(folder) or not in_browser)
    app = make_app(hardware=args.hardware, model=args.model, target=target)
    copied = app.run()
    if copied and not in_browser:
        print(copied)
    return app.return_code or ExitCode.OK


def _folder(named: str | None) -> str | None:
    """The folder as it is named at start, wherever the process goes later; UsageError when it is none."""
    if named is None:
        return None
    folder = os.path.abspath(os.path.expanduser(named))
    if not os.path.isdir(folder):
        raise UsageError(f"--folder {named}: no such folder; make it first")
    return folder


def _serve(args: argparse.Namespace) -> int:
    """The same TUI in a browser; a visitor has this user's rights, so only the printed address opens it."""
    if not 0 <= args.port <= 65535:
        raise UsageError(f"--port {args.port}: give a port from 1 to 65535, or 0 for any free one")
    try:
        from advisor.tui.web.server import WebServer
    except ImportError:
        raise UsageError("--web needs textual-serve: pip install 'quant-advisor[web]'") from None
    named = (("--hardware", args.hardware), ("--model", args.model), ("--folder", _folder(args.folder)))
    options = tuple(f"{name}={value}" for name, value in named if value)
    server = WebServer((sys.executable, "-m", "advisor", "tui", *options), args.port)
    print(f"{server.url}\nCtrl-C stops it", flush=True)
    server.serve()
    return ExitCode.OK
