"""Points, series and axes of the plots."""

from __future__ import annotations

from math import log10

import pytest

from advisor.api import tradeoffs
from advisor.catalog.resolve import resolve_hardware, resolve_model
from advisor.documents.outcome import Estimate
from advisor.documents.requirements import Requirements
from advisor.documents.tradeoffs import Table
from advisor.report.series import (
    LEAST_LOSS_PCT,
    LOSS,
    SERIES,
    SIZE,
    Point,
    Series,
    limits,
    scaled,
    series,
    series_of,
    tick_label,
    ticks,
)


@pytest.fixture(scope="module")
def table() -> Table:
    """Of Llama-3.1-8B on a card that some schemes do not fit."""
    model = resolve_model("Llama-3.1-8B")
    need = Requirements(model=model.name, engines=("llama.cpp", "vllm"))
    return tradeoffs(need, resolve_hardware("RTX 4060"), model)


def test_every_drawable_row_is_one_point(table: Table) -> None:
    """A row with both figures is drawn once when everything is wanted, else only when it meets the need."""
    drawable = [row for row in table.rows if SIZE.get(row) and LOSS.get(row)]
    counted = {
        wanted: sum(len(line.points) for line in series(table.rows, SIZE, LOSS, wanted))
        for wanted in (True, False)
    }
    assert {True: len(drawable), False: sum(row.feasible for row in drawable)} == counted
    assert 0 < counted[False] < counted[True]


def test_series_stand_in_the_order_of_the_legend(table: Table) -> None:
    """Families in one fixed order, each point by size from the left."""
    found = series(table.rows, SIZE, LOSS, everything=True)
    order = [name for name, _ in SERIES] + ["others"]
    assert sorted((line.name for line in found), key=order.index) == [line.name for line in found]
    assert [sorted(line.points, key=lambda p: p.x) for line in found] == [list(line.points) for line in found]


def test_a_family_of_no_series_is_among_the_others(table: Table) -> None:
    """Every family belongs somewhere."""
    named = {family for _, families in SERIES for family in families}
    assert {row.family in named for row in table.rows} >= {True}
    assert {row.family: "others" for row in table.rows if row.family not in named} == {
        row.family: series_of(row) for row in table.rows if row.family not in named
    }


def test_a_loss_of_nothing_stands_at_the_edge() -> None:
    """A logarithm of zero would be endless: the axis ends at a hundredth of a percent, and is labelled 0."""
    none = Estimate(value=0.0, low=-1.0, high=1.0, basis="measured")
    assert (log10(LEAST_LOSS_PCT), log10(LEAST_LOSS_PCT), 0.0) == scaled(none, LOSS)
    assert ("0", "0.03", "10") == tuple(map(tick_label, (log10(LEAST_LOSS_PCT), log10(0.03), 1.0)))


def test_sizes_are_in_gigabytes() -> None:
    """An axis divides by its unit."""
    assert (5.0, 4.0, 6.0) == scaled(Estimate(value=5e9, low=4e9, high=6e9, basis="measured"), SIZE)


def test_ticks_of_a_decade() -> None:
    """1, 3 and 10 between one and ten."""
    assert pytest.approx([0.0, log10(3), 1.0]) == ticks(0.0, 1.0)


def test_no_point_lies_on_the_frame() -> None:
    """A margin around what is drawn; no frame without points; one point has a frame too."""
    low, high = Point("a", (1, 0, 2), (1, 0.5, 3)), Point("b", (3, 2, 4), (5, 4, 9), front=True)
    assert pytest.approx((0.92, 3.08, 0.6, 9.4)) == limits([Series("s", (low, high))], ends=True)
    assert pytest.approx((0.96, 1.04, 0.95, 1.05)) == limits([Series("s", (low,))], ends=True)
    assert limits([], ends=True) is None
