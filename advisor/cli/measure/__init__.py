"""Measure on this machine with a real engine; every figure is kept and used for later answers here.

  advisor measure speed FILE.gguf …                 prefill and decode, repeated, median and spread
  advisor measure speed --synthetic M --scheme S    the same before downloading, with random weights
  advisor measure accuracy --reference F16.gguf CANDIDATE.gguf … --text corpus.txt
  advisor measure bandwidth                         memory read by 1, 2, 4 … threads

The engine is llama.cpp: its own llama-bench when installed, else `pip install 'quant-advisor[engine]'`.

Other machines: --ray ADDRESS measures on every node of a Ray cluster and keeps the rows here; --format
ansible-play and kubernetes-job print a play or Jobs that do the same on a fleet, for `advisor measurements
import`.
"""

from __future__ import annotations

import argparse
import sys

from advisor.cluster import ADDRESSES
from advisor.errors import ExitCode, UsageError

JOBS = ("ansible-play", "kubernetes-job")
"""Forms of --format that measure elsewhere, later."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `advisor measure`."""
    # Files may follow options (`accuracy --reference A B C`), which plain parse_args refuses.
    parser.parse_args = parser.parse_intermixed_args  # type: ignore[method-assign]
    parser.add_argument("what", choices=("speed", "accuracy", "bandwidth"), help="what to measure")
    parser.add_argument("file", nargs="*", metavar="FILE.gguf", help="models to measure")
    _add_speed(parser.add_argument_group("speed"))
    _add_accuracy(parser.add_argument_group("accuracy"))
    _add_elsewhere(parser.add_argument_group("other machines (speed, bandwidth)"))
    parser.add_argument("--dry", action="store_true", help="measure, but keep nothing")
    parser.add_argument(
        "--format",
        choices=("text", "json", "jsonl", *JOBS),
        default="text",
        help="jsonl: rows as `measurements import` takes them; or print what measures on other machines",
    )
    parser.add_argument(
        "--json",
        action="store_const",
        const="json",
        dest="format",
        help="the figures and where they were kept, as JSON",
    )


def _add_speed(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--synthetic", metavar="M", help="measure this model with random weights, without its file"
    )
    group.add_argument(
        "--scheme", action="append", metavar="S", help="schemes of --synthetic, repeatable or comma-separated"
    )
    group.add_argument(
        "--layers",
        choices=("auto", "all", "few"),
        default="auto",
        help="of --synthetic: the whole model, or two and six layers scaled up (default: all if it fits)",
    )
    group.add_argument(
        "--folder", metavar="DIR", help="where the synthetic file is written (default: the temporary folder)"
    )
    group.add_argument("--prompt", metavar="TOKENS", default="512", help="prompt tokens (default 512)")
    group.add_argument("--output", metavar="TOKENS", default="32", help="answer tokens (default 32)")
    group.add_argument(
        "--depth",
        metavar="TOKENS",
        default="0",
        help="tokens in the cache before, comma-separated (default 0)",
    )
    group.add_argument(
        "--threads", metavar="N", help="threads, comma-separated (default: the physical cores)"
    )
    group.add_argument("--repeats", metavar="N", default="5", help="repetitions (default 5)")
    group.add_argument(
        "--gpu-layers", metavar="N", type=int, default=-1, help="layers on the GPU (default: all)"
    )
    group.add_argument(
        "--engine",
        choices=("auto", "llama-bench", "llama-perplexity", "cyllama"),
        default="auto",
        help="llama.cpp's own program, or the library in process (default: the program when installed)",
    )
    group.add_argument("--kv-cache", metavar="TYPE", default="f16", help="f16, q8_0, q4_0 … (default f16)")


def _add_accuracy(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--reference", metavar="F16.gguf", help="the unquantized model that the candidates are compared with"
    )
    group.add_argument("--text", metavar="FILE", help="plain text to score, e.g. wiki.test.raw")
    group.add_argument("--context", metavar="TOKENS", default="512", help="tokens of a chunk (default 512)")
    group.add_argument("--chunks", metavar="N", help="at most so many chunks (default: the whole text)")
    group.add_argument("--anew", action="store_true", help="forget the chunks of an interrupted run")


def _add_elsewhere(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--ray", metavar="ADDRESS", help=f"on every node of it: {ADDRESSES}")
    group.add_argument(
        "--inventory", metavar="FILE", help="kubernetes-job: one for each node of `kubectl get nodes -o json`"
    )
    group.add_argument("--image", metavar="IMAGE", help="kubernetes-job: an image that has `advisor` in it")


def run(args: argparse.Namespace) -> int:
    """Measure, keep, print; or print what measures elsewhere."""
    if args.what != "bandwidth" and not (args.file or args.synthetic):
        raise UsageError(f"measure what? advisor measure {args.what} FILE.gguf …")
    if args.format in JOBS:
        from advisor.cli.measure.elsewhere import job

        return job(args)
    if args.inventory or args.image:
        raise UsageError("--inventory and --image are for --format kubernetes-job")
    from advisor.cli.measure.page import show

    if args.ray is not None:
        from advisor.cli.measure.elsewhere import rows_of_nodes

        rows = rows_of_nodes(args)
    else:
        from advisor.cli.measure.here import kept_rows

        rows = kept_rows(args)
    show(args, rows)
    if args.dry and args.format == "text":
        print("nothing was kept (--dry)", file=sys.stderr)
    return ExitCode.OK
