"""Which machine, how many, at what price."""

from dataclasses import replace
from math import ceil
from typing import Any

import pytest

from advisor.catalog.resolve import resolve_hardware, resolve_model
from advisor.documents.offers import Demand, Offer, Price
from advisor.documents.requirements import Load, Requirements
from advisor.recommendation.candidates import candidates
from advisor.recommendation.cheapest import cheapest
from advisor.recommendation.reading import READING_TOKENS_PER_S
from advisor.recommendation.recommend import recommend

MODEL = resolve_model("Llama-3.1-8B")
NEED = Requirements(
    model=MODEL.name, max_loss_pct=2.0, loads=(Load(prompt_tokens=512, output_tokens=128),), engines=("vllm",)
)


def offer(hardware: str, amount: float, unit="usd_per_hour") -> Offer:
    """A machine with a price."""
    price = Price(amount=amount, unit=unit, date="2026-11-01", source_url="https://example.org", kind="test")
    return Offer(name=hardware, provider="x", hardware=resolve_hardware(hardware), price=price)


def test_the_cheapest_comes_first():
    """Of machines that meet the need the total price decides, however fast the dearer one is."""
    found = cheapest(NEED, MODEL, Demand(users=1), [offer("H100 SXM", 3.0), offer("L40S", 1.0)])
    assert [("L40S", 1, 1.0), ("H100 SXM", 1, 3.0)] == [
        (plan.offer.name, plan.replicas, plan.total) for plan in found.rent
    ]


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ({}, "RTX 4090"),
        ({"min_decode_tokens_per_s": 0.5}, "RTX 4060 8GB, 64GB"),
        ({"objective": "size"}, "RTX 4060 8GB, 64GB"),
    ],
)
def test_a_machine_that_keeps_readers_waiting_comes_last(asked: dict[str, Any], first: str) -> None:
    """A card that holds a part of the model answers below reading speed: it comes behind a dearer one, unless
    a speed or an objective says that nobody reads along."""
    need = Requirements(schemes=("Q4_K_M",), engines=("llama.cpp",), max_loss_pct=5.0, **asked)
    machines = [offer("RTX 4060 8GB, 64GB", 0.1), offer("RTX 4090", 1.0)]
    found = cheapest(need, resolve_model("Qwen2.5-32B"), Demand(users=1), machines)
    assert found.rent[0].offer.name == first
    assert len(found.rent) == 2


def test_users_share_a_machine_as_far_as_they_can_read_along() -> None:
    """Of 1, 2, 4 … machines the fewest on which each of the users gets reading speed."""
    need = Requirements(schemes=("Q4_K_M",), engines=("llama.cpp",))
    (plan,) = cheapest(need, resolve_model("Qwen3-8B"), Demand(users=64), [offer("RTX 3060 12GB", 0.1)]).rent
    assert plan.plan.predicted.decode_tokens_per_s.value >= READING_TOKENS_PER_S
    assert plan.replicas == ceil(64 / plan.plan.concurrency) > 1


def test_a_machine_too_small_is_no_offer():
    """What cannot hold the model is not among the answers, and with nothing else the status says so."""
    found = cheapest(NEED, MODEL, Demand(users=1), [offer("RTX A1000", 0.01)])
    assert ("nothing_fits", ()) == (found.status, found.rent)


def test_a_quantized_checkpoint_has_the_scheme_it_has():
    """Nobody named a scheme, so none is refused: the machines are those for the checkpoint as it is."""
    quantized = replace(MODEL, fixed_scheme="W4A16-INT-awq-g128")
    found = cheapest(replace(NEED, max_loss_pct=None), quantized, Demand(users=1), [offer("L40S", 1.0)])
    assert ["W4A16-INT-awq-g128"] == [plan.plan.scheme for plan in found.rent]


def test_more_users_need_more_machines():
    """Users are split over machines that each keep the least speed; the price is the sum."""
    need = replace(NEED, min_decode_tokens_per_s=40.0)
    one = cheapest(need, MODEL, Demand(users=1), [offer("L40S", 1.0)]).rent[0]
    many = cheapest(need, MODEL, Demand(users=400), [offer("L40S", 1.0)]).rent[0]
    assert many.replicas > one.replicas == 1
    assert many.total == many.replicas * 1.0
    assert many.replicas * many.plan.concurrency >= 400


def test_price_of_a_million_tokens():
    """What a machine earns in an hour at full load, prompt and answer together, is its price."""
    plan = cheapest(NEED, MODEL, Demand(users=32), [offer("L40S", 1.0)]).rent[0]
    per_hour = 3600 * plan.plan.predicted.requests_per_s.value
    earned = per_hour * (
        128 * plan.usd_per_million_output_tokens.value + 512 * plan.usd_per_million_input_tokens.value
    )
    assert 1.0 == pytest.approx(earned / 1e6)


def test_break_even():
    """A card that costs a thousand hours of the cheapest rent breaks even after a thousand hours."""
    found = cheapest(NEED, MODEL, Demand(users=1), [offer("L40S", 2.0), offer("L40S", 2000.0, "usd")])
    assert 1000.0 == found.buy[0].break_even_hours


def test_random_arrivals_cost_more_than_their_mean():
    """A p95 limit on the first token needs at least the machines that the mean load needs."""
    offers = [offer("L40S", 1.0)]
    mean = cheapest(NEED, MODEL, Demand(requests_per_s=40.0), offers).rent[0]
    tight = cheapest(NEED, MODEL, Demand(requests_per_s=40.0, p95_ttft_s=1.0), offers).rent[0]
    assert tight.replicas >= mean.replicas
    assert tight.p95_ttft_s <= 1.0


def test_a_limit_that_one_request_misses_is_asked_of_no_more(monkeypatch):
    """No plan begins its answer in a hundredth of a second: the machine is planned for one request alone."""
    asked = []

    def counted(need: Requirements, *others: Any) -> Any:
        asked.append(need.loads[0].concurrency)
        return candidates(need, *others)

    monkeypatch.setattr("advisor.recommendation.evaluate.candidates", counted)
    found = cheapest(NEED, MODEL, Demand(requests_per_s=5.0, p95_ttft_s=0.01), [offer("L40S", 1.0)])
    assert ([1, 1], "nothing_fits") == (asked, found.status)
    assert found.nearest_miss is not None


MACHINES = (
    "RTX 3060 12GB", "RTX 3090", "RTX 4060 Ti 16GB", "RTX 4070", "RTX 4090", "RTX 5090", "RTX A6000", "T4",
    "V100 16GB", "A10", "A100 40GB", "2x A100 80GB", "L4", "L40S", "H100 SXM", "2x H100 PCIe", "H200", "B200",
    "RX 7900 XTX", "RX 9070 XT", "MI300X", "Arc B580", "Arc A770 16GB", "M3 Max 64GB", "M4 Pro 48GB",
    "Ryzen AI Max+ 395 128GB", "EPYC 9654 384GB", "RTX 4090 + EPYC 9654 128GB", "g5.xlarge", "p4d.24xlarge",
)  # fmt: skip


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("limit", [{}, {"max_ttft_s": 1.5}], ids=["any", "soon"])
def test_a_machine_to_rent_has_the_plan_it_has_when_named(machine: str, limit: dict[str, float]):
    """Every scheme is considered, as `recommend` considers it, and reasons and figures are the same."""
    need = Requirements(model=MODEL.name, loads=(Load(prompt_tokens=512, output_tokens=128),), **limit)
    found = cheapest(need, MODEL, Demand(users=1), [offer(machine, 1.0)])
    named = recommend(need, resolve_hardware(machine), MODEL).recommendation
    assert [named] == ([one.plan for one in found.rent] or [None])
