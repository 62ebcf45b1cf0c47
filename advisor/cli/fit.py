"""Fit the predictors on measurements/ and write the artifact:
plain JSON, the same bytes for the same data.
"""

from __future__ import annotations

import argparse
import sys
from math import exp
from pathlib import Path

from advisor.errors import ExitCode, UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `advisor fit`."""
    parser.add_argument("--out", metavar="DIR", help="where to write (default: the installed artifact)")
    parser.add_argument(
        "--only",
        metavar="PART",
        action="append",
        help="fit one part only: sizes, decision, quality, accuracy, serving_speed, local_speed",
    )
    parser.add_argument(
        "--local", action="store_true", help="only refit what your own measurements say of this machine"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; exit 1 when the artifact is not what the data give",
    )
    parser.add_argument("--json", action="store_true", help="each file and whether it changed, as JSON")


def run(args: argparse.Namespace) -> int:
    """Fit every part; a part is written whole or not at all."""
    from advisor.documents.plain import dumps
    from advisor.training.artifact import PARTS, fit_all

    if args.local:
        return _local(args.json)
    parts = tuple(args.only or PARTS)
    folder = Path(args.out) if args.out else None
    if folder and not args.check:
        _make(folder)
    result = fit_all(parts, folder, write=not args.check, progress=_progress)
    changed = [name for name, state in result.items() if state == "changed"]
    if args.json:
        print(dumps({"schema_version": "1.0", "files": result}))
    else:
        for name, state in result.items():
            print(f"{name}: {state}")
    if args.check and changed:
        print(
            f"advisor: the artifact differs from what the measurements give: {', '.join(changed)}; "
            "run `advisor fit`",
            file=sys.stderr,
        )
        return ExitCode.UNEXPECTED
    return ExitCode.OK


def _make(folder: Path) -> None:
    """Before minutes are spent on what could not be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"cannot write to {folder}: {why}; choose another with --out") from None


def _local(as_json: bool) -> int:
    """What the user's rows say of this machine, computed anew."""
    from advisor.documents.plain import dumps
    from advisor.measuring.refit import refit_local
    from advisor.probe import probe

    found = refit_local(probe())
    if as_json:
        print(dumps({"schema_version": "1.0", **found}))
        return ExitCode.OK
    for effect in found["effects"]:
        factor = exp(effect["mean_log_ratio"])
        busy = f" ({effect['busy_rows']} of {effect['rows']} rows on a busy machine)"
        print(
            f"{effect['backend']} {effect['phase']}: {effect['configurations']} configurations measured "
            f"here, {factor:.2f} x what is predicted without them" + (busy if effect["busy_rows"] else "")
        )
    if not found["effects"]:
        print(f"no measurements of {found['hardware']}; `advisor measure speed FILE.gguf` makes some")
    return ExitCode.OK


def _progress(done: float, what: str) -> None:
    """One bar on stderr; a line per part where it is no terminal."""
    if not sys.stderr.isatty():
        print(what, file=sys.stderr, flush=True)
        return
    width = 30
    full = int(width * min(max(done, 0.0), 1.0))
    end = "\n" if done >= 1 else ""
    print(f"\r[{'#' * full}{'.' * (width - full)}] {what:<40}"[:78], end=end, file=sys.stderr, flush=True)
