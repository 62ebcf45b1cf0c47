"""The commands that run a scheme, and those that make it: for the recommended plan or a scheme you name."""

from __future__ import annotations

import argparse

from advisor.cli import options
from advisor.errors import ExitCode, UnsupportedError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `advisor deploy`."""
    options.add_model(parser)
    options.add_hardware(parser)
    options.add_need(parser)
    parser.add_argument(
        "--format",
        choices=("command", "script", "modelfile"),
        default="command",
        help="the run command, a shell script that makes and runs it, or an Ollama Modelfile",
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="the address the server listens on; 0.0.0.0 opens it to other machines",
    )
    parser.add_argument(
        "--json", action="store_true", help="words, environment, files and resources as one document"
    )


def run(args: argparse.Namespace) -> int:
    """Print the commands of the plan that meets the need."""
    from advisor.api import best_plans
    from advisor.deploy.commands import deployment, modelfile, run_text, script
    from advisor.recommendation.plans import deploy_plan

    model = options.needed_model(args)
    requirements = options.requirements(args, model)
    order, missed, ruled_out = best_plans(requirements, options.hardware(args), model)
    if not order:
        reasons = [miss.text for plan in missed for miss in plan.misses] or ruled_out
        raise UnsupportedError(f"no plan meets the need: {reasons[0] if reasons else 'no scheme was found'}")
    chosen = deploy_plan(order[0])
    if args.json:
        from advisor.documents.plain import dumps

        print(dumps(deployment(chosen, args.host)))
    elif args.format == "script":
        print(script(chosen, args.host))
    elif args.format == "modelfile":
        print(modelfile(chosen))
    else:
        print(run_text(deployment(chosen, args.host)))
    return ExitCode.OK
