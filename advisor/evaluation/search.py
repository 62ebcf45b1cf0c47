"""The searches for settings that no fit finds: `advisor evaluate --search PART`.

Every setting is judged on groups left out whole, and none on what a part holds back. A search proposes; a
person writes the setting where it stands, with what the search gave as its reason.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from importlib import import_module
from typing import Any, TypeVar

from advisor.errors import UnknownNameError, UsageError

PARTS = {
    "accuracy": "advisor.evaluation.accuracy.search",
    "local_speed": "advisor.evaluation.local_speed.search",
}
"""Part -> the module whose `search(most_groups)` returns lines of settings with their scores."""
LEAST_GROUPS = 10
"""Fewer say nothing of a setting: each fold would hold one or two."""
Row = TypeVar("Row")


def search(part: str, most_groups: int | None = None) -> dict[str, Any]:
    """A title and the lines of one part's search; *most_groups* bounds its cost.

    Raises UnknownNameError, and UsageError for fewer groups than leaving some out needs.
    """
    if part not in PARTS:
        raise UnknownNameError("part", part, tuple(PARTS))
    if most_groups is not None and most_groups < LEAST_GROUPS:
        raise UsageError(f"--groups {most_groups} is too few to leave some out; give {LEAST_GROUPS} or more")
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):  # as the fit: the same figures on every machine
        found: dict[str, Any] = import_module(PARTS[part]).search(most_groups)
    return found


def thinned(rows: Sequence[Row], groups: Sequence[str], most_groups: int | None) -> list[Row]:
    """The rows of *most_groups* groups, drawn by a hash of their names; all where none is asked for."""
    drawn = sorted(set(groups), key=lambda name: zlib.crc32(name.encode()))[:most_groups]
    kept = set(drawn)
    return [row for row, group in zip(rows, groups, strict=True) if group in kept]
