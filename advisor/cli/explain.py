"""The terms and measurements behind the figures of one scheme:
bytes, bandwidth, efficiency, damage, sources.
"""

from __future__ import annotations

import argparse

from advisor.cli import options
from advisor.errors import ExitCode, UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `advisor explain`."""
    options.add_model(parser)
    options.add_hardware(parser)
    options.add_need(parser)
    parser.add_argument("--json", action="store_true", help="the terms as JSON")


def run(args: argparse.Namespace) -> int:
    """Explain the scheme asked for, or the recommended one."""
    from advisor.api import explain, recommend

    model = options.needed_model(args)
    requirements = options.requirements(args, model)
    hardware = options.hardware(args)
    if len(requirements.schemes) > 1:
        raise UsageError("explain one scheme at a time: give --scheme once")
    document = recommend(requirements, hardware, model)
    miss = document.nearest_miss
    plan = document.recommendation or (miss.plan if miss else None)
    if plan is None:
        reason = document.rejected[0].reason if document.rejected else "nothing was measured"
        raise UsageError(f"there is no plan to explain: {reason}")
    found = explain(plan, hardware, model, requirements)
    if args.json:
        from advisor.documents.plain import dumps

        print(dumps(found))
    else:
        from advisor.report.terms import explanation_text

        print(explanation_text(found))
    return ExitCode.OK
