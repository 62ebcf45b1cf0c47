"""What was measured of one model, brought into an order that more damage never beats less.

All cells of a model and a group of methods are sorted by predicted damage. Their values (prediction plus
measured shift) are made non-decreasing by isotonic regression; a scheme nobody measured stays between its
measured neighbours. So measurements move a prediction, and noise never inverts it. The regression is the
standard library's few lines because the answer path loads no scikit-learn; a test holds it against
`sklearn.isotonic.IsotonicRegression`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

from advisor.errors import NotMeasuredError
from advisor.prediction.artifacts import entry

SAME = 1e-4
"""Damages nearer than this are one: two names of the same tensor types (the file keeps five digits)."""


class MeasuredTask(NamedTuple):
    """What scores of one category say of a cell."""

    shift: float
    """Of the log price."""
    error: float
    rows: int
    sources: tuple[str, ...]
    mean_retained_pct: float


class Cell(NamedTuple):
    """One measured scheme of a model."""

    scheme: str
    imatrix: bool
    lift: float
    """Log price its rounded activations add beyond their damage."""
    z: float
    """Predicted log damage."""
    dz: float
    """What its perplexities and divergences add to it."""
    damage_rows: int
    damage_error: float
    """Standard error of dz."""
    damage_sources: tuple[str, ...]
    tasks: dict[str, MeasuredTask]
    common: tuple[float, float]
    """Shift of the price that its measured tasks share, in spreads, and the error of an unmeasured task's."""


@cache
def _groups(model: str) -> dict[str, tuple[Cell, ...]]:
    try:
        measured, names = entry("accuracy_cells", f"model:{model}"), entry("accuracy_cells", "sources")
    except NotMeasuredError:
        return {}
    found: dict[str, list[Cell]] = {}
    for raw in measured or ():
        rows, error, at = raw.get("damage", (0, 0.0, ()))
        tasks = {
            category: MeasuredTask(
                shift=shift,
                error=wide,
                rows=n,
                sources=tuple(names[i] for i in where),
                mean_retained_pct=mean,
            )
            for category, (shift, wide, n, where, mean) in raw["tasks"].items()
        }
        cell = Cell(
            scheme=raw["scheme"],
            imatrix=raw["imatrix"],
            lift=raw.get("lift", 0.0),
            z=raw["z"],
            dz=raw["dz"],
            damage_rows=rows,
            damage_error=error,
            damage_sources=tuple(names[i] for i in at),
            tasks=tasks,
            common=tuple(raw.get("common", (0.0, 1.0))),
        )
        found.setdefault(raw["group"], []).append(cell)
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


class Ladder(NamedTuple):
    """Measured cells in the order of their damage, and their values in that order."""

    cells: tuple[Cell, ...]
    at: tuple[float, ...]
    values: tuple[float, ...]

    def of(self, cell: Cell) -> float:
        """The value of one of its cells."""
        return self.values[self.cells.index(cell)]

    def between(self, at: float, value: float) -> float:
        """*value* of an unmeasured scheme of damage *at*, kept between its measured neighbours."""
        below, above = bisect_right(self.at, at + SAME), bisect_left(self.at, at - SAME)
        if below:
            value = max(value, self.values[below - 1])
        if above < len(self.values):
            value = min(value, self.values[above])
        return value


def ladder(cells: Sequence[Cell], point: Callable[[Cell], tuple[float, float, float]]) -> Ladder:
    """The ladder of *cells*; *point* gives a cell's place, value and the value's standard error."""
    ordered = sorted(((*point(cell), cell) for cell in cells), key=lambda one: one[0])
    values = isotonic([value for _, value, _, _ in ordered], [error**-2 for _, _, error, _ in ordered])
    return Ladder(tuple(one[3] for one in ordered), tuple(one[0] for one in ordered), tuple(values))


def isotonic(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The nearest non-decreasing sequence, weighted least squares (pool adjacent violators)."""
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(values, weights, strict=True):
        block = (value, weight, 1)
        while blocks and blocks[-1][0] > block[0]:
            before = blocks.pop()
            total = before[1] + block[1]
            mean = (before[0] * before[1] + block[0] * block[1]) / total
            block = (mean, total, before[2] + block[2])
        blocks.append(block)
    return [value for value, _, n in blocks for _ in range(n)]


def interpolate(x: float, xs: Sequence[float], ys: Sequence[float]) -> float:
    """Piecewise linear, flat beyond the ends."""
    if x <= xs[0]:
        return ys[0]
    if x >= xs[-1]:
        return ys[-1]
    i = bisect_left(xs, x)
    return ys[i - 1] + (ys[i] - ys[i - 1]) * (x - xs[i - 1]) / (xs[i] - xs[i - 1])
