"""Plots of a tradeoff table as SVG or PNG: points by family, their intervals, and the plan chosen."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter

from advisor.documents.tradeoffs import Table
from advisor.report.series import LOSS, SIZE, SPEED, Axis, Series, limits, series, tick_label, ticks
from advisor.report.terminal import cleaned

_COLOURS = ("#0072b2", "#009e73", "#e69f00", "#cc79a7", "#56b4e9", "#d55e00", "#888888")
"""Okabe and Ito's palette, told apart by the colour-blind: https://jfly.uni-koeln.de/color/"""
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
"""A shape for each colour, for those who print in black."""
_INK = "#010203"
"""Stands for the page's own text colour, which Matplotlib has no word for."""
_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_LONG = re.compile(r"(\.\d\d)\d+")
_SHARED = {
    "svg.fonttype": "none",
    "svg.hashsalt": "advisor",  # the same input gives the same ids
    "text.parse_math": False,  # a $ in a name is a dollar
    "font.size": 9,
    "font.sans-serif": ["DejaVu Sans", "sans-serif"],
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_INKS = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")


@dataclass(frozen=True)
class Panel:
    """One plot: what is on its axes, and the name of the point that is recommended ('' for none)."""

    title: str
    found: tuple[Series, ...]
    x: Axis
    y: Axis
    chosen: str


def panels(table: Table) -> tuple[Panel, Panel]:
    """Loss against size, and loss against speed, of the plans that meet the need (of all when none does)."""
    table = cleaned(table)
    everything = not any(row.feasible for row in table.rows)
    chosen = next((f"{row.scheme} ({row.engine})" for row in table.rows if row.recommended), "")
    where = f"{table.model} on {table.hardware.name}"
    size, speed = (tuple(series(table.rows, x, LOSS, everything)) for x in (SIZE, SPEED))
    return (
        Panel(f"{where}: loss against size", size, SIZE, LOSS, chosen),
        Panel(f"{where}: loss against speed", speed, SPEED, LOSS, chosen),
    )


def svg(pictures: Sequence[Panel]) -> str:
    """A document of its own, two panels a row, on white."""
    return _saved(pictures, "svg", "black").decode("utf-8")


def png(pictures: Sequence[Panel]) -> bytes:
    """The same at 150 dots an inch."""
    return _saved(pictures, "png", "black")


def inline_svg(panel: Panel, key: str) -> str:
    """An element for a page: in the page's ink, without a ground, each point with its name to hover over.

    *key* keeps its ids apart from those of other plots on the page.
    """
    root = ElementTree.fromstring(_saved((panel,), "svg", _INK))
    for unwanted in (*root.findall(f"{{{_SVG}}}metadata"), *root.findall(f"{{{_SVG}}}defs")):
        root.remove(unwanted)  # its style would hold for the whole page
    root.set("style", "stroke-linejoin: round; stroke-linecap: butt")
    for length in ("width", "height"):
        root.attrib.pop(length, None)
    root.set("role", "img")
    root.set("aria-label", panel.title)
    _name_points(root, panel)
    _prefix_ids(root, key)
    _shorten(root)
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    return ElementTree.tostring(root, encoding="unicode").replace(_INK, "currentColor")


def _name_points(root: ElementTree.Element, panel: Panel) -> None:
    groups = {group.get("id"): group for group in root.iter(f"{{{_SVG}}}g")}
    for index, line in enumerate(panel.found):
        group = groups.get(f"series-{index}")
        marks = group.iter(f"{{{_SVG}}}use") if group is not None else ()
        for mark, point in zip(list(marks), line.points, strict=False):
            ElementTree.SubElement(mark, f"{{{_SVG}}}title").text = point.name


def _prefix_ids(root: ElementTree.Element, key: str) -> None:
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == "id":
                element.set(name, f"{key}-{value}")
            elif name == f"{{{_XLINK}}}href" and value.startswith("#"):
                element.set(name, f"#{key}-{value[1:]}")
            elif "url(#" in value:
                element.set(name, value.replace("url(#", f"url(#{key}-"))


def _shorten(root: ElementTree.Element) -> None:
    """No indentation, no digits below a hundredth of a point, and what all in a group share is said once: a
    third of the bytes."""
    for group in root.iter(f"{{{_SVG}}}g"):
        for name in ("style", "clip-path"):
            shared = {child.get(name) for child in group}
            if len(group) > 1 and len(shared) == 1 and None not in shared and name not in group.attrib:
                group.set(name, group[0].attrib[name])
                for child in group:
                    child.attrib.pop(name, None)
    for element in root.iter():
        element.text, element.tail = (
            text if (text or "").strip() else None for text in (element.text, element.tail)
        )
        for name in ("d", "x", "y"):
            if name in element.attrib:
                element.set(name, _LONG.sub(r"\1", " ".join(element.attrib[name].split())))


def _saved(pictures: Sequence[Panel], form: str, ink: str) -> bytes:
    style: dict[Any, Any] = {**_SHARED, **dict.fromkeys(_INKS, ink)}
    out = io.BytesIO()
    with matplotlib.rc_context(style), warnings.catch_warnings():
        # A name in a script that the font lacks is drawn as boxes; that is no matter for standard error.
        warnings.filterwarnings("ignore", message="Glyph")
        columns = min(len(pictures), 2)
        lines = -(-len(pictures) // 2)
        figure = Figure(figsize=(7.5 * columns, 4.6 * lines), layout="constrained")
        axes = figure.subplots(lines, columns, squeeze=False).flat
        for axis, panel in zip(axes, pictures, strict=False):
            _draw(axis, panel, ink)
        plain = {"Date": None} if form == "svg" else None
        figure.savefig(out, format=form, dpi=150, transparent=ink == _INK, metadata=plain)
    return out.getvalue()


def _draw(axes: Axes, panel: Panel, ink: str) -> None:
    axes.set_title(panel.title, loc="left", fontweight="bold")
    axes.set_xlabel(panel.x.title)
    axes.set_ylabel(panel.y.title)
    edges = limits(list(panel.found), ends=True)
    if edges is None:
        axes.text(0.5, 0.5, "not measured", ha="center", transform=axes.transAxes)
        return
    for index, line in enumerate(panel.found):
        _draw_series(axes, line, index)
        for point in line.points:
            if point.name == panel.chosen:
                axes.plot(point.x[0], point.y[0], "o", ms=11, mfc="none", mec=ink, mew=1.5, zorder=4)
                axes.annotate(
                    point.name,
                    (point.x[0], point.y[0]),
                    xytext=(9, 7),
                    textcoords="offset points",
                    fontweight="bold",
                )
    axes.set_xlim(edges[0], edges[1])
    axes.set_ylim(edges[2], edges[3])
    if panel.y.log:
        axes.yaxis.set_major_locator(FixedLocator(ticks(edges[2], edges[3])))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda tick, _: tick_label(tick)))
    axes.grid(alpha=0.2)
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)


def _draw_series(axes: Axes, line: Series, index: int) -> None:
    colour = _COLOURS[index % len(_COLOURS)]
    for front, strength in ((False, 0.18), (True, 0.7)):
        shown = [point for point in line.points if point.front is front]
        ys, xs = [point.y for point in shown], [point.x for point in shown]
        axes.vlines([x[0] for x in xs], [y[1] for y in ys], [y[2] for y in ys], colors=colour, alpha=strength)
        if any(x[1] < x[2] for x in xs):
            axes.hlines(
                [y[0] for y in ys], [x[1] for x in xs], [x[2] for x in xs], colors=colour, alpha=strength
            )
    axes.scatter(
        [point.x[0] for point in line.points],
        [point.y[0] for point in line.points],
        s=26,
        c=colour,
        marker=_MARKERS[index % len(_MARKERS)],
        label=line.name,
        gid=f"series-{index}",
        zorder=3,
    )
