"""The columns of the tradeoff table: what a row shows and what it sorts by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from operator import attrgetter, itemgetter
from typing import Any, TypeAlias

from advisor.documents.outcome import Estimate
from advisor.documents.tradeoffs import Row
from advisor.report.figures import number
from advisor.report.tradeoffs import mark, mix

WIDE = 94
"""From this width on the intervals stand in the table; below it, under it for the row at the cursor."""

_ALL = 71
"""From this width on every column of a narrow table fits."""
_FIRST_TO_GO = ("bpw", "GiB", "engine")
"""Left out where they do not fit, in this order: speed, size and loss decide."""
_LONG_NAME = 7
"""Cells that the longest names of schemes take beyond their column."""
_LEAST_REASON = 20
"""Cells below which a reason says nothing."""


Key: TypeAlias = Any
"""What one column sorts by: its values compare with one another."""


@dataclass(frozen=True)
class Column:
    """One column; `key` gives what to sort by, None sorts last."""

    title: str
    width: int
    cell: Callable[[Row], str]
    key: Callable[[Row], Key | None]
    right: bool = True


def columns(width: int) -> tuple[Column, ...]:
    """Those that fit into *width* cells."""
    wide = width >= WIDE
    loss, decode = mix, attrgetter("decode_tokens_per_s")
    scheme = 23 if width >= _ALL else 19
    found = [
        Column("", 1, mark, lambda row: (not row.pareto, not row.feasible), right=False),
        Column("scheme", scheme, attrgetter("scheme"), attrgetter("scheme"), right=False),
        Column("engine", 9, lambda row: row.engine or "-", attrgetter("engine"), right=False),
        _figure("bpw", 5, attrgetter("bpw"), 1, 2),
        _figure("GB", 6, attrgetter("file_size_bytes"), 1e9, 2),
        _figure("GiB", 6, attrgetter("memory_bytes"), 2**30, 1),
        _interval("tok/s", 18 if wide else 7, decode, wide),
        _interval("loss %", 19 if wide else 7, loss, wide, lambda value: f"{value:.2f}"),
    ]
    for title in _FIRST_TO_GO:
        if sum(column.width + 1 for column in found) - 1 > width:
            found = [column for column in found if column.title != title]
    spare = width - sum(column.width + 1 for column in found) + 1 if wide else 0
    for column in _if_room(loss):
        if column.width >= spare:
            break
        found.append(column)
        spare -= column.width + 1
    if spare > _LEAST_REASON:
        found.append(Column("why not", spare - 1, attrgetter("reason"), attrgetter("reason"), right=False))
    elif wide:
        found[1] = replace(found[1], width=scheme + min(spare, _LONG_NAME))
    return tuple(found)


def _if_room(loss: Callable[[Row], Estimate | None]) -> tuple[Column, ...]:
    """What stands beside the columns that decide, as far as the width holds it, in this order."""
    return (
        _figure("prefill", 7, attrgetter("prefill_tokens_per_s"), 1, 0),
        _figure("TTFT s", 6, attrgetter("time_to_first_token_s"), 1, 2),
        Column("KV", 5, lambda row: row.kv_type or "-", attrgetter("kv_type"), right=False),
        Column("place", 15, lambda row: row.placement or "-", attrgetter("placement"), right=False),
        _figure("ms/tok", 7, attrgetter("ms_per_token"), 1, 1),
        Column(
            "basis",
            12,
            lambda row: figure.basis if (figure := loss(row)) else "-",
            lambda row: None,
            right=False,
        ),
    )


def arranged(rows: tuple[Row, ...], by: Column, reverse: bool) -> list[Row]:
    """*rows* sorted by a column; what has no figure comes last either way."""
    known = [(key, row) for row in rows if (key := by.key(row)) is not None]
    unknown = [row for row in rows if by.key(row) is None]
    return [*(row for _, row in sorted(known, key=itemgetter(0), reverse=reverse)), *unknown]


def matching(rows: tuple[Row, ...], words: str, feasible_only: bool) -> tuple[Row, ...]:
    """The rows that hold every one of *words*, and meet the need if only those are wanted."""
    wanted = words.lower().split()
    return tuple(
        row
        for row in rows
        if (row.feasible or not feasible_only) and all(word in _said(row) for word in wanted)
    )


def fitted(text: str, width: int) -> str:
    """*text* in *width* cells; what is cut ends in an ellipsis."""
    return text if len(text) <= width else text[: width - 1] + "…"


def _said(row: Row) -> str:
    words = (row.scheme, row.family, row.engine, row.placement, row.reason, "pareto" if row.pareto else "")
    return " ".join(filter(None, words)).lower()


def _figure(
    title: str, width: int, get: Callable[[Row], Estimate | None], unit: float, digits: int
) -> Column:
    def cell(row: Row) -> str:
        figure = get(row)
        return "-" if figure is None else f"{figure.value / unit:.{digits}f}"

    return Column(title, width, cell, lambda row: figure.value if (figure := get(row)) else None)


def _interval(
    title: str,
    width: int,
    get: Callable[[Row], Estimate | None],
    wide: bool,
    form: Callable[[float], str] = number,
) -> Column:
    def cell(row: Row) -> str:
        figure = get(row)
        if figure is None:
            return "-"
        ends = f" ({form(figure.low)}-{form(figure.high)})" if wide and figure.basis != "exact" else ""
        return form(figure.value) + ends

    return Column(title, width, cell, lambda row: figure.value if (figure := get(row)) else None)
