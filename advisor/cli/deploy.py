"""The commands that run a scheme, and those that make it: for the recommended plan or a scheme you name."""

from __future__ import annotations

import argparse

from advisor.cli import options
from advisor.errors import ExitCode, UnsupportedError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `advisor deploy`."""
    from advisor.deploy.commands import formats
    from advisor.deploy.targets import all_targets

    options.add_model(parser)
    options.add_hardware(parser)
    options.add_need(parser)
    parser.add_argument(
        "--format",
        choices=formats(),
        default="command",
        help="the run command (default), an Ollama Modelfile, or: "
        + ", ".join(f"{form.name}: {form.help}" for form in all_targets().values()),
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="the address the server listens on; 0.0.0.0 opens it to other machines",
    )
    parser.add_argument(
        "--json", action="store_const", const="json", dest="format", help="the same as --format json"
    )


def run(args: argparse.Namespace) -> int:
    """Print the commands of the plan that meets the need."""
    from advisor.api import best_plans
    from advisor.deploy.commands import render
    from advisor.recommendation.plans import deploy_plan

    model = options.needed_model(args)
    requirements = options.requirements(args, model)
    order, missed, ruled_out = best_plans(requirements, options.hardware(args), model)
    if not order:
        reasons = [miss.text for plan in missed for miss in plan.misses] or ruled_out
        raise UnsupportedError(f"no plan meets the need: {reasons[0] if reasons else 'no scheme was found'}")
    text = render(deploy_plan(order[0]), args.format, args.host)
    print(text, end="" if text.endswith("\n") else "\n")
    return ExitCode.OK
