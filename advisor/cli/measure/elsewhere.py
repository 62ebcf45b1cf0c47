"""The same measurements on other machines: now on a Ray cluster, or later by a play or by Jobs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from advisor.cli.measure.here import kept, measured, schemes_of
from advisor.errors import AdvisorError, ExitCode, UsageError
from advisor.measuring.rows import Row

_PASSED_ON = ("synthetic", "layers", "folder", "prompt", "output", "depth", "threads", "repeats", "engine")
"""Options of speed and bandwidth with one value, as the command on another machine gets them."""


def job(args: argparse.Namespace) -> int:
    """Print the play or the Jobs; machines of the inventory that are left out are said."""
    _measurable(args)
    if args.ray is not None:
        raise UsageError("--ray measures now, --format ansible-play and kubernetes-job later: give one")
    if args.format == "ansible-play":
        from advisor.deploy.jobs.ansible import play

        if args.inventory or args.image:
            raise UsageError("an Ansible play has its own inventory (ansible-playbook -i) and takes no image")
        print(play(command(args)), end="")
        return ExitCode.OK
    from advisor.catalog.inventories import read_inventory
    from advisor.deploy.jobs.kubernetes import jobs
    from advisor.documents.files import read_text

    if not args.image:
        raise UsageError("kubernetes-job needs --image IMAGE, one that has `advisor` and the engine in it")
    machines = read_inventory(read_text(args.inventory), args.inventory) if args.inventory else ()
    text, refused = jobs(command(args), args.image, machines)
    print(text, end="")
    for line in refused:
        print(f"advisor: {line}", file=sys.stderr)
    return ExitCode.OK


def command(args: argparse.Namespace) -> tuple[str, ...]:
    """`advisor measure` with these options; it keeps nothing and prints its rows as JSON lines."""
    words = [f"--{name}={getattr(args, name)}" for name in _PASSED_ON if getattr(args, name)]
    words += [f"--scheme={name}" for name in args.scheme or ()]
    words += [f"--gpu-layers={args.gpu_layers}", f"--kv-cache={args.kv_cache}"]
    if args.what == "bandwidth":
        words = [f"--threads={args.threads}"] if args.threads else []
    files = ("--", *args.file) if args.file else ()
    return ("advisor", "measure", args.what, "--dry", "--format=jsonl", *words, *files)


def rows_of_nodes(args: argparse.Namespace) -> list[Row]:
    """Measured on every node of the cluster and kept here, each as soon as it is there. A node that fails is
    said; the first failure is raised where no node has a row.

    Raises UsageError, and what the measurement itself raises.
    """
    from advisor.cluster.connection import connected
    from advisor.cluster.every_node import on_every_node

    _measurable(args)
    rows: list[Row] = []
    failed: list[AdvisorError] = []
    with connected(args.ray) as cluster:
        for node, found in on_every_node(cluster, _there, _pieces(args)):
            if isinstance(found, AdvisorError):
                failed.append(found)
                print(f"advisor: node {node}: {found}", file=sys.stderr)
            else:
                rows += kept(args, found)
    if failed and not rows:
        raise failed[0]
    return rows


def _measurable(args: argparse.Namespace) -> None:
    if args.what == "accuracy":
        raise UsageError("accuracy does not depend on the machine: measure it here")


def _there(args: argparse.Namespace) -> list[Row]:
    """What a node does: the rows, none of them kept there."""
    return [row for rows in measured(args) for row in rows]


def _pieces(args: argparse.Namespace) -> Iterator[argparse.Namespace]:
    """One for each file and scheme, so that what is measured is kept before the next."""
    one = {**vars(args), "dry": True}
    if args.what == "bandwidth":
        yield argparse.Namespace(**one)
        return
    for name in args.file:
        yield argparse.Namespace(**one | {"file": [name], "synthetic": None})
    for scheme in schemes_of(args) if args.synthetic else ():
        yield argparse.Namespace(**one | {"file": [], "scheme": [scheme]})
