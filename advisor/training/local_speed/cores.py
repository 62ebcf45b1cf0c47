"""Cores of the processors the speed tables name, which the sources do not state: profiles/cpu_cores.csv.

Only the fit uses them; on a machine the probe counts cores.
"""

from __future__ import annotations

import math
import re
from functools import cache

from advisor.catalog.rows import every

USUAL = (4, 16)
"""Cores of a processor of which not even the family is known: those of most desktops (a judgement)."""


@cache
def _listed() -> tuple[tuple[str, int], ...]:
    """(pattern, cores); the first that a name holds counts."""
    return tuple((row["name_pattern"], int(row["cores"])) for row in every("cpu_cores.csv"))


def cores_of(name: str, cores_range: tuple[int, int] | None) -> int:
    """Cores of a named CPU; the geometric middle of its family's range when the name is not listed."""
    low, high = cores_range or USUAL
    middle = max(1, round(math.sqrt(low * high)))
    return next((cores for pattern, cores in _listed() if re.search(pattern, name)), middle)
