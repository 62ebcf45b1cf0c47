"""The reverse question: which machine, how many, and what it costs, for a model, a need and a demand."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace
from math import ceil, inf
from typing import NamedTuple

from advisor.catalog.inventories import shape
from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.offers import Demand, HardwareAnswer, NearestOffer, Offer, OfferPlan
from advisor.documents.outcome import Estimate, Outcome
from advisor.documents.requirements import Requirements
from advisor.prediction.own.evidence import OwnOf, nothing_of
from advisor.recommendation.best import best_of, best_plan
from advisor.recommendation.evaluate import Looked, feasible, feasible_of, look
from advisor.recommendation.judge import Judged, Setting
from advisor.recommendation.nearest_offer import nearest_offer, waits_too_long
from advisor.recommendation.plans import make_plan
from advisor.recommendation.queueing import replicas_needed, wait_s
from advisor.recommendation.rank import is_slow, ranked, reads_along
from advisor.recommendation.reasons import reasons
from advisor.recommendation.which_model import SHORTLIST

SHOWN = 5
"""Offers that are listed: more than anybody compares."""
SECONDS_PER_HOUR = 3600
MOST_AT_ONCE = 256
"""Requests at once on one machine that are tried: the serving tables hold few rows above it."""
LEAST_BPW = 1.5
"""No scheme stores less: IQ1_S, the smallest of any, has 1.56 bits (llama-quantize)."""


def cheapest(
    requirements: Requirements,
    model: ModelProfile,
    demand: Demand,
    offers: Iterable[Offer],
    own: OwnOf = nothing_of,
) -> HardwareAnswer:
    """The offers that meet the need, the cheapest first: SHOWN of each of rent and buy.

    Where people are taken to read along, machines that keep them waiting, or of whose speed nothing is
    known, come after those that do not. Every offer is looked at in the order of its price, and for no number
    of machines that together cost more than the last that would be shown. Machines of one shape are planned
    once.
    """
    market, offers = _Market(requirements, model, demand, own), tuple(offers)
    found: dict[str, list[_Bid]] = {"usd_per_hour": [], "usd": []}
    for offer in sorted(offers, key=lambda offer: offer.price.amount):
        best = found[offer.price.unit]
        limit = best[-1].total if len(best) == SHOWN and not best[-1].waits else inf
        if (bid := market.bid(offer, limit)) is not None:
            best.append(bid)
            best.sort(key=lambda bid: (bid.waits, bid.total))
            del best[SHOWN:]
    rent, buy = ([market.priced(bid) for bid in found[unit]] for unit in ("usd_per_hour", "usd"))
    if rent:
        buy = [replace(plan, break_even_hours=plan.total / rent[0].total) for plan in buy]
    return HardwareAnswer(
        status="ok" if rent or buy else "nothing_fits",
        requirements=requirements,
        demand=demand,
        rent=tuple(rent),
        buy=tuple(buy),
        nearest_miss=None if rent or buy else market.nearest(offers),
    )


class _Bid(NamedTuple):
    """An offer that meets the need."""

    offer: Offer
    plan: Judged
    at_once: int
    """Requests at once on one machine."""
    replicas: int
    waits: bool
    """Whether whoever reads along waits, or may: its speed is below reading speed or not known."""

    @property
    def total(self) -> float:
        """Price of all machines, in the price's unit."""
        return self.replicas * self.offer.price.amount


class _Market:
    """One model, need and demand, asked of many offers."""

    def __init__(self, requirements: Requirements, model: ModelProfile, demand: Demand, own: OwnOf) -> None:
        self.requirements, self.model, self.demand, self.own = requirements, model, demand, own
        self._plans: dict[tuple[object, ...], Judged | None] = {}
        self._looked: dict[tuple[object, ...], Looked] = {}
        """What the plans that meet the need were chosen from: an offer that is shown says why."""
        self._carries: dict[tuple[object, ...], bool] = {}
        self._soonest_s: dict[tuple[object, ...], float] = {}
        """Shape -> the least time to first token of one request under any plan."""

    def bid(self, offer: Offer, limit: float) -> _Bid | None:
        """The fewest machines of this offer, each with as many requests at once as the need allows; None
        where they cost *limit* together."""
        tried = [at_once for at_once in _tried(self.demand) if self._least(offer, at_once) < limit]
        if not tried or not _could_hold(offer, self.model) or not self._carries_one(offer):
            return None  # what does not carry one request carries no more
        bids = (self._bid(offer, at_once) for at_once in tried)
        bid = next((found for found in bids if found), None)
        if bid is None or not bid.waits:
            return bid
        fewer = tried[tried.index(bid.at_once) + 1 :]

        def in_time(at_once: int) -> _Bid | None:
            found = self._bid(offer, at_once)
            return None if found is None or found.waits else found

        # The fewer requests share a machine, the faster is each.
        first = bisect_left(fewer, True, key=lambda at_once: in_time(at_once) is not None)
        return in_time(fewer[first]) if first < len(fewer) else bid

    def _bid(self, offer: Offer, at_once: int) -> _Bid | None:
        plan = self._plan(offer, at_once) if self._may_carry(offer, at_once) else None
        replicas = _replicas(plan.outcome, self.demand, at_once, "value") if plan else None
        if plan is None or replicas is None:
            return None
        read = self.demand.requests_per_s is None and reads_along(self.requirements)
        waits = read and (plan.outcome.decode_tokens_per_s is None or is_slow(plan))
        return _Bid(offer, plan, at_once, replicas, waits)

    def _least(self, offer: Offer, at_once: int) -> float:
        """The price below which no machines of this offer carry the demand, in the price's unit."""
        return offer.price.amount * ceil((self.demand.users or 1) / at_once)

    @property
    def _shortlisted(self) -> bool:
        """Whether a time or a rate is asked for."""
        need = self.requirements
        timed = need.min_decode_tokens_per_s is not None or need.max_ttft_s is not None
        return timed or self.demand.requests_per_s is not None

    def _may_carry(self, offer: Offer, at_once: int) -> bool:
        """Whether a plan is worth looking for among all schemes. Where a time or a rate is asked for, it is
        if one of SHORTLIST keeps it: machines without are many and slow to rule out, and one in fifty of them
        has a plan in between."""
        if not self._shortlisted:
            return True
        need, key = self._need(at_once), (shape(offer.hardware), at_once)
        if key not in self._carries:
            plan = best_plan(need, self._setting(offer.hardware), SHORTLIST)
            enough = plan and _replicas(plan.outcome, self.demand, at_once, "value")
            self._carries[key] = enough is not None
        return self._carries[key]

    def nearest(self, offers: tuple[Offer, ...]) -> NearestOffer | None:
        """What comes closest of offers none of which bids."""
        alone, demand = self._need(1), self.demand
        held = [offer for offer in offers if (shape(offer.hardware), 1) in self._soonest_s]
        carried = [(offer, plan) for offer in held if (plan := self._plan(offer, 1))]
        if not carried or demand.p95_ttft_s is None:
            return nearest_offer(alone, self.model, offers)

        def enough(plan: Judged, limit_s: float) -> bool:
            return _replicas(plan.outcome, replace(demand, p95_ttft_s=limit_s), 1, "value") is not None

        return waits_too_long(alone, demand.p95_ttft_s, carried, enough)

    def _carries_one(self, offer: Offer) -> bool:
        """Whether there is a plan for one request; none too where no plan at all begins its answer within the
        limit, which further requests only put off."""
        limit_s, key = self.demand.p95_ttft_s, (shape(offer.hardware), 1)
        if limit_s is None:
            return self._may_carry(offer, 1) if self._shortlisted else self._plan(offer, 1) is not None
        if key not in self._soonest_s:
            need = self._need(1)
            plans = feasible(need, self._setting(offer.hardware), SHORTLIST)
            firsts = [plan.outcome.time_to_first_token_s for plan in plans]
            if not plans:
                self._plans[key] = None
            self._soonest_s[key] = min((first.value for first in firsts if first), default=inf)
        return self._soonest_s[key] < limit_s

    def _plan(self, offer: Offer, at_once: int) -> Judged | None:
        key = (shape(offer.hardware), at_once)
        if key not in self._plans:
            need, setting = self._need(at_once), self._setting(offer.hardware)
            looked = look(need, setting)
            self._plans[key] = best_of(looked, need, setting)
            if self._plans[key] is not None:
                self._looked[key] = looked
        return self._plans[key]

    def _setting(self, hardware: HardwareProfile) -> Setting:
        return Setting(hardware, self.model, own=self.own(hardware))

    def _need(self, at_once: int) -> Requirements:
        loads = tuple(replace(load, concurrency=at_once) for load in self.requirements.loads)
        return replace(self.requirements, loads=loads)

    def priced(self, bid: _Bid) -> OfferPlan:
        """What is said of an offer: its plan, and what it costs."""
        need, demand, outcome = self._need(bid.at_once), self.demand, bid.plan.outcome
        looked = self._looked[shape(bid.offer.hardware), bid.at_once]
        order = ranked(feasible_of(looked, need, self._setting(bid.offer.hardware)), need)
        waiting = None
        latency, ttft = outcome.request_latency_s, outcome.time_to_first_token_s
        if demand.requests_per_s is not None and latency is not None and ttft is not None:
            slots = bid.replicas * bid.at_once
            waiting = ttft.value + wait_s(slots, demand.requests_per_s, latency.value)
        output, prompt = _token_prices(bid.offer, outcome, need)
        return OfferPlan(
            offer=bid.offer,
            plan=make_plan(bid.plan, need, reasons(bid.plan, need, order)),
            replicas=bid.replicas,
            replicas_high=_replicas(outcome, demand, bid.at_once, "low"),
            total=bid.total,
            p95_ttft_s=waiting,
            usd_per_million_output_tokens=output,
            usd_per_million_input_tokens=prompt,
        )


def _could_hold(offer: Offer, model: ModelProfile) -> bool:
    """Whether the weights at LEAST_BPW fit into all memory there is: most small cards end here."""
    memory = sum(gpu.memory_total_bytes or 0 for gpu in offer.hardware.gpus)
    memory += offer.hardware.memory.total_bytes or 0
    return memory >= (model.n_params or 0) * LEAST_BPW / 8


def _tried(demand: Demand) -> list[int]:
    """Requests at once on one machine, most first: the users split over 1, 2, 4 … machines."""
    most = min(demand.users or MOST_AT_ONCE, MOST_AT_ONCE)
    tried = [most]
    while tried[-1] > 1:
        tried.append(ceil(tried[-1] / 2))
    return tried


def _replicas(outcome: Outcome, demand: Demand, at_once: int, end: str) -> int | None:
    """Machines needed when the speed is at *end* of its interval; None when no number is enough."""
    if demand.requests_per_s is None:
        return ceil((demand.users or 1) / at_once)
    latency, ttft = outcome.request_latency_s, outcome.time_to_first_token_s
    if latency is None or ttft is None:
        return None
    slower = {"value": "value", "low": "high"}[end]  # times are long where speeds are low
    kept, first = float(getattr(latency, slower)), float(getattr(ttft, slower))
    if demand.p95_ttft_s is None:
        return ceil(demand.requests_per_s * kept / at_once)
    return replicas_needed(at_once, demand.requests_per_s, kept, demand.p95_ttft_s - first)


def _token_prices(
    offer: Offer, outcome: Outcome, requirements: Requirements
) -> tuple[Estimate | None, Estimate | None]:
    """USD per million tokens out and in, of rented machines at full load.

    A request's cost is split by the machine's time: reading its prompt takes prompt ÷ prefill rate, the
    rest pays for the answer.
    """
    rate, prefill = outcome.requests_per_s, outcome.prefill_tokens_per_s
    if (
        offer.price.unit != "usd_per_hour"
        or rate is None
        or prefill is None
        or min(rate.low, prefill.value) <= 0
    ):
        return None, None
    whole = sum(load.weight for load in requirements.loads)
    prompt = sum(load.weight * load.prompt_tokens for load in requirements.loads) / whole
    output = sum(load.weight * load.output_tokens for load in requirements.loads) / whole
    share = min(1.0, prompt / prefill.value * rate.value)

    def price(part: float, tokens: float) -> Estimate:
        factor = 1e6 * part * offer.price.amount / SECONDS_PER_HOUR / tokens
        return Estimate(
            value=factor / rate.value,
            low=factor / rate.high,
            high=factor / rate.low,
            basis=rate.basis,
            evidence=(f"{offer.price.amount:g} USD an hour at {rate.value:.3g} requests/s",),
        )

    return price(1 - share, output), price(share, prompt)
