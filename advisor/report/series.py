"""What the plots show: points with intervals, by series. No drawing here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log10

from advisor.documents.outcome import Estimate
from advisor.documents.tradeoffs import Row
from advisor.report.tradeoffs import mix

LEAST_LOSS_PCT = 0.01
"""The lower edge of the logarithmic loss axis, below what any benchmark resolves; zero stands there."""
SERIES = (
    ("full precision", ("none",)),
    ("GGUF K", ("gguf-k",)),
    ("GGUF IQ", ("gguf-i",)),
    ("GGUF other", ("gguf-legacy", "gguf-ternary", "gguf-fp4")),
    ("8 bits, serving", ("fp8", "int8")),
    ("4 bits, serving", ("gptq", "awq", "autoround", "rtn", "nvfp4", "mxfp4")),
)
_OTHERS = "others"


@dataclass(frozen=True)
class Axis:
    """One axis: what it shows, of a row, and whether it is logarithmic."""

    title: str
    get: Callable[[Row], Estimate | None]
    unit: float = 1.0
    log: bool = False


SIZE = Axis("file, GB", lambda row: row.file_size_bytes, 1e9)
SPEED = Axis("decode, tokens/s", lambda row: row.decode_tokens_per_s)
THROUGHPUT = Axis("all requests, tokens/s", lambda row: row.throughput_tokens_per_s)
LOSS = Axis("expected loss, %", mix, log=True)


@dataclass(frozen=True)
class Point:
    """A scheme: x and y with their intervals, in the axis' units, or their logarithms."""

    name: str
    x: tuple[float, float, float]
    y: tuple[float, float, float]
    front: bool = False
    """On the Pareto front, or chosen: its interval is drawn first."""


@dataclass(frozen=True)
class Series:
    """Points of one kind."""

    name: str
    points: tuple[Point, ...]


def series(rows: tuple[Row, ...], x: Axis, y: Axis, everything: bool) -> list[Series]:
    """The rows as series by family; only those that meet the need unless *everything* is wanted."""
    found: dict[str, list[Point]] = {}
    for row in rows:
        horizontal, vertical = x.get(row), y.get(row)
        if horizontal is None or vertical is None or not (row.feasible or everything):
            continue
        point = Point(f"{row.scheme} ({row.engine})", scaled(horizontal, x), scaled(vertical, y), row.pareto)
        found.setdefault(series_of(row), []).append(point)
    order = [name for name, _ in SERIES] + [_OTHERS]
    return [Series(name, tuple(sorted(found[name], key=lambda p: p.x))) for name in order if name in found]


def series_of(row: Row) -> str:
    """The series a row belongs to."""
    return next((name for name, families in SERIES if row.family in families), _OTHERS)


def scaled(figure: Estimate, axis: Axis) -> tuple[float, float, float]:
    """Value, low and high of a figure on an axis."""
    value, low, high = (_scaled(end / axis.unit, axis) for end in (figure.value, figure.low, figure.high))
    return value, low, high


def _scaled(value: float, axis: Axis) -> float:
    return log10(max(value, LEAST_LOSS_PCT)) if axis.log else value


def ticks(low: float, high: float) -> list[float]:
    """Positions of 1, 3, 10, 30 … on a logarithmic axis, as logarithms."""
    decades = range(int(low) - 3, int(high) + 3)
    found = [log10(factor * 10.0**decade) for decade in decades for factor in (1, 3)]
    return [tick for tick in found if low <= tick <= high]


def tick_label(tick: float) -> str:
    """'0.03' for its logarithm."""
    return f"{10**tick:.3g}" if tick > log10(LEAST_LOSS_PCT) + 1e-9 else "0"


def limits(found: list[Series], ends: bool) -> tuple[float, float, float, float] | None:
    """Left, right, bottom and top with a margin, so that no point lies on the frame; None without points."""
    points = [point for line in found for point in line.points]
    if not points:
        return None
    x = [point.x[0] for point in points]
    y = [value for point in points for value in (point.y if ends and point.front else point.y[:1])]
    across, up = (max(x) - min(x)) or 1.0, (max(y) - min(y)) or 1.0
    return min(x) - 0.04 * across, max(x) + 0.04 * across, min(y) - 0.05 * up, max(y) + 0.05 * up
