"""The reverse question: which machine, how many, and what it costs, for a model, a need and a demand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import ceil

from advisor.catalog.inventories import shape
from advisor.documents.model import ModelProfile
from advisor.documents.offers import Demand, HardwareAnswer, Offer, OfferPlan
from advisor.documents.outcome import Estimate
from advisor.documents.recommendation import Plan
from advisor.documents.requirements import Requirements
from advisor.recommendation.evaluate import evaluate
from advisor.recommendation.queueing import replicas_needed, wait_s
from advisor.recommendation.recommend import answer
from advisor.recommendation.which_model import SHORTLIST

SHOWN = 5
SECONDS_PER_HOUR = 3600
MOST_AT_ONCE = 256
"""Requests at once on one machine that are tried: the serving tables hold few rows above it."""
WAIT_SHARE = 0.95
LEAST_BPW = 1.5
"""No scheme of SHORTLIST stores less: IQ1_S, the smallest of any, has 1.56 bits (llama-quantize)."""

Plans = dict[tuple[object, ...], Plan | None]


def cheapest(
    requirements: Requirements, model: ModelProfile, demand: Demand, offers: Iterable[Offer]
) -> HardwareAnswer:
    """The offers that meet the need, the cheapest first: SHOWN of each of rent and buy.

    Every offer is looked at in the order of its price, and no longer once one machine alone costs more than
    the last that would be shown. Machines of one shape are planned once.
    """
    if not (requirements.schemes or model.fixed_scheme):
        requirements = replace(requirements, schemes=(*SHORTLIST, "BF16"))
    plans: Plans = {}
    found: dict[str, list[OfferPlan]] = {"usd_per_hour": [], "usd": []}
    for offer in sorted(offers, key=lambda offer: offer.price.amount):
        best = found[offer.price.unit]
        if len(best) == SHOWN and offer.price.amount >= best[-1].total:
            continue
        if (planned := _plan(offer, requirements, model, demand, plans)) is not None:
            best.append(planned)
            best.sort(key=lambda plan: plan.total)
            del best[SHOWN:]
    rent, buy = found["usd_per_hour"], found["usd"]
    if rent:
        buy = [replace(plan, break_even_hours=plan.total / rent[0].total) for plan in buy]
    return HardwareAnswer(
        status="ok" if rent or buy else "nothing_fits",
        requirements=requirements,
        demand=demand,
        rent=tuple(rent),
        buy=tuple(buy),
    )


def _plan(
    offer: Offer, requirements: Requirements, model: ModelProfile, demand: Demand, plans: Plans
) -> OfferPlan | None:
    """The fewest machines of this offer, each with as many requests at once as the need allows."""

    def planned(at_once: int) -> Plan | None:
        key = (shape(offer.hardware), at_once)
        if key not in plans:
            loads = tuple(replace(load, concurrency=at_once) for load in requirements.loads)
            need = replace(requirements, loads=loads)
            judged = evaluate(need, offer.hardware, model, everything=False)
            plans[key] = answer(need, offer.hardware, *judged).recommendation
        return plans[key]

    if not _could_hold(offer, model) or planned(1) is None:
        return None  # what does not carry one request carries no more
    for at_once in _tried(demand):
        plan = planned(at_once)
        if plan is not None and (replicas := _replicas(plan, demand, at_once, "value")) is not None:
            return _priced(offer, plan, requirements, demand, (at_once, replicas))
    return None


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


def _replicas(plan: Plan, demand: Demand, at_once: int, end: str) -> int | None:
    """Machines needed when the speed is at *end* of its interval; None when no number is enough."""
    if demand.requests_per_s is None:
        return ceil((demand.users or 1) / at_once)
    latency, ttft = plan.predicted.request_latency_s, plan.predicted.time_to_first_token_s
    if latency is None or ttft is None:
        return None
    slower = {"value": "value", "low": "high"}[end]  # times are long where speeds are low
    kept, first = float(getattr(latency, slower)), float(getattr(ttft, slower))
    if demand.p95_ttft_s is None:
        return ceil(demand.requests_per_s * kept / at_once)
    return replicas_needed(at_once, demand.requests_per_s, kept, demand.p95_ttft_s - first, WAIT_SHARE)


def _priced(
    offer: Offer, plan: Plan, requirements: Requirements, demand: Demand, chosen: tuple[int, int]
) -> OfferPlan:
    """The offer with its plan; *chosen* is requests at once on one machine, and machines."""
    at_once, replicas = chosen
    waiting = None
    latency, ttft = plan.predicted.request_latency_s, plan.predicted.time_to_first_token_s
    if demand.requests_per_s is not None and latency is not None and ttft is not None:
        wait = wait_s(replicas * at_once, demand.requests_per_s, latency.value, WAIT_SHARE)
        waiting = ttft.value + wait
    output, prompt = _token_prices(offer, plan, requirements)
    return OfferPlan(
        offer=offer,
        plan=plan,
        replicas=replicas,
        replicas_high=_replicas(plan, demand, at_once, "low"),
        total=replicas * offer.price.amount,
        p95_ttft_s=waiting,
        usd_per_million_output_tokens=output,
        usd_per_million_input_tokens=prompt,
    )


def _token_prices(
    offer: Offer, plan: Plan, requirements: Requirements
) -> tuple[Estimate | None, Estimate | None]:
    """USD per million tokens out and in, of rented machines at full load.

    A request's cost is split by the machine's time: reading its prompt takes prompt ÷ prefill rate, the
    rest pays for the answer.
    """
    rate, prefill = plan.predicted.requests_per_s, plan.predicted.prefill_tokens_per_s
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
