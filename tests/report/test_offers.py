"""The cheapest machines in words, and what comes closest where there are none."""

from dataclasses import replace

from advisor.catalog.offers import instances
from advisor.catalog.resolve import resolve_model
from advisor.documents.offers import Demand
from advisor.documents.requirements import Requirements
from advisor.recommendation.cheapest import cheapest
from advisor.report.offers import offers_text

MODEL = resolve_model("Llama-3.1-8B")
NEED = Requirements(model=MODEL.name, schemes=("Q4_K_M",), engines=("llama.cpp",))
OFFERS = tuple(offer for offer in instances() if offer.provider == "lambda")


def test_every_price_has_its_date():
    """One line for each machine shown: the price, the day it was read, and where."""
    found = cheapest(NEED, MODEL, Demand(users=1), OFFERS)
    text = offers_text(found)
    assert [True] * len(found.rent) == [
        f"{plan.offer.price.date}, {plan.offer.price.source_url}" in text for plan in found.rent
    ]


def test_where_nothing_meets_the_need_the_nearest_is_told():
    """The machine, what it misses, and the option that would do."""
    found = cheapest(replace(NEED, min_decode_tokens_per_s=9000.0), MODEL, Demand(users=1), OFFERS)
    lines, nearest = offers_text(found).splitlines(), found.nearest_miss
    assert [
        "No machine at hand meets the need.",
        f"Nearest miss: {nearest.offer.name} of lambda, Q4_K_M of Llama-3.1-8B on llama.cpp",
        *(f"  - {text}" for text in nearest.miss.misses),
        f"  It would do with: {nearest.miss.change}",
    ] == lines[: 3 + len(nearest.miss.misses)]
