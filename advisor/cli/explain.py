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
    from advisor.recommendation.explain import explain
    from advisor.recommendation.recommend import recommend

    model = options.needed_model(args)
    requirements = options.requirements(args, model)
    hardware = options.hardware(args)
    if len(requirements.schemes) > 1:
        raise UsageError("explain one scheme at a time: give --scheme once")
    document = recommend(requirements, hardware, model)
    plan = document.recommendation or (document.nearest_miss and document.nearest_miss.plan)
    if plan is None:
        reason = document.rejected[0].reason if document.rejected else "nothing was measured"
        raise UsageError(f"there is no plan to explain: {reason}")
    found = explain(plan, hardware, model, requirements)
    if args.json:
        from advisor.documents.plain import dumps

        print(dumps(found))
    else:
        print(_text(found))
    return ExitCode.OK


def _text(found: dict) -> str:
    lines = [f"{found['scheme']} of {found['model']} on {found['engine']}, {found['hardware']}"]
    for title, section in found["sections"].items():
        lines += ["", title.capitalize()]
        lines += _section(section, 1)
    return "\n".join(lines)


def _section(value: object, depth: int) -> list[str]:
    pad = "  " * depth
    if isinstance(value, dict):
        lines = []
        for key, item in value.items():
            if isinstance(item, (dict, list, tuple)) and item:
                lines += [f"{pad}{key}:", *_section(item, depth + 1)]
            else:
                lines.append(f"{pad}{key}: {_scalar(item)}")
        return lines
    if isinstance(value, (list, tuple)):
        return [f"{pad}- {_scalar(item)}" for item in value]
    return [f"{pad}{_scalar(value)}"]


def _scalar(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_scalar(item)}" for key, item in value.items())
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 100_000:
        return f"{value:,}"
    return "-" if value is None or value in ((), [], {}) else str(value)
