"""The plots, drawn and read back."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from advisor.api import tradeoffs
from advisor.catalog.resolve import Overrides, resolve_hardware, resolve_model
from advisor.documents.requirements import Requirements
from advisor.report.pictures import inline_svg, panels, png, svg

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def table():
    """Of one model on one machine."""
    model = resolve_model("Llama-3.1-8B")
    need = Requirements(model=model.name, engines=("llama.cpp",))
    return tradeoffs(need, resolve_hardware("RTX 4090", Overrides()), model)


def test_every_point_has_its_name(table):
    """Hovering over a point of the page tells the scheme; there are as many names as points."""
    panel = panels(table)[0]
    root = ElementTree.fromstring(inline_svg(panel, "k"))
    names = [title.text for title in root.iter(f"{SVG}title")]
    assert sorted(point.name for line in panel.found for point in line.points) == sorted(names)


def test_axes_are_named(table):
    """With units."""
    texts = {node.text for node in ElementTree.fromstring(svg(panels(table))).iter(f"{SVG}text")}
    assert {"file, GB", "decode, tokens/s", "expected loss, %"} <= texts


def test_picture_takes_the_ink_of_the_page(table):
    """On a dark page the words are light: nothing is black."""
    drawn = inline_svg(panels(table)[0], "k")
    assert "currentColor" in drawn
    assert "#000000" not in drawn


def test_png_is_a_png(table):
    """Two panels at 150 dots an inch."""
    picture = png(panels(table))
    assert (b"\x89PNG", 2250) == (picture[:4], int.from_bytes(picture[16:20], "big"))


def test_nothing_measured_is_said(table):
    """A table without figures gives a picture that says so."""
    panel = panels(replace(table, rows=()))[0]
    assert "not measured" in svg([panel])
