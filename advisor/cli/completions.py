"""Completion of commands, options and their values for a shell.

Put it where your shell looks: `eval "$(advisor completions bash)"` in ~/.bashrc, `advisor completions zsh >
~/.zfunc/_advisor`, `advisor completions fish > ~/.config/fish/completions/advisor.fish`.
"""

from __future__ import annotations

import argparse
from importlib import import_module

from advisor.errors import ExitCode

SHELLS = ("bash", "zsh", "fish")
_FILES = ("model", "hardware", "requirements", "file", "batch")
"""Options whose value may be a file."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `advisor completions`."""
    parser.add_argument("shell", choices=SHELLS, help="the shell to complete in")


def run(args: argparse.Namespace) -> int:
    """Print the script."""
    import shtab

    print(shtab.complete(whole_parser(), args.shell))
    return ExitCode.OK


def whole_parser() -> argparse.ArgumentParser:
    """Every command and its options in one parser."""
    import shtab

    from advisor.cli.main import COMMANDS, Parser

    parser = Parser(prog="advisor", description="Which quantization for this model on this machine.")
    commands = parser.add_subparsers()
    for name, (module, what) in COMMANDS.items():
        command = commands.add_parser(name, help=what)
        import_module(module).add_arguments(command)
        for action in command._actions:
            if action.dest in _FILES:
                action.complete = shtab.FILE  # type: ignore[attr-defined]
    return parser
