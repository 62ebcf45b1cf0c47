"""How well the predictors do on what they have not seen: devices, model families and sources left out whole.

`advisor evaluate` prints every part, `advisor evaluate PART …` some of them.
`advisor evaluate --new TABLE.csv` tries what is installed on new measurements, in the columns of
`measurements/`.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from advisor.errors import ExitCode, UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `advisor evaluate`."""
    parser.add_argument(
        "part",
        nargs="*",
        help="sizes, memory, local_speed, local (what own measurements are worth), serving_speed, accuracy, "
        "quality (default: all)",
    )
    parser.add_argument(
        "--new",
        metavar="TABLE",
        action="append",
        help="error and coverage on the rows of a CSV file that the predictors have not seen",
    )
    parser.add_argument(
        "--search",
        metavar="PART",
        help="try other settings that no fit finds, on groups left out: accuracy, local_speed (an hour)",
    )
    parser.add_argument(
        "--groups",
        metavar="N",
        type=int,
        help="with --search: only the rows of so many families or devices, for a first look",
    )
    parser.add_argument("--card", metavar="FILE", help="also write the model card (docs/MODEL_CARD.md)")
    parser.add_argument("--json", action="store_true", help="the tables as JSON")


def run(args: argparse.Namespace) -> int:
    """Print the tables."""
    from advisor.evaluation.card import evaluate_parts, model_card, tables_text

    if args.groups is not None and not args.search:
        raise UsageError("--groups says how much of a --search to try; give --search PART")
    if args.card and not os.path.isdir(os.path.dirname(args.card) or "."):
        raise UsageError(f"--card {args.card}: no such folder; make it first")
    if args.new:
        results = _unseen(args.new)
    elif args.search:
        results = _searched(args.search, args.groups)
    else:
        results = evaluate_parts(tuple(args.part), _progress)
    if args.json:
        from advisor.documents.plain import dumps

        print(dumps({"schema_version": "1.0", "parts": results}))
    else:
        print(tables_text(results))
    if args.card:
        from advisor.documents.written import write_whole

        write_whole(args.card, model_card(results).encode())
    return ExitCode.OK


def _unseen(files: list[str]) -> dict[str, dict[str, Any]]:
    """The one table of `--new`."""
    from pathlib import Path

    from advisor.documents.plain import plain
    from advisor.evaluation.unseen.evaluate import evaluate

    return {"new": plain(evaluate([Path(name) for name in files]))}


def _searched(part: str, most_groups: int | None) -> dict[str, dict[str, Any]]:
    """The lines of `--search`."""
    from advisor.documents.plain import plain
    from advisor.evaluation.search import search

    return {"search": plain(search(part, most_groups))}


def _progress(part: str) -> None:
    """One line per part: a part takes up to minutes."""
    print(f"evaluating {part}", file=sys.stderr, flush=True)
