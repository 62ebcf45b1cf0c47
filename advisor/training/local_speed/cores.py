"""Cores of the processors the speed tables name, which the sources do not state: profiles/cpu_cores.csv.

Only the fit uses them; on a machine the probe counts cores.
"""

from __future__ import annotations

import csv
import math
import re
from functools import cache

from advisor.data import folder


@cache
def _listed() -> tuple[tuple[str, int], ...]:
    """(pattern, cores); the first that a name holds counts."""
    with (folder("profiles") / "cpu_cores.csv").open(newline="", encoding="utf-8") as file:
        return tuple((row["name_pattern"], int(row["cores"])) for row in csv.DictReader(file))


def cores_of(name: str, cores_range: tuple[int, int] | None) -> int:
    """Cores of a named CPU; the geometric middle of its family's range when the name is not listed."""
    low, high = cores_range or (4, 16)
    middle = max(1, round(math.sqrt(low * high)))
    return next((cores for pattern, cores in _listed() if re.search(pattern, name)), middle)
