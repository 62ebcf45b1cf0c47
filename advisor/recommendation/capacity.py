"""One model over many machines: equal ones are planned once, and what they do is added up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from advisor.catalog.inventories import shape
from advisor.documents.fleet import Capacity, FleetPlan, ShapePlan, UnusedNode
from advisor.documents.hardware import HardwareProfile
from advisor.documents.inventory import InventoryMachine
from advisor.documents.kinds import BASES
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate
from advisor.documents.recommendation import Plan, Recommendation
from advisor.documents.requirements import Requirements
from advisor.prediction.own.evidence import OwnEvidence, OwnOf, nothing_of
from advisor.recommendation.no_way import no_way
from advisor.recommendation.recommend import recommend

TRIED_CONCURRENCY = (1, 16, 64)
"""Requests at once that are tried where none are asked for: alone, and where the serving tables of
`measurements/speed_serving` have most of their rows."""


def plan_fleet(
    requirements: Requirements,
    machines: Iterable[InventoryMachine],
    model: ModelProfile,
    *,
    tried: tuple[int, ...] = (),
    own: OwnOf = nothing_of,
) -> FleetPlan:
    """Every kind of machine planned once with what *own* knows of it, and the capacity of all.

    With *tried* each kind takes the number of requests at once that gives the most tokens/s while the need is
    met; without, the requirements' own loads.
    """
    shapes: dict[tuple[object, ...], list[InventoryMachine]] = {}
    unused = []
    machines = list(machines)
    for machine in machines:
        if machine.why_not is not None:
            unused.append(UnusedNode(node=machine.node, why_not=machine.why_not))
        else:
            shapes.setdefault(shape(machine.hardware), []).append(machine)
    planned = [
        replace(_shape(requirements, _alike(alike, own), model, tried), selector=_selector(alike, machines))
        for alike in shapes.values()
    ]
    planned.sort(key=lambda found: -_rate(found.capacity))
    served = [found.capacity for found in planned if found.capacity is not None]
    answered = {found.status for found in planned}
    return FleetPlan(
        status="ok" if "ok" in answered else "nothing_fits" if "nothing_fits" in answered else "not_measured",
        requirements=requirements,
        shapes=tuple(planned),
        capacity=Capacity(
            requests_per_s=_sum([part.requests_per_s for part in served]),
            throughput_tokens_per_s=_sum([part.throughput_tokens_per_s for part in served]),
            concurrency=sum(part.concurrency for part in served),
        ),
        unused=tuple(unused),
    )


class _Kind(NamedTuple):
    """Equal machines, and what was measured on one of them."""

    alike: list[InventoryMachine]
    hardware: HardwareProfile
    own: OwnEvidence


def _alike(alike: list[InventoryMachine], own: OwnOf) -> _Kind:
    first = alike[0]
    evidence = own(first.hardware)
    notes = (*first.hardware.notes, *evidence.notes)
    name = first.hardware.name.removesuffix(f" ({first.node})")
    return _Kind(alike, replace(first.hardware, name=name, notes=notes), evidence)


def _shape(requirements: Requirements, kind: _Kind, model: ModelProfile, tried: tuple[int, ...]) -> ShapePlan:
    alike, hardware, _ = kind
    found = _best(requirements, kind, model, tried)
    places = sum(machine.count for machine in alike)
    plan = found.recommendation
    return ShapePlan(
        status=found.status,
        hardware=hardware,
        nodes=tuple(machine.node for machine in alike),
        places=places,
        plan=plan,
        capacity=_capacity(plan, places) if plan else None,
        nearest_miss=found.nearest_miss,
        why_not=() if plan or found.nearest_miss else no_way(requirements, hardware, model),
        what_would_change=() if plan else found.what_would_change,
        warnings=found.warnings,
    )


def _selector(alike: list[InventoryMachine], everyone: list[InventoryMachine]) -> dict[str, str]:
    """The labels of *alike* where all have the same and nobody else has them."""
    wanted = alike[0].selector
    inside = {machine.node for machine in alike}
    chosen = {machine.node for machine in everyone if wanted.items() <= machine.selector.items()}
    return wanted if chosen == inside else {}


def _best(
    requirements: Requirements, kind: _Kind, model: ModelProfile, tried: tuple[int, ...]
) -> Recommendation:
    """The answer under the load that brings the most; the first one where nothing fits."""
    answers = [
        recommend(
            replace(requirements, loads=tuple(replace(load, concurrency=at) for load in requirements.loads)),
            kind.hardware,
            model,
            kind.own,
        )
        for at in tried
    ] or [recommend(requirements, kind.hardware, model, kind.own)]
    fitting = [found for found in answers if found.recommendation is not None]
    return max(fitting, key=_tokens_per_s, default=answers[0])


def _tokens_per_s(found: Recommendation) -> float:
    rate = found.recommendation and found.recommendation.predicted.throughput_tokens_per_s
    return rate.value if rate else 0.0


def _capacity(plan: Plan, places: int) -> Capacity:
    running = plan.predicted.concurrency
    return Capacity(
        requests_per_s=_times(plan.predicted.requests_per_s, places),
        throughput_tokens_per_s=_times(plan.predicted.throughput_tokens_per_s, places),
        concurrency=places * int(running.value if running else plan.concurrency),
    )


def _rate(capacity: Capacity | None) -> float:
    rate = capacity and capacity.throughput_tokens_per_s
    return rate.value if rate else 0.0


def _times(rate: Estimate | None, places: int) -> Estimate | None:
    """Equal machines are wrong by the same factor, so the interval grows with the value."""
    if rate is None:
        return None
    return replace(rate, value=rate.value * places, low=rate.low * places, high=rate.high * places)


def _sum(rates: list[Estimate | None]) -> Estimate | None:
    """Lows with lows and highs with highs: nobody measured how errors of unlike machines go together.

    Machines whose speed nobody measured add nothing, and the evidence says how many kinds they are.
    """
    known = [rate for rate in rates if rate is not None]
    if not known:
        return None
    missing = len(rates) - len(known)
    without = (
        f", without {missing} kind{'s' if missing > 1 else ''} whose speed is not measured" if missing else ""
    )
    return Estimate(
        value=sum(rate.value for rate in known),
        low=sum(rate.low for rate in known),
        high=sum(rate.high for rate in known),
        basis=max((rate.basis for rate in known), key=BASES.index),
        evidence=(f"the sum over all machines{without}",),
    )
