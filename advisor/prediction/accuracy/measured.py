"""What was measured of one model, brought into an order that more damage never beats less.

All cells of a model and a group of methods are sorted by predicted damage. Their prices (prediction plus
measured shift) are made non-decreasing by pooling adjacent violators (Barlow et al. 1972); a scheme nobody
measured stays between its measured neighbours. So measurements move a prediction, and noise never inverts it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from advisor.errors import NotMeasuredError
from advisor.prediction.artifacts import load

SAME = 1e-4
"""Damages nearer than this are one: two names of the same tensor types (the file keeps five digits)."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One measured scheme of a model."""

    scheme: str
    imatrix: bool
    lift: float
    """Log price its rounded activations add beyond their damage."""
    z: float
    dz: float
    damage: tuple[int, float, tuple[str, ...]] | None
    """Rows of perplexity or KLD, error of dz, sources."""
    tasks: dict[str, tuple[float, float, int, tuple[str, ...], float]]
    """Category -> shift of the log price, its error, rows, sources, mean retained percent of the rows."""
    common: tuple[float, float]
    """Shift of the price that its measured tasks share, in spreads, and the error of an unmeasured task's."""


@cache
def _groups(model: str) -> dict[str, tuple[Cell, ...]]:
    try:
        document = load("accuracy_cells")
    except NotMeasuredError:
        return {}
    names = document["sources"]
    found: dict[str, list[Cell]] = {}
    for raw in document["models"].get(model, ()):
        damage = raw.get("damage")
        found.setdefault(raw["group"], []).append(
            Cell(
                raw["scheme"],
                raw["imatrix"],
                raw.get("lift", 0.0),
                raw["z"],
                raw["dz"],
                (damage[0], damage[1], tuple(names[i] for i in damage[2])) if damage else None,
                {c: (t[0], t[1], t[2], tuple(names[i] for i in t[3]), t[4]) for c, t in raw["tasks"].items()},
                tuple(raw.get("common", (0.0, 1.0))),
            )
        )
    return {group: tuple(sorted(cells, key=lambda cell: cell.z)) for group, cells in found.items()}


def cells_of(model: str, group: str) -> tuple[Cell, ...]:
    """The measured cells of *model* in *group*, least damaged first."""
    return _groups(model).get(group, ())


def cell_of(model: str, group: str, scheme: str, imatrix: bool) -> Cell | None:
    """The cell of exactly this scheme; with and without importance matrix are two."""
    for cell in cells_of(model, group):
        if cell.scheme == scheme and cell.imatrix == imatrix:
            return cell
    return None


@lru_cache(maxsize=512)
def curve(
    model: str,
    group: str,
    category: str,
    base: float,
    power: float,
    width: float,
    knots: tuple[float, ...],
    spreads: tuple[float, ...],
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """(damage, log price) of the measured cells in order, at *width* standard deviations from the middle.

    *base* and *power* turn damage into a price; *knots* and *spreads* give the deviation of a cell of which
    only the damage was measured.
    """
    found = []
    for cell in cells_of(model, group):
        task = cell.tasks.get(category)
        at = cell.z + cell.lift / power
        price = base + power * (at + cell.dz)
        if task is None:
            spread = interpolate(price, knots, spreads)
            shift, error = cell.common[0] * spread, cell.common[1] * spread
        else:
            shift, error = task[:2]
        found.append((at, price + shift + width * error, error**-2))
    found.sort(key=lambda one: one[0])
    zs, values, masses = zip(*found, strict=True) if found else ((), (), ())
    return zs, tuple(_pooled(values, masses))


def interpolate(x: float, xs: Sequence[float], ys: Sequence[float]) -> float:
    """Piecewise linear, flat beyond the ends."""
    if x <= xs[0]:
        return ys[0]
    if x >= xs[-1]:
        return ys[-1]
    i = bisect_left(xs, x)
    return ys[i - 1] + (ys[i] - ys[i - 1]) * (x - xs[i - 1]) / (xs[i] - xs[i - 1])


def placed(zs: tuple[float, ...], values: tuple[float, ...], z: float, value: float) -> float:
    """*value* of an unmeasured scheme of damage *z*, kept between its measured neighbours."""
    if not zs:
        return value
    below, above = bisect_right(zs, z + SAME), bisect_left(zs, z - SAME)
    if below:
        value = max(value, values[below - 1])
    if above < len(values):
        value = min(value, values[above])
    return value


def _pooled(values: Sequence[float], masses: Sequence[float]) -> list[float]:
    """The nearest non-decreasing sequence (weighted least squares)."""
    blocks: list[list[Any]] = []
    for value, mass in zip(values, masses, strict=True):
        blocks.append([value, mass, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            last = blocks.pop()
            into = blocks[-1]
            total = into[1] + last[1]
            into[0] = (into[0] * into[1] + last[0] * last[1]) / total
            into[1], into[2] = total, into[2] + last[2]
    return [value for value, _, n in blocks for _ in range(n)]
