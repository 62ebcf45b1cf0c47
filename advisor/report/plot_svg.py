"""A plot as SVG text, with axes, intervals and names: the picture to take away."""

from __future__ import annotations

from html import escape

from advisor.report.series import Axis, Series, limits, tick_label, ticks

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 900, 560, 70, 200, 50, 60
_COLOURS = ("#0072b2", "#009e73", "#e69f00", "#cc79a7", "#56b4e9", "#d55e00", "#666666")
"""Okabe and Ito's palette, told apart by the colour-blind: https://jfly.uni-koeln.de/color/"""


def svg(found: list[Series], title: str, x: Axis, y: Axis | None, chosen: str) -> str:
    """The document."""
    edges = limits(found, ends=True)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        'font-size="13">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        f'<text x="{_LEFT}" y="28" font-size="16" font-weight="bold">{escape(title)}</text>',
    ]
    if edges is not None:
        frame = _Frame(edges)
        parts += [*_axes(frame, x, y), *_all_points(frame, found, chosen)]
    return "\n".join([*parts, "</svg>", ""])


class _Frame:
    """From figures to pixels."""

    def __init__(self, edges: tuple[float, float, float, float]) -> None:
        self.left, self.right, self.bottom, self.top = edges

    def x(self, value: float) -> float:
        """Pixels from the left."""
        return round(_LEFT + (value - self.left) / (self.right - self.left) * (_WIDTH - _LEFT - _RIGHT), 1)

    def y(self, value: float) -> float:
        """Pixels from above; what is outside stands on the frame."""
        share = (value - self.bottom) / (self.top - self.bottom)
        return round(_HEIGHT - _BOTTOM - min(max(share, 0), 1) * (_HEIGHT - _TOP - _BOTTOM), 1)


def _axes(frame: _Frame, x: Axis, y: Axis | None) -> list[str]:
    parts = [
        f'<rect x="{_LEFT}" y="{_TOP}" width="{_WIDTH - _LEFT - _RIGHT}" height="{_HEIGHT - _TOP - _BOTTOM}" '
        'fill="none" stroke="#999"/>',
        f'<text x="{(_WIDTH - _RIGHT + _LEFT) / 2}" y="{_HEIGHT - 18}" text-anchor="middle">'
        f"{escape(x.title)}</text>",
    ]
    for tick in _even(frame.left, frame.right):
        parts.append(
            f'<text x="{frame.x(tick)}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{tick:g}</text>'
        )
    logarithmic = y is not None and y.log
    for tick in ticks(frame.bottom, frame.top) if logarithmic else _even(frame.bottom, frame.top):
        label, at = (tick_label(tick) if logarithmic else f"{tick:g}"), frame.y(tick)
        parts.append(f'<text x="{_LEFT - 8}" y="{at + 4}" text-anchor="end">{label}</text>')
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{at}" y2="{at}" stroke="#eee"/>')
    if y is not None:
        middle = (_HEIGHT - _BOTTOM + _TOP) / 2
        parts.append(
            f'<text transform="translate(18 {middle}) rotate(-90)" text-anchor="middle">'
            f"{escape(y.title)}</text>"
        )
    return parts


def _all_points(frame: _Frame, found: list[Series], chosen: str) -> list[str]:
    parts = []
    for index, line in enumerate(found):
        colour = _COLOURS[index % len(_COLOURS)]
        top = _TOP + 16 + 20 * index
        parts.append(f'<circle cx="{_WIDTH - _RIGHT + 18}" cy="{top - 4}" r="5" fill="{colour}"/>')
        parts.append(f'<text x="{_WIDTH - _RIGHT + 30}" y="{top}">{escape(line.name)}</text>')
        for point in line.points:
            x, y = frame.x(point.x[0]), frame.y(point.y[0])
            low, high = frame.y(point.y[1]), frame.y(point.y[2])
            parts.append(
                f'<line x1="{x}" x2="{x}" y1="{low}" y2="{high}" stroke="{colour}" stroke-opacity="0.35"/>'
            )
            ring = ' stroke="black" stroke-width="2"' if point.name == chosen else ""
            parts.append(
                f'<circle cx="{x}" cy="{y}" r="{6 if ring else 4}" fill="{colour}"{ring}>'
                f"<title>{escape(point.name)}</title></circle>"
            )
            if ring:
                parts.append(f'<text x="{x + 9}" y="{y - 8}" font-weight="bold">{escape(point.name)}</text>')
    return parts


def _even(low: float, high: float) -> list[float]:
    """About six round numbers."""
    from math import ceil, floor, log10

    raw = (high - low) / 6
    power = 10.0 ** floor(log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw)
    return [round(step * index, 10) for index in range(ceil(low / step), floor(high / step) + 1)]
