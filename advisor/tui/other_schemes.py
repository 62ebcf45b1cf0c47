"""A scheme beside the choice, in words: what it gives and what it costs."""

from __future__ import annotations

from collections.abc import Callable

from advisor.documents.outcome import Estimate
from advisor.documents.tradeoffs import Row
from advisor.report.figures import number
from advisor.report.tradeoffs import mix

_AXES: tuple[tuple[Callable[[Row], Estimate | None], float, str, str, str], ...] = (
    (lambda row: row.decode_tokens_per_s, 1, "tokens/s", "faster", "slower"),
    (lambda row: row.file_size_bytes, 1e9, "GB", "larger", "smaller"),
    (mix, 1, "points", "more lost", "less lost"),
)
"""Figure, its unit in base units, its name, and what more and less of it is called."""


def beside(row: Row, chosen: Row) -> str:
    """How *row* differs from *chosen*; a difference within both intervals is said to be none for sure."""
    parts = []
    for get, unit, name, more, less in _AXES:
        here, there = get(row), get(chosen)
        if here is None or there is None:
            continue
        change = (here.value - there.value) / unit
        if change == 0:
            continue
        unsure = here.low <= there.high and there.low <= here.high and here.basis != "exact"
        word = more if change > 0 else less
        parts.append(f"{number(abs(change))} {name} {word}" + (" (within the intervals)" if unsure else ""))
    return ", ".join(parts) or "the same figures"
