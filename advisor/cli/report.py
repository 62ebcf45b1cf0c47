"""A report to pass on: one page with the need, the machine, the answer, the tradeoffs and the evidence.

The page is one file that asks no other host for anything. Several --hardware or --model stand side by side.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.cli import options
from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.requirements import Requirements
from advisor.errors import ExitCode, NotMeasuredError, UnsupportedError, UsageError
from advisor.need.stated import argv

if TYPE_CHECKING:
    from advisor.documents.recommendation import Plan
    from advisor.report.page.answer import Answer

FORMATS = ("html", "markdown", "png", "svg")
_ENDINGS = {
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".png": "png",
    ".svg": "svg",
    "": "html",
}
MOST_ANSWERS = 6
"""Machines times models: with more, the page grows beyond a megabyte, and nobody reads as many columns."""
_EXIT = {"ok": ExitCode.OK, "nothing_fits": ExitCode.NOTHING_FITS, "not_measured": ExitCode.NOT_MEASURED}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `advisor report`."""
    options.add_model(parser, several=True)
    options.add_hardware(parser, several=True)
    options.add_need(parser)
    parser.add_argument(
        "--format",
        choices=FORMATS,
        help="html: one page; markdown: the same text; png, svg: the plots (default: by the file's ending, "
        "else html)",
    )
    parser.add_argument(
        "-o", "--out", metavar="FILE", default="-", help="where to write (default: standard output)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the report; exit code 0 when at least one machine and model has a recommendation."""
    form = _form(args)
    answers = _answers(args)
    content = _content(answers, form)
    if args.out == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
    else:
        from advisor.documents.written import write_whole

        write_whole(args.out, content)
        print(f"{args.out}: {len(content) / 1000:.0f} kB", file=sys.stderr)
    return min(_EXIT[answer.document.status] for answer in answers)


def _form(args: argparse.Namespace) -> str:
    ending = Path(args.out).suffix.lower()
    form: str | None = args.format or _ENDINGS.get(ending)
    if form is None:
        raise UsageError(
            f"{args.out}: {ending} says none of {', '.join(FORMATS)}; add --format", field="format"
        )
    if form == "png" and args.out == "-" and sys.stdout.isatty():
        raise UsageError("a picture is no text for a terminal: give -o FILE", field="out")
    return form


def _answers(args: argparse.Namespace) -> list[Answer]:
    machines, models = options.each(args, "hardware"), options.each(args, "model")
    if args.requirements == "-" and len(models) > 1:
        raise UsageError("standard input is read once: give --requirements as a file", field="requirements")
    if len(machines) * len(models) > MOST_ANSWERS:
        raise UsageError(
            f"{len(machines)} machines times {len(models)} models are too many for one page; "
            f"give at most {MOST_ANSWERS} together"
        )
    known = [(one, options.hardware(one)) for one in machines]
    found = []
    for one in models:
        model = options.model(one)
        need = options.requirements(one, model)
        for machine, hardware in known:
            asked = argparse.Namespace(**{**vars(one), "hardware": machine.hardware})
            found.append(_answer(asked, need, hardware, model))
    return found


def _answer(
    args: argparse.Namespace, need: Requirements, hardware: HardwareProfile, model: ModelProfile | None
) -> Answer:
    from advisor.api import explain, recommend, tradeoffs
    from advisor.catalog.resolve import resolve_model
    from advisor.report.page.answer import Answer

    document = recommend(need, hardware, model)
    found = Answer(document=document, table=None, commands=_commands(args))
    plan: Plan | None = found.plan
    shown = model or (resolve_model(plan.model) if plan else None)
    if shown is None:
        return found
    named = replace(need, model=shown.name, licences=(), tools=False, since=None)
    sections = {}
    if plan is not None:
        try:
            sections = explain(plan, hardware, shown, named)["sections"]
        except (NotMeasuredError, UnsupportedError) as error:
            sections = {"figures": str(error)}
    return replace(found, table=tradeoffs(named, hardware, shown), sections=sections)


def _commands(args: argparse.Namespace) -> tuple[str, ...]:
    """The question again for every command that answers it."""
    names = ("model", "params", "hardware", "ram", "vram", "bandwidth", "requirements")
    words = [f"--{name}={value}" for name in names if (value := getattr(args, name)) is not None]
    words += argv(options.stated(args))
    return tuple(shlex.join(["advisor", name, *words]) for name in ("recommend", "explain", "tradeoffs"))


def _content(answers: list[Answer], form: str) -> bytes:
    if form == "html":
        from advisor import __version__
        from advisor.report.page.html import html

        return html(answers, __version__).encode("utf-8")
    if form == "markdown":
        from advisor.report.page.markdown import markdown

        return markdown(answers).encode("utf-8")
    from advisor.report.pictures import panels, png, svg

    shown = [panel for answer in answers if answer.table for panel in panels(answer.table)]
    if not shown:
        raise NotMeasuredError(
            "there is nothing to draw: no model fits this machine; see `advisor recommend`"
        )
    return png(shown) if form == "png" else svg(shown).encode("utf-8")
