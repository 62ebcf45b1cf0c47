"""The scheme to use for a model on a machine, with its figures, reasons, runners-up and commands.

Without --model: for each current model family the largest member that fits, with its scheme.
"""

from __future__ import annotations

import argparse

from advisor.cli import options
from advisor.errors import ExitCode

_EXIT = {"ok": ExitCode.OK, "nothing_fits": ExitCode.NOTHING_FITS, "not_measured": ExitCode.NOT_MEASURED}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `advisor recommend`."""
    options.add_model(parser)
    options.add_hardware(parser)
    options.add_need(parser)
    parser.add_argument("--json", action="store_true", help="the whole document as JSON")


def run(args: argparse.Namespace) -> int:
    """Answer; exit code 3 when nothing fits, 4 when nothing was measured."""
    model = options.model(args)
    requirements = options.requirements(args, model)
    hardware = options.hardware(args)
    from advisor.api import recommend

    document = recommend(requirements, hardware, model)
    if args.json:
        from advisor.documents.plain import dumps

        print(dumps(document))
    else:
        from advisor.report.text import recommendation_text

        print(recommendation_text(document))
    return _EXIT[document.status]
