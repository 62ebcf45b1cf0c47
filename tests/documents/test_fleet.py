"""What many machines together can do."""

from __future__ import annotations

from typing import Any

from advisor.documents.fleet import Capacity, FleetPlan, ShapePlan, UnusedNode
from advisor.documents.hardware import HardwareProfile
from advisor.documents.plain import parse, plain
from advisor.documents.requirements import Requirements

NOTHING = Capacity(requests_per_s=None, throughput_tokens_per_s=None, concurrency=0)
SHAPE = ShapePlan(
    status="nothing_fits",
    hardware=HardwareProfile(name="box", source="inventory"),
    nodes=("a", "b"),
    selector={"gpu": "x"},
    places=2,
    plan=None,
    capacity=None,
)
FLEET = FleetPlan(
    status="nothing_fits",
    requirements=Requirements(),
    shapes=(SHAPE,),
    capacity=NOTHING,
    unused=(UnusedNode(node="c", why_not="cordoned"),),
)


def test_a_fleet_is_read_back_as_it_was() -> None:
    """Nodes that take no work keep their reason."""
    assert parse(FleetPlan, plain(FLEET), what="fleet") == FLEET


def test_shapes_are_told_apart_by_more_than_their_labels() -> None:
    """Labels have no place in the hash: a table may be kept by shape."""
    assert hash(SHAPE) == hash(parse(ShapePlan, {**plain(SHAPE), "selector": {}}, what="shape"))


def test_a_status_is_one_of_three(refusal: Any) -> None:
    """What a program looks at first."""
    assert "it must be 'ok', 'nothing_fits' or 'not_measured'" in refusal(
        FleetPlan, {**plain(FLEET), "status": "fine"}
    )
