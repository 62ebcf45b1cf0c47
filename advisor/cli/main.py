"""Which command was asked for; every command lives in a module of its own, imported only when it runs."""

from __future__ import annotations

import argparse
import os
import sys
from errno import ENOSPC
from typing import Any, NoReturn

from advisor.errors import AdvisorError, ExitCode

_LONGEST_MESSAGE = 1000
COMMANDS = {
    "tui": ("advisor.cli.tui", "answer a few questions and get a recommendation (the default on a terminal)"),
    "probe": ("advisor.cli.probe", "what this machine is"),
    "recommend": ("advisor.cli.recommend", "the scheme to use, with reasons and alternatives"),
    "tradeoffs": ("advisor.cli.tradeoffs", "every scheme side by side"),
    "report": ("advisor.cli.report", "a page to pass on: answer, tradeoffs, plots and evidence"),
    "predict": ("advisor.cli.predict", "the figures of given cases, one or a file of them"),
    "explain": ("advisor.cli.explain", "the terms and measurements behind a figure"),
    "fleet": ("advisor.cli.fleet", "one model over every machine of an inventory"),
    "hardware": ("advisor.cli.hardware", "which machine to rent or buy"),
    "inspect": ("advisor.cli.inspect", "what a model file is and whether it fits here"),
    "deploy": ("advisor.cli.deploy", "the commands that run and make a scheme"),
    "measure": ("advisor.cli.measure", "measure speed, accuracy or bandwidth on this machine"),
    "measurements": ("advisor.cli.measurements", "import, list, export and remove your own measurements"),
    "profiles": ("advisor.cli.profiles", "the catalogues: schemes, GPUs, CPUs, models, tasks"),
    "fit": ("advisor.cli.fit", "fit the predictors on the measurements"),
    "evaluate": ("advisor.cli.evaluate", "how well the predictors do on what they have not seen"),
    "completions": ("advisor.cli.completions", "completion of commands and options for bash, zsh or fish"),
    "schema": ("advisor.cli.schema", "JSON Schemas of every document"),
}
_HELP = {"-h", "--help"}
_WIDTH = 80
"""Columns of a help text that nobody reads: help that was asked for has the terminal's."""


def run(argv: list[str]) -> int:
    """Run `advisor` with *argv*; returns the exit code and never shows a traceback: that of a defect goes
    to a file, and the line that is printed names it.
    """
    as_json = "--json" in argv or "--format=json" in argv or "--format json" in " ".join(argv)
    try:
        return int(_dispatch(argv))
    except AdvisorError as error:
        return _fail(error.code, str(error), error.exit_code, as_json)
    except KeyboardInterrupt:
        return _fail("interrupted", "interrupted", ExitCode.INTERRUPTED, as_json)
    except BrokenPipeError:
        # The reader closed the pipe (`| head`); the interpreter would complain once more while flushing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    except Exception as error:
        if not isinstance(error, OSError) or error.errno != ENOSPC:
            from advisor.errors import report_crash

            return _fail("unexpected", report_crash(error, f"advisor {argv!r}"), ExitCode.UNEXPECTED, as_json)
        # What is still buffered would fail once more while flushing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _fail(
            "disk_full", "the answer cannot be written: no space left on the device", ExitCode.BAD_FILE, False
        )


def _dispatch(argv: list[str]) -> int:
    if not argv:
        argv = ["tui"] if sys.stdin.isatty() and sys.stdout.isatty() else ["--help"]
    name = argv[0]
    if name in ("-V", "--version"):
        from advisor import __version__

        print(f"advisor {__version__}")
        return ExitCode.OK
    if name in ("-h", "--help"):
        print(_overview())
        return ExitCode.OK
    if name.startswith("-"):
        from advisor.errors import UsageError

        raise UsageError(
            f"options go after a command: advisor COMMAND {name} …, e.g. `advisor recommend {name} …` "
            "(see `advisor --help`)"
        )
    if name not in COMMANDS:
        from advisor.catalog.names import nearest
        from advisor.errors import UnknownNameError

        raise UnknownNameError("command", name, nearest(name, tuple(COMMANDS)), "see `advisor --help`")
    from importlib import import_module

    module = import_module(COMMANDS[name][0])
    parser = Parser(
        prog=f"advisor {name}",
        description=module.__doc__,
        formatter_class=_Wide if _HELP.isdisjoint(argv) else argparse.RawDescriptionHelpFormatter,
    )
    module.add_arguments(parser)
    code = int(module.run(parser.parse_args(argv[1:])))
    sys.stdout.flush()
    return code


class _Wide(argparse.RawDescriptionHelpFormatter):
    """Of a fixed width: argparse makes one for each option; asking the terminal loads bz2 and lzma, 3 ms."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_WIDTH)


class Parser(argparse.ArgumentParser):
    """Raises instead of exiting, so that a wrong command line is an error document under --json too."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Turn argparse's complaint into a usage error."""
        from advisor.errors import UsageError

        raise UsageError(f"{message} (see `{self.prog} --help`)")


def _overview() -> str:
    width = max(map(len, COMMANDS))
    lines = [
        "usage: advisor COMMAND [options]",
        "",
        "Which quantization for this model on this machine: answers from measurements.",
        "",
        *(f"  {name:<{width}}  {what}" for name, (_, what) in COMMANDS.items()),
        "",
        "Every command that answers takes --json. `advisor COMMAND --help` shows its options.",
    ]
    return "\n".join(lines)


def _fail(code: str, message: str, exit_code: int, as_json: bool) -> int:
    from advisor.report.terminal import clean

    if len(message) > _LONGEST_MESSAGE:  # it quotes what was given
        message = f"{message[:_LONGEST_MESSAGE]}…"
    try:
        if as_json:
            from advisor.documents.plain import dumps

            print(
                dumps(
                    {"schema_version": "1.0", "status": "error", "error": {"code": code, "message": message}}
                ),
                flush=True,
            )
        print(f"advisor: {clean(message)}", file=sys.stderr)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return exit_code
