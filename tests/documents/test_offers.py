"""Machines that can be had, and what they cost."""

from __future__ import annotations

from typing import Any

from advisor.documents.hardware import HardwareProfile
from advisor.documents.offers import Demand, HardwareAnswer, Offer, Price
from advisor.documents.plain import parse, plain
from advisor.documents.requirements import Requirements


def test_a_price_has_a_date_and_a_source(refusal: Any) -> None:
    """Without them it is not shown, so it cannot be written."""
    price = plain(Price(amount=2.5, unit="usd_per_hour", date="2026-11-01", source_url="https://x"))
    assert "it must be 'usd_per_hour' or 'usd'" in refusal(Price, {**price, "unit": "eur"})
    del price["date"]
    assert "lacks the field 'date'" in refusal(Price, price)


def test_an_offer_is_read_back_as_it_was() -> None:
    """The machine is a document of its own."""
    price = Price(amount=1999, unit="usd", date="2026-11-01", source_url="https://x", kind="list price")
    offer = Offer(
        name="card", provider="shop", hardware=HardwareProfile(name="box", source="catalogue"), price=price
    )
    assert parse(Offer, plain(offer), what="offer") == offer


def test_an_answer_without_offers_says_what_was_left_out() -> None:
    """Nothing to rent and nothing to buy is an answer too."""
    answer = HardwareAnswer(
        status="nothing_fits", requirements=Requirements(), demand=Demand(users=4), left_out=("x: no price",)
    )
    assert (answer.rent, answer.buy, plain(answer)["left_out"]) == ((), (), ["x: no price"])
