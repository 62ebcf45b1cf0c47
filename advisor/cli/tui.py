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
        help="in a browser on this machine: http://127.0.0.1:8000, no one else can reach it",
    )
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="port of --web (default 8000)")


def run(args: argparse.Namespace) -> int:
    """Start the TUI; UsageError without a terminal."""
    if args.web:
        return _serve(args)
    # In a browser the far end of the pipe is the terminal: textual-serve names its driver.
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if not terminal and "TEXTUAL_DRIVER" not in os.environ:
        raise UsageError("the TUI needs a terminal; in scripts use `advisor recommend --json`")
    from advisor.tui.app import make_app

    app = make_app(hardware=args.hardware, model=args.model)
    copied = app.run()
    if copied:
        print(copied)
    return app.return_code or ExitCode.OK


def _serve(args: argparse.Namespace) -> int:
    """The same TUI in a browser; on loopback only, for a visitor has this user's rights and no login."""
    import shlex

    if not 1 <= args.port <= 65535:
        raise UsageError(f"--port {args.port}: give a port from 1 to 65535")
    try:
        from textual_serve.server import Server
    except ImportError:
        raise UsageError("--web needs textual-serve: pip install 'quant-advisor[web]'") from None
    named = (("--hardware", args.hardware), ("--model", args.model))
    options = [part for name, value in named if value for part in (name, value)]
    command = shlex.join([sys.executable, "-m", "advisor", "tui", *options])
    Server(command, host="127.0.0.1", port=args.port, title="advisor").serve()
    return ExitCode.OK
