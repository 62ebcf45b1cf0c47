"""Measured configurations: how far each lay from the formula, so that a measured one is answered from its
rows."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from advisor.prediction.local_speed.strata import cell_key
from advisor.training.local_speed.rows import Row

Cells = dict[tuple[str, str], dict[str, list[Any]]]
"""(device|backend, cell) -> submitter -> [source, log(measured ÷ predicted), figures]."""
WILD = 0.5
"""Deviations (in logs) beyond this are a broken run of one source and are clipped."""


def residuals(rows: Sequence[Row], residual: Sequence[float], who: Callable[[Row], str]) -> Cells:
    """(device|backend, cell) -> submitter -> [source, log(measured ÷ predicted), figures].

    The log ratio is a median over lengths, less the submitter's own middle on that device (0 for a submitter
    with a single cell there): how fast a source's machine is belongs to the device's effect, only what sets
    its cells apart can belong to a cell.
    """
    grouped: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for i, row in enumerate(rows):
        if row.work.sequences > 1:
            continue
        place = f"{row.device.key}|{row.device.backend}"
        cell = cell_key(row.model, row.scheme, row.work.n_devices, row.engine)
        grouped[place, cell][who(row)].append(i)
    middles: dict[tuple[str, str], list[float]] = defaultdict(list)
    for (place, _), members in grouped.items():
        for name, index in members.items():
            middles[place, name].append(median(float(residual[i]) for i in index))
    return {
        (place, cell): {
            name: [
                rows[index[0]].source,
                round(median(float(residual[i]) for i in index) - median(middles[place, name]), 3),
                int(sum(rows[i].n for i in index)),
            ]
            for name, index in members.items()
        }
        for (place, cell), members in grouped.items()
    }


def document(found: dict[str, Cells]) -> dict[str, Any]:
    """Phases' `residuals` -> the cells document: device|backend -> cell -> phase -> rows of [source, log
    ratio, n]."""
    out: dict[str, Any] = {}
    for phase, cells in found.items():
        for (place, cell), members in cells.items():
            rows = [members[name] for name in sorted(members)]
            out.setdefault(place, {}).setdefault(cell, {})[phase] = rows
    return out


def trust(cells: Cells) -> tuple[float, int]:
    """How much of one source's deviation in a cell another source repeats, between 0 and 1, and on how many
    devices.

    The slope through zero of one on the other over all ordered pairs of sources, every device counting once
    and
    deviations beyond WILD clipped, shrunk towards nothing as if one more device showed none.
    """
    n_cells = Counter((place, name) for (place, _), members in cells.items() for name in members)
    pairs = [
        (place, members[a][1], members[b][1])
        for (place, _), members in cells.items()
        for a, b in itertools.permutations(members, 2)
        if min(n_cells[place, a], n_cells[place, b]) > 1
    ]
    count = Counter(place for place, _, _ in pairs)
    if not count:
        return 0.0, 0
    clipped = [
        (max(-WILD, min(WILD, a)), max(-WILD, min(WILD, b)), 1 / count[place]) for place, a, b in pairs
    ]
    squares = sum(a * a * weight for a, _, weight in clipped)
    slope = (
        sum(a * b * weight for a, b, weight in clipped) / (squares * (1 + 1 / len(count))) if squares else 0.0
    )
    return max(0.0, min(1.0, slope)), len(count)
