"""Which machine to rent or buy: offers with dated prices, and what each would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from advisor.documents.hardware import HardwareProfile
from advisor.documents.kinds import Status
from advisor.documents.outcome import Estimate
from advisor.documents.recommendation import NearestMiss, Plan
from advisor.documents.requirements import Requirements

PriceUnit = Literal["usd_per_hour", "usd"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A price with its date and source: a price without them is not shown."""

    amount: float
    unit: PriceUnit
    date: str
    source_url: str
    kind: str = ""
    """On demand in which region, list price, street price, or the user's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One machine that can be had."""

    name: str
    provider: str
    hardware: HardwareProfile
    price: Price
    measured_decode_w: float | None = None
    """Power read while decoding, where somebody measured it."""
    measured_what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """How much must be served: people at once, or requests that arrive at random."""

    users: int | None = None
    """Requests at once, each user's next one following the last."""
    requests_per_s: float | None = None
    """Poisson arrivals; None = no rate asked for."""
    p95_ttft_s: float | None = None
    """With `requests_per_s`: 95 of 100 requests have their first token within this time, waiting included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferPlan:
    """One offer meeting the need."""

    offer: Offer
    plan: Plan
    """What each machine runs."""
    replicas: int
    """Machines needed, by the expected speed."""
    replicas_high: int | None
    """Machines needed if the speed is at the low end of its interval; None when no number is enough."""
    total: float
    """Price of all replicas, in the price's unit."""
    p95_ttft_s: float | None = None
    usd_per_million_output_tokens: Estimate | None = None
    """At full load; the prompt's share of the time is not in it."""
    usd_per_million_input_tokens: Estimate | None = None
    break_even_hours: float | None = None
    """Hours after which buying costs less than the cheapest rent, power and people not counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestOffer:
    """The machine that comes closest when none meets the need."""

    offer: Offer
    miss: NearestMiss
    """Its plan for one request at a time, by how much it misses, and what to relax."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HardwareAnswer:
    """The cheapest machines that meet the need."""

    schema_version: str = "1.0"
    status: Status
    requirements: Requirements
    demand: Demand
    rent: tuple[OfferPlan, ...] = ()
    """The cheapest first."""
    buy: tuple[OfferPlan, ...] = ()
    nearest_miss: NearestOffer | None = None
    """Only where nothing meets the need."""
    left_out: tuple[str, ...] = ()
    """What was not looked at, and why."""
    warnings: tuple[str, ...] = ()
