"""Every scheme side by side for one model on one machine:
size, memory, speed, loss, cost, and the Pareto front.
"""

from __future__ import annotations

import argparse

from advisor.api import tradeoffs
from advisor.cli import options
from advisor.documents.tradeoffs import Table
from advisor.errors import ExitCode

FORMATS = ("table", "json", "csv", "markdown")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `advisor tradeoffs`."""
    options.add_model(parser)
    options.add_hardware(parser)
    options.add_need(parser)
    parser.add_argument("--format", choices=FORMATS, default="table", help="default: a table")
    parser.add_argument("--json", action="store_true", help="the same as --format json")
    parser.add_argument("--feasible", action="store_true", help="only the rows that meet the need")


def run(args: argparse.Namespace) -> int:
    """Print the table; exit code 3 when no row is feasible."""
    model = options.needed_model(args)
    requirements = options.requirements(args, model)
    result = tradeoffs(requirements, options.hardware(args), model)
    if args.feasible:
        from dataclasses import replace

        result = replace(result, rows=tuple(row for row in result.rows if row.feasible))
    form = "json" if args.json else args.format
    write(result, form)
    return ExitCode.OK if any(row.feasible for row in result.rows) else ExitCode.NOTHING_FITS


def write(result: Table, form: str) -> None:
    """*result* on standard output."""
    if form == "json":
        from advisor.documents.plain import dumps

        print(dumps(result))
        return
    from advisor.report.tradeoffs import as_text, csv_text, markdown

    text = {"csv": csv_text, "markdown": markdown, "table": as_text}[form](result)
    print(text, end="" if form == "csv" else "\n")
