"""Benchmarks: how many questions each has (its sampling error) and what guessing scores."""

from __future__ import annotations

import math
from functools import cache

from advisor.catalog.rows import every

DEFAULT = (500, 0.0)
"""Of a benchmark that profiles/benchmark_sizes.csv does not list: the middle of those it does."""


@cache
def _listed() -> dict[str, tuple[int, float]]:
    """How a data set's name starts -> (questions, chance)."""
    rows = every("benchmark_sizes.csv")
    return {row["starts_with"]: (int(row["questions"]), float(row["chance"])) for row in rows}


def benchmark(dataset: str) -> tuple[int, float]:
    """(questions, chance as a share) of the benchmark *dataset* names; the longest name that matches wins."""
    low = dataset.lower()
    names = [name for name in _listed() if low.startswith(name)]
    return _listed()[max(names, key=len)] if names else DEFAULT


def binomial_error(share: float, questions: int) -> float:
    """Standard error, in score points of 100, of a run of *questions*, right with chance *share*."""
    share = min(max(share, 0.02), 0.98)  # at the very ends the formula's error would be none
    return 100.0 * math.sqrt(share * (1.0 - share) / questions)
