"""A conversation: this machine, a few questions, the recommendation with its evidence, and what if.

Answers are remembered for next time; the options below replace them.
"""

from __future__ import annotations

import argparse
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


def run(args: argparse.Namespace) -> int:
    """Start the TUI; UsageError without a terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the TUI needs a terminal; in scripts use `advisor recommend --json`")
    from advisor.tui.app import make_app

    app = make_app(hardware=args.hardware, model=args.model)
    copied = app.run()
    if copied:
        print(copied)
    return app.return_code or ExitCode.OK
