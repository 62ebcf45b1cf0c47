"""Your own measurements: what engines and benchmarks printed, kept and used for every later answer on that
machine.

`advisor measurements import FILE…` reads llama-bench, llama-perplexity, llama-batched-bench,
lm-evaluation-harness, vllm bench, llama-benchy, GuideLLM, ollama --verbose and our own export, recognised by
content.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeAlias

from advisor.errors import BadFileError, ExitCode, UsageError
from advisor.report.terminal import clean

if TYPE_CHECKING:
    from advisor.measuring.rows import Row
    from advisor.measuring.store import Store

Found: TypeAlias = "tuple[int, int, Row]"
"""Id, source and row of a stored measurement."""

ACTIONS = ("import", "list", "show", "export", "remove", "sources", "check")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `advisor measurements`."""
    # Files may follow options (`accuracy --reference A B C`), which plain parse_args refuses.
    parser.parse_args = parser.parse_intermixed_args  # type: ignore[method-assign]
    parser.add_argument("action", choices=ACTIONS, help="what to do with the store")
    parser.add_argument(
        "what",
        nargs="*",
        help="import: files; show, remove: row ids; export: the file to write (- is stdout)",
    )
    group = parser.add_argument_group("import: where the file does not say it")
    group.add_argument(
        "--hardware", metavar="H", help="where it was measured: this, or a machine's name or saved probe"
    )
    group.add_argument("--model", metavar="M", help="the model measured: a name, a GGUF file or a size")
    group.add_argument("--scheme", metavar="S", help="its scheme, e.g. Q4_K_M")
    group.add_argument("--backend", metavar="B", help="cuda, rocm, vulkan, metal, sycl or cpu")
    group.add_argument("--engine", metavar="E", help="the engine timed, where the tool does not know it")
    group = parser.add_argument_group("list, export, remove: which rows")
    group.add_argument(
        "--source", type=int, metavar="N", help="rows of one source, see `advisor measurements sources`"
    )
    group.add_argument(
        "--kind", choices=("speed", "serving", "accuracy", "bandwidth"), help="rows of one kind of figure"
    )
    group.add_argument(
        "--phase", choices=("prefill", "decode", "mixed", "serving"), help="speeds of one phase"
    )
    group.add_argument("--limit", type=int, metavar="N", help="list: at most so many rows")
    group.add_argument("--all", action="store_true", help="remove: every row")
    parser.add_argument("--mend", action="store_true", help="check: take out the rows that answers leave out")
    parser.add_argument(
        "--format", choices=("csv", "jsonl"), help="export: default by the file's ending, else csv"
    )
    parser.add_argument("--json", action="store_true", help="the rows, or what was done, as JSON")


def run(args: argparse.Namespace) -> int:
    """Do one action on the store."""
    if args.action not in ("import", "export", "show", "remove") and args.what:
        raise UsageError(f"{args.action} takes no names; filter with --model, --kind, --source")
    if args.limit is not None and args.limit < 1:
        raise UsageError(f"--limit {args.limit}: give a whole number above zero")
    from advisor.cli.store import run_check, run_sources

    return {
        "check": run_check,
        "import": _import,
        "list": _list,
        "show": _show,
        "export": _export,
        "remove": _remove,
        "sources": run_sources,
    }[args.action](args)


def _import(args: argparse.Namespace) -> int:
    from advisor.documents.plain import dumps
    from advisor.measuring.complete import Completer
    from advisor.measuring.import_file import take_in
    from advisor.measuring.store import Store

    if not args.what:
        raise UsageError("which files? advisor measurements import FILE…")
    if args.scheme:
        from advisor.catalog.schemes import find_scheme

        find_scheme(args.scheme)
    completer = Completer(args.hardware, args.model, args.scheme, args.backend, args.engine)
    done = []
    with Store() as store:
        for name in args.what:
            done.append(take_in(store, Path(name), completer))
            if not args.json:
                one = done[-1]
                known = f", {one.known} known already" if one.known else ""
                print(f"{clean(one.file)}: {one.format}: {one.added} rows added{known}", flush=True)
    notes = list(dict.fromkeys(completer.notes))
    for note in notes:
        print(f"advisor: {clean(note)}", file=sys.stderr)
    if args.json:
        print(dumps({"schema_version": "1.0", "files": done, "notes": notes}))
    return ExitCode.OK


def _filters(args: argparse.Namespace) -> dict[str, str]:
    found = {
        name: getattr(args, name) for name in ("kind", "phase", "model", "scheme", "backend", "hardware")
    }
    return {name: value for name, value in found.items() if value}


def _selected(args: argparse.Namespace, store: Store) -> list[Found]:
    found = list(store.rows(ids=_ids(args), source=args.source, limit=args.limit, **_filters(args)))
    for words in store.aside.words():
        print(f"advisor: {clean(words)}", file=sys.stderr)
    return found


def _ids(args: argparse.Namespace) -> tuple[int, ...]:
    if args.action == "export":
        return ()
    wrong = [text for text in args.what if not (text.isascii() and text.isdigit() and len(text) < 19)]
    if wrong:
        raise UsageError(f"{wrong[0]!r} is no row id; `advisor measurements list` shows them")
    return tuple(map(int, args.what))


def _list(args: argparse.Namespace) -> int:
    from advisor.data import store_file
    from advisor.measuring.store import Store

    found: list[Found] = []
    if store_file().exists():  # nothing is made to look at nothing
        with Store() as store:
            found = _selected(args, store)
    if args.json:
        _print_rows(found)
        return ExitCode.OK
    if not found:
        print("no measurements")
        return ExitCode.OK
    from advisor.report.figures import table

    rows = [
        (
            str(i),
            row.kind,
            row.model or "-",
            row.scheme or "-",
            _test(row),
            row.metric,
            f"{row.value:.5g}",
            row.hardware or "-",
            row.flags or "-",
        )
        for i, _, row in found
    ]
    print(
        "\n".join(
            table(rows, ("id", "kind", "model", "scheme", "test", "metric", "value", "machine", "flags"))
        )
    )
    return ExitCode.OK


def _test(row: Row) -> str:
    if row.kind == "bandwidth":
        return f"{row.threads} threads"
    return f"{row.phase} at {row.depth}" if row.phase and row.depth else row.phase or row.dataset or "-"


def _show(args: argparse.Namespace) -> int:
    from advisor.measuring.rows import plain_row
    from advisor.measuring.store import Store

    if not args.what:
        raise UsageError("which row? give its id; `advisor measurements list` shows them")
    with Store() as store:
        found = _selected(args, store)
        sources = {source["id"]: source for source in store.sources()}
    missing = sorted(set(_ids(args)) - {i for i, _, _ in found})
    if missing:
        raise UsageError(f"there is no row {missing[0]}; `advisor measurements list` shows them")
    if args.json:
        _print_rows(found, sources)
        return ExitCode.OK
    for i, origin, row in found:
        print(f"row {i}")
        for name, value in {**plain_row(row), "source": sources[origin]}.items():
            if value not in (None, "", {}):
                text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
                print(f"  {name}: {clean(text)}")
    return ExitCode.OK


def _print_rows(found: list[Found], sources: dict[int, Any] | None = None) -> None:
    from advisor.documents.plain import dumps
    from advisor.measuring.rows import plain_row

    rows = [
        {"id": i, "source": sources[origin] if sources else origin, **plain_row(row)}
        for i, origin, row in found
    ]
    print(dumps({"schema_version": "1.0", "rows": rows}))


def _export(args: argparse.Namespace) -> int:
    from advisor.measuring.store import Store

    if len(args.what) > 1:
        raise UsageError("export writes one file")
    target = args.what[0] if args.what else "-"
    form = args.format or ("jsonl" if target.endswith((".jsonl", ".json")) else "csv")
    with Store() as store:
        found = _selected(args, store)
    if target == "-":
        _write(sys.stdout, found, form)
        return ExitCode.OK
    try:
        with open(target, "w", encoding="utf-8", newline="") as file:
            _write(file, found, form)
    except OSError as error:
        raise BadFileError(f"cannot write {target}: {error.strerror}") from None
    print(f"{len(found)} rows written to {target}", file=sys.stderr)
    return ExitCode.OK


def _write(file: TextIO, found: list[Found], form: str) -> None:
    from advisor.measuring.rows import COLUMNS, plain_row
    from advisor.measuring.spreadsheet import behind_apostrophe

    writer = csv.writer(file, lineterminator="\n")
    if form == "csv":
        writer.writerow(COLUMNS)
    for _, _, row in found:
        record = plain_row(row)
        if form == "jsonl":
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
        else:
            record["facts"] = json.dumps(row.facts, sort_keys=True, ensure_ascii=False) if row.facts else ""
            cells = (record[name] for name in COLUMNS)
            writer.writerow(["" if cell is None else behind_apostrophe(cell) for cell in cells])


def _remove(args: argparse.Namespace) -> int:
    from advisor.documents.plain import dumps
    from advisor.measuring.store import Store

    with Store() as store:
        removed = store.remove(ids=_ids(args), source=args.source, everything=args.all, **_filters(args))
    print(dumps({"schema_version": "1.0", "removed": removed}) if args.json else f"{removed} rows removed")
    if args.all or args.kind == "bandwidth":
        _say_kept_bandwidth()
    return ExitCode.OK


def _say_kept_bandwidth() -> None:
    """The measured bandwidth is a fact of the boot, not a row of the store."""
    from advisor.probe.kept_bandwidth import kept_bandwidth

    rate = kept_bandwidth()
    if rate:
        print(
            f"advisor: the memory bandwidth measured here, {rate / 1e9:.1f} GB/s, is still used until the "
            "next boot; `advisor probe --forget` drops it",
            file=sys.stderr,
        )
