"""What comes closest when no machine at hand meets the need, and what to ask for instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import nlargest

from advisor.catalog.inventories import shape
from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.offers import NearestOffer, Offer
from advisor.documents.recommendation import NearestMiss
from advisor.documents.requirements import Requirements
from advisor.recommendation.changes import nearest_plan
from advisor.recommendation.evaluate import evaluate
from advisor.recommendation.judge import Judged
from advisor.recommendation.misses import rounded_up
from advisor.recommendation.plans import make_plan

_LOOKED_AT = 6
"""Machines looked at of those with the most memory, and of those with the fastest: a need that none of them
comes near to, none does."""
_ROOM_TO_WAIT = (1.1, 1.5, 2.0, 4.0)
"""Limits on the first token that are tried, over the time it takes without any waiting."""


def nearest_offer(
    requirements: Requirements, model: ModelProfile, offers: Iterable[Offer]
) -> NearestOffer | None:
    """The plan that misses the need by least, for one request at a time; the cheapest machine of equals.

    None where nothing asked for can be relaxed into a plan. Raises UsageError as `evaluate` does.
    """
    looked = _largest_and_fastest(offers)
    judged: list[Judged] = []
    for offer in looked:
        judged += evaluate(requirements, offer.hardware, model, everything=False)[0]
    found = nearest_plan(judged, requirements)
    if found is None:
        return None
    plan, miss = found
    offer = next(offer for offer in looked if offer.hardware is plan.case.hardware)
    return NearestOffer(offer=offer, miss=miss)


def waits_too_long(
    requirements: Requirements,
    p95_ttft_s: float,
    plans: Iterable[tuple[Offer, Judged]],
    enough: Callable[[Judged, float], bool],
) -> NearestOffer | None:
    """Where machines answer, but not 95 of 100 requests in time: the one whose first token comes soonest.

    *enough* says whether any number of machines keeps another limit, in seconds.
    """
    timed = [
        (ttft.value, offer, plan)
        for offer, plan in plans
        if (ttft := plan.outcome.time_to_first_token_s) is not None
    ]
    if not timed:
        return None
    first_s, offer, plan = min(timed, key=lambda one: one[0])
    limits = (rounded_up(first_s * factor) for factor in _ROOM_TO_WAIT)
    limit = next((text for text in limits if enough(plan, float(text))), "")
    text = f"the first token takes {first_s:.3g} s before any waiting (asked {p95_ttft_s:g} s for 95 of 100)"
    return NearestOffer(
        offer=offer,
        miss=NearestMiss(
            plan=make_plan(plan, requirements),
            misses=(text,),
            change=f"--p95-ttft {limit}s" if limit else "",
        ),
    )


def _largest_and_fastest(offers: Iterable[Offer]) -> list[Offer]:
    """The cheapest of each shape of machine, the largest memories and the fastest of them, by price."""
    by_shape: dict[tuple[object, ...], Offer] = {}
    for offer in sorted(offers, key=lambda offer: offer.price.amount):
        by_shape.setdefault(shape(offer.hardware), offer)
    chosen = [
        *nlargest(_LOOKED_AT, by_shape.values(), key=lambda offer: _memory_bytes(offer.hardware)),
        *nlargest(_LOOKED_AT, by_shape.values(), key=lambda offer: _bytes_per_s(offer.hardware)),
    ]
    return [offer for offer in by_shape.values() if any(offer is one for one in chosen)]


def _memory_bytes(hardware: HardwareProfile) -> int:
    return sum(gpu.memory_total_bytes or 0 for gpu in hardware.gpus)


def _bytes_per_s(hardware: HardwareProfile) -> float:
    return sum(gpu.bandwidth_bytes_per_s or 0.0 for gpu in hardware.gpus)
