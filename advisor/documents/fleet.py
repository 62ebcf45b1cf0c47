"""What many machines together can do for one model."""

from __future__ import annotations

from dataclasses import dataclass, field

from advisor.documents.hardware import HardwareProfile
from advisor.documents.kinds import Status
from advisor.documents.outcome import Estimate
from advisor.documents.recommendation import NearestMiss, Plan
from advisor.documents.requirements import Requirements


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What replicas do together; None where no measurement leads to it."""

    requests_per_s: Estimate | None
    throughput_tokens_per_s: Estimate | None
    """Output tokens of all requests."""
    concurrency: int
    """Requests running at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapePlan:
    """Equal machines, planned once."""

    status: Status
    hardware: HardwareProfile
    nodes: tuple[str, ...]
    selector: dict[str, str] = field(default_factory=dict, hash=False)
    """Labels that these nodes have and no other node of the inventory; empty where none do."""
    places: int
    """Replicas: a node cut into slices has one in each."""
    plan: Plan | None
    """For one place."""
    capacity: Capacity | None
    """Of all places."""
    nearest_miss: NearestMiss | None = None
    why_not: tuple[str, ...] = ()
    """Why no engine that was asked for runs the model there at all."""
    what_would_change: tuple[str, ...] = ()
    """What would give these machines a plan; empty where they have one."""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedNode:
    """A machine that takes no work now."""

    node: str
    why_not: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetPlan:
    """One model over a whole inventory."""

    schema_version: str = "1.0"
    status: Status
    requirements: Requirements
    shapes: tuple[ShapePlan, ...]
    """The largest capacity first."""
    capacity: Capacity
    unused: tuple[UnusedNode, ...] = ()
