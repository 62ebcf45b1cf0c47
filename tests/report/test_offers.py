"""The cheapest machines as a page of text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.catalog.offers import instances
from advisor.catalog.resolve import resolve_hardware, resolve_model
from advisor.documents.offers import Demand, HardwareAnswer, Offer, Price
from advisor.documents.requirements import Load, Requirements
from advisor.recommendation.cheapest import cheapest
from advisor.report.offers import offers_text

MODEL = resolve_model("Llama-3.1-8B")
NEED = Requirements(
    model=MODEL.name, max_loss_pct=2.0, loads=(Load(prompt_tokens=512, output_tokens=128),), engines=("vllm",)
)
LOCAL = Requirements(model=MODEL.name, schemes=("Q4_K_M",), engines=("llama.cpp",))
OFFERS = tuple(found for found in instances() if found.provider == "lambda")


def offer(hardware: str, amount: float, unit: str = "usd_per_hour", source: str = "https://x") -> Offer:
    """A machine with a price."""
    price = Price(amount=amount, unit=unit, date="2026-11-01", source_url=source, kind="test price")
    return Offer(name=hardware, provider="shop", hardware=resolve_hardware(hardware), price=price)


@pytest.fixture(scope="module")
def answer() -> HardwareAnswer:
    """An L40S to rent, and one to buy whose source holds an escape sequence."""
    offers = [offer("L40S", 2.0), offer("L40S", 2000.0, "usd", "\x1b[31mme")]
    return replace(cheapest(NEED, MODEL, Demand(users=1), offers), left_out=("3 of something",))


def test_rent_comes_before_buying_and_every_price_has_its_date(answer):
    """By the hour, then once; what buying saves is said; what was not looked at comes last."""
    lines = offers_text(answer).splitlines()
    assert lines[0] == "Rent, by the hour:"
    assert lines.index("Rent, by the hour:") < lines.index("Buy:")
    assert "  L40S: 2 USD an hour, test price, 2026-11-01, https://x" in lines
    assert [line for line in lines if line.endswith("costs what 1,000 hours of the cheapest rent cost")] != []
    assert lines[-1] == "Not looked at: 3 of something"


def test_what_is_run_on_each_is_printed(answer):
    """The command of the cheapest."""
    lines = offers_text(answer).splitlines()
    assert lines[lines.index("Run on each L40S:") + 1] == f"  {answer.rent[0].plan.run_command}"


def test_a_source_steers_no_terminal(answer):
    """The user's own list may come from elsewhere."""
    text = offers_text(answer)
    assert ("\x1b" in text, "\\x1b[31mme" in text) == (False, True)


@pytest.mark.parametrize(
    ("replicas", "high", "words"),
    [(2, 2, "  2  "), (2, 5, "  2 (up to 5)  "), (2, None, "  2 (no number is sure to do)  ")],
)
def test_how_many_are_needed_at_the_slow_end_of_the_speed(answer, replicas, high, words):
    """One number where both ends agree."""
    rent = (replace(answer.rent[0], replicas=replicas, replicas_high=high),)
    assert words in offers_text(replace(answer, rent=rent, buy=()))


def test_no_machine_is_an_answer():
    """In a sentence."""
    nothing = HardwareAnswer(status="nothing_fits", requirements=NEED, demand=Demand(users=1))
    assert offers_text(nothing) == "No machine at hand meets the need."


def test_where_nothing_meets_the_need_the_nearest_is_told():
    """The machine, what it misses, and the option that would do."""
    found = cheapest(replace(LOCAL, min_decode_tokens_per_s=9000.0), MODEL, Demand(users=1), OFFERS)
    lines, nearest = offers_text(found).splitlines(), found.nearest_miss
    assert [
        "No machine at hand meets the need.",
        f"Nearest miss: {nearest.offer.name} of lambda, Q4_K_M of Llama-3.1-8B on llama.cpp",
        *(f"  - {text}" for text in nearest.miss.misses),
        f"  It would do with: {nearest.miss.change}",
    ] == lines[: 3 + len(nearest.miss.misses)]
