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
    parser.add_argument("--json", action="store_true", help="all of them in one document")


def run(args: argparse.Namespace) -> int:
    """Print the commands of the plan that meets the need."""
    from advisor.api import best_plans
    from advisor.deploy.commands import modelfile, script
    from advisor.recommendation.plans import deploy_plan, make_plan

    model = options.needed_model(args)
    requirements = options.requirements(args, model)
    order, missed, ruled_out = best_plans(requirements, options.hardware(args), model)
    if not order:
        reasons = [miss.text for plan in missed for miss in plan.misses] or ruled_out
        raise UnsupportedError(f"no plan meets the need: {reasons[0] if reasons else 'no scheme was found'}")
    plan, deploy = make_plan(order[0], requirements), deploy_plan(order[0])
    if args.json:
        from advisor.documents.plain import dumps

        print(
            dumps(
                {
                    "schema_version": "1.0",
                    "model": plan.model,
                    "scheme": plan.scheme,
                    "engine": plan.engine,
                    "file_name": plan.file.name,
                    "run_command": plan.run_command,
                    "make_command": plan.make_command,
                    "script": script(deploy),
                    "modelfile": modelfile(deploy) if order[0].case.scheme.is_gguf else None,
                }
            )
        )
    elif args.format == "script":
        print(script(deploy))
    elif args.format == "modelfile":
        if not order[0].case.scheme.is_gguf:
            raise UnsupportedError(f"Ollama runs GGUF files; {plan.scheme} is not one: add --engine ollama")
        print(modelfile(deploy))
    else:
        print(plan.run_command)
    return ExitCode.OK
