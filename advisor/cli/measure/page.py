"""Measured rows as they are printed."""

from __future__ import annotations

import argparse
import json

from advisor.documents.plain import dumps
from advisor.measuring.rows import Row, plain_row
from advisor.report.figures import table


def show(args: argparse.Namespace, rows: list[Row]) -> None:
    """Print *rows* in the format that *args* asks for."""
    if args.format == "json":
        plain = [plain_row(row) for row in rows]
        print(dumps({"schema_version": "1.0", "kept": not args.dry, "rows": plain}))
    elif args.format == "jsonl":
        for row in rows:
            print(json.dumps(plain_row(row), ensure_ascii=False))
    else:
        print(page(rows))


def page(rows: list[Row]) -> str:
    """The figures as a table."""
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
