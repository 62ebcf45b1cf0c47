"""Measure on this machine with a real engine; every figure is kept and used for later answers here.

  advisor measure speed FILE.gguf …                 prefill and decode, repeated, median and spread
  advisor measure speed --synthetic M --scheme S    the same before downloading, with random weights
  advisor measure accuracy --reference F16.gguf CANDIDATE.gguf … --text corpus.txt
  advisor measure bandwidth                         memory read by 1, 2, 4 … threads

The engine is llama.cpp: its own llama-bench when installed, else `pip install 'quant-advisor[engine]'`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.errors import ExitCode, UsageError
from advisor.need import quantities

if TYPE_CHECKING:
    from advisor.documents.hardware import HardwareProfile
    from advisor.measuring.progress import Progress
    from advisor.measuring.rows import Row
    from advisor.measuring.run.speed import SpeedTest


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `advisor measure`."""
    # Files may follow options (`accuracy --reference A B C`), which plain parse_args refuses.
    parser.parse_args = parser.parse_intermixed_args  # type: ignore[method-assign]
    parser.add_argument("what", choices=("speed", "accuracy", "bandwidth"), help="what to measure")
    parser.add_argument("file", nargs="*", metavar="FILE.gguf", help="models to measure")
    _add_speed(parser.add_argument_group("speed"))
    _add_accuracy(parser.add_argument_group("accuracy"))
    parser.add_argument("--dry", action="store_true", help="measure, but keep nothing")
    parser.add_argument("--json", action="store_true", help="the figures and where they were kept, as JSON")


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


def run(args: argparse.Namespace) -> int:
    """Measure, keep, print."""
    if args.what != "bandwidth" and not (args.file or args.synthetic):
        raise UsageError(f"measure what? advisor measure {args.what} FILE.gguf …")
    return {"speed": _speed, "accuracy": _accuracy, "bandwidth": _bandwidth}[args.what](args)


def _speed(args: argparse.Namespace) -> int:
    from advisor.catalog.resolve import resolve_model
    from advisor.measuring.run.speed import measure_speed
    from advisor.probe import probe

    test = _test(args)
    hardware = probe()
    _warn_if_busy(hardware)
    rows: list[Row] = []
    for name in args.file:
        if not name.lower().endswith(".gguf"):
            raise UsageError(f"{name!r} is no GGUF file; --synthetic measures a model by name")
        bar = _bar(test)
        rows += _kept(args, measure_speed(Path(name), resolve_model(name), test, hardware, bar))
        bar.end()
    if args.synthetic:
        rows += _synthetic(args, test, hardware)
    return _print(args, rows)


def _synthetic(args: argparse.Namespace, test: SpeedTest, hardware: HardwareProfile) -> list[Row]:
    from advisor.catalog.resolve import resolve_model
    from advisor.catalog.schemes import find_scheme
    from advisor.engines import engine_for
    from advisor.measuring.run.synthetic import Files, measure_synthetic

    names = [part.strip() for text in args.scheme or () for part in text.split(",") if part.strip()]
    if not names:
        raise UsageError("which scheme? --synthetic needs --scheme, e.g. Q4_K_M,Q8_0")
    model, schemes = resolve_model(args.synthetic), [find_scheme(name, engine_for("gguf")) for name in names]
    files = Files(args.layers, Path(args.folder) if args.folder else None)
    rows: list[Row] = []
    for scheme in schemes:
        rows += _kept(
            args,
            measure_synthetic(
                model,
                scheme,
                test,
                hardware,
                files,
                progress=lambda: _bar(test),
            ),
        )
    return rows


def _test(args: argparse.Namespace) -> SpeedTest:
    from advisor.measuring.run.speed import SpeedTest

    return SpeedTest(
        prompt_tokens=_number(args.prompt, "--prompt", least=0),
        output_tokens=_number(args.output, "--output", least=0),
        depths=_numbers(args.depth, "--depth", least=0),
        threads=_numbers(args.threads, "--threads") if args.threads else (),
        repeats=_number(args.repeats, "--repeats"),
        kv_type=args.kv_cache,
        gpu_layers=args.gpu_layers,
        engine=args.engine,
    )


def _number(text: str, option: str, least: int = 1) -> int:
    if least == 0 and text.strip() == "0":
        return 0
    return quantities.count(text, option)


def _numbers(text: str, option: str, least: int = 1) -> tuple[int, ...]:
    return tuple(_number(part.strip(), option, least) for part in text.split(","))


def _bar(test: SpeedTest) -> Progress:
    from advisor.measuring.progress import Progress

    return Progress(test.work(max(1, len(test.threads))))


def _warn_if_busy(hardware: HardwareProfile) -> None:
    from advisor.measuring.host import busy

    for warning in busy(hardware).warnings:
        print(f"advisor: {warning}", file=sys.stderr)


def _kept(args: argparse.Namespace, rows: list[Row]) -> list[Row]:
    """The rows, on the disk as soon as they are there: a run of several files that is interrupted keeps
    what it has. Where they cannot be kept they are shown before the StoreError."""
    if not args.dry:
        from advisor.errors import StoreError
        from advisor.measuring.store import Origin, Store

        try:
            with Store() as store:
                store.add(rows, Origin(format="measured here"))
        except StoreError:
            # Under --json the error is the document on stdout.
            print(_page(rows), file=sys.stderr if args.json else sys.stdout, flush=True)
            raise
    return rows


def _accuracy(args: argparse.Namespace) -> int:
    from advisor.measuring.run.accuracy import AccuracyTest, measure_accuracy
    from advisor.probe import probe

    if not args.reference or not args.text:
        raise UsageError("accuracy needs --reference F16.gguf and --text corpus.txt")
    test = AccuracyTest(
        reference=Path(args.reference),
        text=Path(args.text),
        context_tokens=_number(args.context, "--context"),
        chunks=_number(args.chunks, "--chunks") if args.chunks else None,
        threads=_numbers(args.threads, "--threads")[0] if args.threads else None,
        gpu_layers=args.gpu_layers,
        engine=args.engine,
        anew=args.anew,
    )
    rows = measure_accuracy([Path(name) for name in args.file], test, probe(), keep=not args.dry)
    return _print(args, rows)


def _bandwidth(args: argparse.Namespace) -> int:
    from advisor.measuring.run.bandwidth import measure_bandwidth
    from advisor.probe import probe

    hardware = probe()
    _warn_if_busy(hardware)
    threads = _numbers(args.threads, "--threads") if args.threads else ()
    rows = _kept(args, measure_bandwidth(hardware, threads, keep=not args.dry))
    return _print(args, rows)


def _print(args: argparse.Namespace, rows: list[Row]) -> int:
    if args.json:
        from advisor.documents.plain import dumps
        from advisor.measuring.rows import plain_row

        print(
            dumps({"schema_version": "1.0", "kept": not args.dry, "rows": [plain_row(row) for row in rows]})
        )
        return ExitCode.OK
    print(_page(rows))
    if args.dry:
        print("nothing was kept (--dry)", file=sys.stderr)
    return ExitCode.OK


def _page(rows: list[Row]) -> str:
    """The figures as a table."""
    from advisor.report.figures import table

    lines = [
        (row.model or row.hardware, row.scheme or "-", _what(row), _value(row), row.flags or "-")
        for row in rows
    ]
    return "\n".join(table(lines, ("measured", "scheme", "test", "value", "flags")))


def _what(row: Row) -> str:
    if row.kind == "speed":
        depth = f" at depth {row.depth}" if row.depth else ""
        return f"{row.phase} {row.prompt_tokens or row.output_tokens} tokens{depth}, {row.threads} threads"
    return f"{row.metric} on {row.dataset}" if row.kind == "accuracy" else f"read, {row.threads} threads"


def _value(row: Row) -> str:
    if row.kind == "bandwidth":
        return f"{row.value / 1e9:.1f} GB/s"
    unit = " tokens/s" if row.kind == "speed" else ""
    return f"{row.value:.5g} ± {row.sd:.2g}{unit}" if row.sd is not None else f"{row.value:.5g}{unit}"
