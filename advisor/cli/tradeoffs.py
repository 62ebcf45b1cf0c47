"""Every scheme side by side for one model on one machine:
size, memory, speed, loss, cost, and the Pareto front.
"""

from __future__ import annotations

import argparse
import sys

from advisor.cli import options
from advisor.documents.outcome import Estimate
from advisor.errors import ExitCode
from advisor.recommendation.tradeoffs import Row, Table, tradeoffs
from advisor.report.text import number, table

FORMATS = ("table", "json", "csv", "markdown")
_FIGURES = (
    "bpw",
    "file_size_bytes",
    "memory_bytes",
    "decode_tokens_per_s",
    "ms_per_token",
    "prefill_tokens_per_s",
    "time_to_first_token_s",
    "throughput_tokens_per_s",
    "perplexity_ratio",
    "kl_divergence",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `advisor tradeoffs`."""
    options.add_model(parser)
    options.add_hardware(parser)
    options.add_need(parser)
    parser.add_argument("--format", choices=FORMATS, default="table", help="default: a table")
    parser.add_argument("--json", action="store_true", help="the same as --format json")
    parser.add_argument("--feasible", action="store_true", help="only the rows that meet the need")


def run(args: argparse.Namespace) -> int:
    """Print the table; exit code 3 when no row is feasible."""
    model = options.needed_model(args)
    requirements = options.requirements(args, model)
    result = tradeoffs(requirements, options.hardware(args), model)
    if args.feasible:
        from dataclasses import replace

        result = replace(result, rows=tuple(row for row in result.rows if row.feasible))
    form = "json" if args.json else args.format
    write(result, form)
    return ExitCode.OK if any(row.feasible for row in result.rows) else ExitCode.NOTHING_FITS


def write(result: Table, form: str) -> None:
    """*result* on standard output."""
    if form == "json":
        from advisor.documents.plain import dumps

        print(dumps(result))
    elif form == "csv":
        import csv

        rows = csv_rows(result)
        writer = csv.DictWriter(
            sys.stdout, fieldnames=list(rows[0]) if rows else ["scheme"], lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(rows)
    elif form == "markdown":
        print(markdown(result))
    else:
        print(as_text(result))


def csv_rows(result: Table) -> list[dict[str, object]]:
    """One flat dict a row: a figure becomes name, name_low, name_high and name_basis."""
    tasks = sorted({task for row in result.rows for task in row.loss_pct})
    return [_flat(row, tasks) for row in result.rows]


def _flat(row: Row, tasks: list[str]) -> dict[str, object]:
    flat: dict[str, object] = {
        name: getattr(row, name)
        for name in (
            "scheme",
            "family",
            "level",
            "engine",
            "backend",
            "feasible",
            "reason",
            "pareto",
            "imatrix",
            "kv_type",
            "weight_bits",
            "group_size",
            "calibration",
            "placement",
            "make_cost",
        )
    }
    figures = {name: getattr(row, name) for name in _FIGURES}
    figures.update({f"loss_{task}_pct": row.loss_pct.get(task) for task in tasks})
    for name, estimate in figures.items():
        for end in ("value", "low", "high", "basis"):
            key = name if end == "value" else f"{name}_{end}"
            flat[key] = None if estimate is None else _cell(getattr(estimate, end))
    return flat


def _cell(value: object) -> object:
    return float(f"{value:.6g}") if isinstance(value, float) else value


HEADER = (
    "",
    "scheme",
    "engine",
    "bpw",
    "file GB",
    "mem GiB",
    "decode tok/s",
    "ms/tok",
    "loss %",
    "basis",
    "reason",
)
COMPACT = ("", "scheme", "engine", "bpw", "GB", "GiB", "tok/s", "loss %", "why not")


def cells(row: Row) -> tuple[str, ...]:
    """The printed columns of one row."""
    loss = row.loss_pct.get("mix")
    return (
        "*" if row.pareto else ("" if row.feasible else "x"),
        row.scheme,
        row.engine or "-",
        _short(row.bpw, 1, 2),
        _short(row.file_size_bytes, 1e9, 2),
        _short(row.memory_bytes, 2**30, 1),
        _range(row.decode_tokens_per_s),
        _short(row.ms_per_token, 1, 1),
        _range(loss),
        loss.basis if loss else "-",
        row.reason,
    )


def compact_cells(row: Row) -> tuple[str, ...]:
    """The columns that fit eighty characters."""
    loss = row.loss_pct.get("mix")
    return (
        "*" if row.pareto else ("" if row.feasible else "x"),
        row.scheme,
        row.engine or "-",
        _short(row.bpw, 1, 2),
        _short(row.file_size_bytes, 1e9, 2),
        _short(row.memory_bytes, 2**30, 1),
        _range(row.decode_tokens_per_s),
        "-" if loss is None else f"{loss.value:.2f} ({number(loss.low)}-{number(loss.high)})",
        row.reason_kind,
    )


def as_text(result: Table) -> str:
    """The table for a terminal: * marks the Pareto front, x what does not meet the need.

    Schemes that cannot run here at all are named below the table, each with its reason.
    """
    shown = [row for row in result.rows if row.file_size_bytes is not None]
    head = [
        f"{result.model} on {result.hardware.name}",
        "* Pareto front, x does not meet the need; intervals in brackets",
        "",
    ]
    return "\n".join(
        [
            *head,
            *table([compact_cells(row) for row in shown], COMPACT),
            "",
            *_levels(result),
            *_absent(result),
        ]
    )


def _absent(result: Table) -> list[str]:
    import textwrap

    reasons: dict[str, list[str]] = {}
    for row in result.rows:
        if row.file_size_bytes is None:
            # Reasons name their scheme; without it, schemes with the same reason share a line.
            reasons.setdefault(row.reason.replace(row.scheme, "it").strip(), []).append(row.scheme)
    lines = ["", "Not in the table:"] if reasons else []
    for reason, names in reasons.items():
        lines += textwrap.wrap(
            f"{', '.join(names)}: {reason}", 78, initial_indent="  - ", subsequent_indent="    "
        )
    return lines


def markdown(result: Table) -> str:
    """The table as GitHub-flavoured Markdown."""
    lines = ["| " + " | ".join(HEADER) + " |", "|" + "---|" * len(HEADER)]
    lines += [
        "| " + " | ".join(cell.replace("|", "\\|") for cell in cells(row)) + " |" for row in result.rows
    ]
    return "\n".join(lines)


def _levels(result: Table) -> list[str]:
    """Levels beside suffixes: file size and loss of each K-quant."""
    suffixes = ("", "_S", "_M", "_L")
    by_name = {row.scheme: row for row in result.rows if row.file_size_bytes}
    rows = []
    for level in ("Q2", "Q3", "Q4", "Q5", "Q6", "Q8"):
        names = [
            f"{level}_0" if level == "Q8" and not suffix else f"{level}_K{suffix}" for suffix in suffixes
        ]
        if any(name in by_name for name in names):
            rows.append((level, *(_level_cell(by_name.get(name)) for name in names)))
    if not rows:
        return []
    return ["Levels and suffixes (file, expected loss):", *table(rows, ("", "K", "K_S", "K_M", "K_L"))]


def _level_cell(row: Row | None) -> str:
    if row is None:
        return "-"
    loss = row.loss_pct.get("mix")
    return (
        f"{row.file_size_bytes.value / 1e9:.2f} GB, {loss.value:.1f} %"
        if loss
        else f"{row.file_size_bytes.value / 1e9:.2f} GB"
    )


def _short(estimate: Estimate | None, unit: float, digits: int) -> str:
    return "-" if estimate is None else f"{estimate.value / unit:.{digits}f}"


def _range(estimate: Estimate | None) -> str:
    return (
        "-"
        if estimate is None
        else f"{number(estimate.value)} ({number(estimate.low)}-{number(estimate.high)})"
    )
