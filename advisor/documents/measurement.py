"""The measurement tables: their kinds, and what is wrong with one.

A table is a CSV of text cells; an empty cell means the source is silent.
"""

from __future__ import annotations

from collections.abc import Iterable

from advisor.documents.columns import COLUMNS
from advisor.documents.flags import FLAGS

KINDS = (
    "accuracy",
    "speed_local",
    "speed_serving",
    "kernel_gemm",
    "bandwidth",
    "memory",
    "gguf_sizes",
    "cpu_bench",
)


def is_number(kind: str, column: str) -> bool:
    """Whether a column holds numbers (a 0/1 word counts as one in the speed and accuracy tables)."""
    rule = COLUMNS[kind][column]
    return rule.kind == "number" or (column in ("flash_attn", "higher_is_better") and kind != "memory")


def problems(kind: str, header: list[str], rows: Iterable[list[str]], reduced: bool) -> list[str]:
    """One line per defect of a table of *kind*; empty when it is sound."""
    rules = COLUMNS[kind]
    found = [f"unknown column {name!r}" for name in header if name not in rules]
    found += [
        f"missing column {name!r}" for name, rule in rules.items() if rule.required and name not in header
    ]
    if reduced:
        found += [f"a reduced table has no column {name!r}" for name in ("notes", "audit") if name in header]
    if found:
        return found
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            found.append(f"line {number}: {len(row)} cells under {len(header)} columns")
            continue
        for name, cell in zip(header, row, strict=True):
            wrong = rules[name].problem(cell)
            if not wrong and name == "flags":
                wrong = ", ".join(
                    f"unknown flag {flag!r}" for flag in cell.split(";") if flag and flag not in FLAGS
                )
            if wrong:
                found.append(f"line {number}, {name}: {wrong}")
    return found
