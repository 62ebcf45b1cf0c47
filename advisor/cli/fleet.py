"""One model over all machines of an inventory: a plan for each kind, and what they do together."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from advisor.cli import options
from advisor.documents.inventory import NAMELESS, InventoryMachine
from advisor.documents.written import replace_file
from advisor.errors import BadFileError, ExitCode, UsageError
from advisor.report.terminal import clean

_EXIT = {"ok": ExitCode.OK, "nothing_fits": ExitCode.NOTHING_FITS, "not_measured": ExitCode.NOT_MEASURED}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `advisor fleet`."""
    parser.add_argument(
        "inventories",
        nargs="+",
        metavar="INVENTORY",
        help="files of other tools (- for standard input): see `advisor probe --from`",
    )
    options.add_model(parser)
    options.add_need(parser)
    parser.add_argument(
        "--manifests",
        metavar="FOLDER",
        help="write a Kubernetes manifest for each kind of node there, and a kustomization of all",
    )
    parser.add_argument(
        "--role", metavar="FOLDER", help="write an Ansible role there, and the site.yml that plays it"
    )
    parser.add_argument("--json", action="store_true", help="the whole document as JSON")


def _write(found: tuple[dict[str, str], list[str]], folder: Path) -> None:
    """The files; kinds of machines left out are named on standard error."""
    files, refused = found
    try:
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            replace_file(folder / name, text.encode())
    except OSError as error:
        raise BadFileError(f"cannot write {folder}: {error.strerror}; give another folder") from error
    for line in refused:
        print(clean(line), file=sys.stderr)


def _machines(path: str) -> Iterator[InventoryMachine]:
    """The machines of a file; one that it does not name is called as the file is: `gpu01.xml` is gpu01."""
    from advisor.catalog.inventories import read_inventory
    from advisor.documents.files import read_standard_input, read_text

    if path == "-":
        yield from read_inventory(read_standard_input(), "standard input")
        return
    for machine in read_inventory(read_text(path), path):
        yield replace(machine, node=Path(path).stem) if machine.node == NAMELESS else machine


def run(args: argparse.Namespace) -> int:
    """Answer; exit code 3 when the model fits nowhere."""
    from advisor.measuring.own import own_evidence
    from advisor.recommendation.capacity import TRIED_CONCURRENCY, plan_fleet

    if args.inventories.count("-") > 1:
        raise UsageError("- stands for standard input, which can be read once")
    model = options.needed_model(args)
    requirements = options.requirements(args, model)
    machines = [machine for path in args.inventories for machine in _machines(path)]
    tried = () if args.concurrency else TRIED_CONCURRENCY
    document = plan_fleet(requirements, machines, model, tried=tried, own=own_evidence)
    if args.manifests:
        from advisor.deploy.manifests import manifests

        _write(manifests(document), Path(args.manifests))
    if args.role:
        from advisor.deploy.role import role

        _write(role(document), Path(args.role))
    if args.json:
        from advisor.documents.plain import dumps

        print(dumps(document))
    else:
        from advisor.report.fleet import fleet_text

        print(fleet_text(document))
    return _EXIT[document.status]
