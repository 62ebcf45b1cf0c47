"""The tradeoff table as text, CSV and Markdown."""

from __future__ import annotations

import csv
import io
import textwrap

from advisor.documents.outcome import Estimate
from advisor.documents.tradeoffs import Row, Table
from advisor.report.figures import number, span, table
from advisor.report.terminal import cleaned, escaped

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
_FACTS = (
    "scheme",
    "family",
    "level",
    "engine",
    "backend",
    "recommended",
    "feasible",
    "reason_kind",
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
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins with one of these is a formula to a spreadsheet
(https://owasp.org/www-community/attacks/CSV_Injection)."""


def csv_text(result: Table) -> str:
    """One line a row: a figure becomes name, name_low, name_high and name_basis."""
    rows = csv_rows(result)
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]) if rows else ["scheme"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def quoted(cell: object) -> object:
    """A text that a spreadsheet would run as a formula, behind an apostrophe."""
    return "'" + cell if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def csv_rows(result: Table) -> list[dict[str, object]]:
    """One flat dict a row: a figure becomes name, name_low, name_high and name_basis."""
    tasks = sorted({task for row in result.rows for task in row.loss_pct})
    return [_flat(row, tasks) for row in result.rows]


def _flat(row: Row, tasks: list[str]) -> dict[str, object]:
    flat: dict[str, object] = {name: quoted(getattr(row, name)) for name in _FACTS}
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
        mark(row),
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
        mark(row),
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
    result = cleaned(result)
    shown = [row for row in result.rows if row.file_size_bytes is not None]
    head = [
        f"{result.model} on {result.hardware.name}",
        "> recommended, * Pareto front, x does not meet the need; intervals in brackets",
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
    result = cleaned(result)
    lines = ["| " + " | ".join(HEADER) + " |", "|" + "---|" * len(HEADER)]
    lines += ["| " + " | ".join((mark(row), *map(escaped, cells(row)[1:]))) + " |" for row in result.rows]
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
    if row is None or row.file_size_bytes is None:
        return "-"
    size, loss = f"{row.file_size_bytes.value / 1e9:.2f} GB", mix(row)
    return f"{size}, {loss.value:.1f} %" if loss else size


def _short(estimate: Estimate | None, unit: float, digits: int) -> str:
    return "-" if estimate is None else f"{estimate.value / unit:.{digits}f}"


def _range(estimate: Estimate | None) -> str:
    return (
        "-"
        if estimate is None
        else f"{number(estimate.value)} ({number(estimate.low)}-{number(estimate.high)})"
    )


def mix(row: Row) -> Estimate | None:
    """The loss on all tasks together."""
    return row.loss_pct.get("mix")


def mark(row: Row) -> str:
    """> what is recommended, * on the Pareto front, x when the need is not met."""
    if row.recommended:
        return ">"
    return "*" if row.pareto else ("" if row.feasible else "x")


def detail(row: Row) -> str:
    """The row at the cursor in words: its intervals, and why it is not recommended."""
    parts = []
    if loss := mix(row):
        parts.append(f"loss {span(loss, '%')}")
    if row.decode_tokens_per_s:
        parts.append(f"decode {span(row.decode_tokens_per_s, 'tokens/s')}")
    if row.placement:
        parts.append(f"{row.placement}, {row.kv_type} KV cache")
    text = f"{row.scheme}: " + "; ".join(parts) if parts else row.scheme
    return f"{text}. Not: {row.reason}" if row.reason else text
