"""The rows that the options ask for, measured on this machine."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.errors import StoreError, UsageError
from advisor.measuring.rows import Row
from advisor.need import quantities

if TYPE_CHECKING:
    from advisor.documents.hardware import HardwareProfile
    from advisor.measuring.progress import Progress
    from advisor.measuring.run.speed import SpeedTest


def kept_rows(args: argparse.Namespace) -> list[Row]:
    """Measured and, unless --dry says not to, kept: on the disk as soon as they are there, so that a run of
    several files that is interrupted keeps what it has."""
    if args.what == "accuracy":
        return _accuracy(args)
    return [row for rows in measured(args) for row in kept(args, rows)]


def measured(args: argparse.Namespace) -> Iterator[list[Row]]:
    """Speed or bandwidth: the rows of each file, each scheme or all threads."""
    return _speed(args) if args.what == "speed" else _bandwidth(args)


def _speed(args: argparse.Namespace) -> Iterator[list[Row]]:
    from advisor.catalog.resolve import resolve_model
    from advisor.measuring.run.speed import measure_speed
    from advisor.probe import probe

    test = _test(args)
    hardware = probe()
    _warn_if_busy(hardware)
    for name in args.file:
        if not name.lower().endswith(".gguf"):
            raise UsageError(f"{name!r} is no GGUF file; --synthetic measures a model by name")
        bar = _bar(test)
        yield measure_speed(Path(name), resolve_model(name), test, hardware, bar)
        bar.end()
    if args.synthetic:
        yield from _synthetic(args, test, hardware)


def _synthetic(args: argparse.Namespace, test: SpeedTest, hardware: HardwareProfile) -> Iterator[list[Row]]:
    from advisor.catalog.resolve import resolve_model
    from advisor.catalog.schemes import find_scheme
    from advisor.engines import engine_for
    from advisor.measuring.run.synthetic import Files, measure_synthetic

    names = schemes_of(args)
    model, schemes = resolve_model(args.synthetic), [find_scheme(name, engine_for("gguf")) for name in names]
    files = Files(args.layers, Path(args.folder) if args.folder else None)
    for scheme in schemes:
        yield measure_synthetic(model, scheme, test, hardware, files, progress=lambda: _bar(test))


def schemes_of(args: argparse.Namespace) -> list[str]:
    """Those of --synthetic as they were typed. Raises UsageError without any."""
    names = [part.strip() for text in args.scheme or () for part in text.split(",") if part.strip()]
    if not names:
        raise UsageError("which scheme? --synthetic needs --scheme, e.g. Q4_K_M,Q8_0")
    return names


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


def kept(args: argparse.Namespace, rows: list[Row]) -> list[Row]:
    """The rows, in the store unless --dry; where they cannot be kept they are shown before the StoreError."""
    if not args.dry:
        from advisor.cli.measure.page import page
        from advisor.measuring.store import Origin, Store

        try:
            with Store() as store:
                store.add(rows, Origin(format="measured here"))
        except StoreError:
            # Under --json the error is the document on stdout.
            print(page(rows), file=sys.stdout if args.format == "text" else sys.stderr, flush=True)
            raise
    return rows


def _accuracy(args: argparse.Namespace) -> list[Row]:
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
    return measure_accuracy([Path(name) for name in args.file], test, probe(), keep=not args.dry)


def _bandwidth(args: argparse.Namespace) -> Iterator[list[Row]]:
    from advisor.measuring.run.bandwidth import measure_bandwidth
    from advisor.probe import probe

    hardware = probe()
    _warn_if_busy(hardware)
    threads = _numbers(args.threads, "--threads") if args.threads else ()
    yield measure_bandwidth(hardware, threads, keep=not args.dry)
