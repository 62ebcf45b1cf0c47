"""What comes closest when no machine at hand meets the need, and what would do."""

from dataclasses import replace

import pytest

from advisor.catalog.resolve import resolve_hardware, resolve_model
from advisor.documents.offers import Demand, Offer, Price
from advisor.documents.requirements import Load, Requirements
from advisor.recommendation.cheapest import cheapest
from advisor.recommendation.nearest_offer import nearest_offer

MODEL = resolve_model("Llama-3.1-8B")
NEED = Requirements(
    model=MODEL.name, loads=(Load(prompt_tokens=512, output_tokens=128),), schemes=("Q8_0", "Q4_K_M", "BF16")
)


def offer(hardware: str, amount: float) -> Offer:
    """A machine with a price by the hour."""
    price = Price(
        amount=amount, unit="usd_per_hour", date="2026-11-01", source_url="https://example.org", kind="test"
    )
    return Offer(name=hardware, provider="x", hardware=resolve_hardware(hardware), price=price)


OFFERS = (offer("H100 SXM", 3.0), offer("L4", 0.5), offer("RTX A2000", 0.1))


@pytest.mark.parametrize(
    ("asked", "option", "field"),
    [
        ({"min_decode_tokens_per_s": 900.0}, "--min-speed", "min_decode_tokens_per_s"),
        ({"max_ttft_s": 0.001}, "--max-ttft", "max_ttft_s"),
    ],
)
def test_what_would_do_does(asked, option, field):
    """The machine named meets the need with the option given."""
    need = replace(NEED, **asked)
    found = cheapest(need, MODEL, Demand(users=1), OFFERS)
    assert ("nothing_fits", option) == (found.status, found.nearest_miss.miss.change.split()[0])
    limit = float(found.nearest_miss.miss.change.split()[1].removesuffix("s"))
    mended = cheapest(replace(need, **{field: limit}), MODEL, Demand(users=1), OFFERS)
    assert found.nearest_miss.offer.name in [plan.offer.name for plan in mended.rent]


def test_a_first_token_later_than_the_limit_of_95_in_100_is_no_question_of_numbers():
    """Any number of machines waits for the prompt to be read; some number keeps the limit that is named."""
    demand = Demand(requests_per_s=1.0, p95_ttft_s=0.001)
    found = cheapest(NEED, MODEL, demand, OFFERS)
    option, limit = found.nearest_miss.miss.change.split()
    mended = cheapest(NEED, MODEL, replace(demand, p95_ttft_s=float(limit.removesuffix("s"))), OFFERS)
    assert ("--p95-ttft", "ok") == (option, mended.status)


def test_memory_that_no_machine_has_is_named():
    """Llama-3.1-405B on a card of 24 GB: what is short is its memory."""
    model = resolve_model("Llama-3.1-405B")
    found = nearest_offer(replace(NEED, model=model.name), model, [OFFERS[1]])
    assert ("L4", True) == (found.offer.name, "GiB" in found.miss.misses[0])


def test_of_equal_machines_the_cheapest_is_named():
    """Two offers of one shape: the price decides."""
    twice = [replace(OFFERS[0], name="dear"), offer("H100 SXM", 2.0)]
    found = nearest_offer(replace(NEED, min_decode_tokens_per_s=900.0), MODEL, twice)
    assert 2.0 == found.offer.price.amount
    assert cheapest(NEED, MODEL, Demand(users=1), twice).nearest_miss is None
