"""JSON Schemas of every document: `advisor schema` lists them, `advisor schema recommendation` prints one."""

from __future__ import annotations

import argparse
import json

from advisor.errors import ExitCode, UnknownNameError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `advisor schema`."""
    parser.add_argument(
        "name", nargs="?", help="hardware, model, scheme, requirements, outcome, recommendation, origin …"
    )
    parser.add_argument("--json", action="store_true", help="list the names as JSON")


def run(args: argparse.Namespace) -> int:
    """Print one schema or the names of all."""
    from advisor.documents.schemas import document_kinds, schema

    kinds = document_kinds()
    if args.name is None:
        print(json.dumps(sorted(kinds)) if args.json else "\n".join(sorted(kinds)))
        return ExitCode.OK
    if args.name not in kinds:
        raise UnknownNameError("document", args.name, tuple(sorted(kinds)))
    print(json.dumps(schema(args.name, kinds[args.name]), indent=2, sort_keys=True, ensure_ascii=False))
    return ExitCode.OK
