"""The network between nodes in the speed of a plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.catalog.resolve import resolve_hardware, resolve_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.outcome import Estimate, Placement
from advisor.documents.requirements import Load
from advisor.prediction.case import Case, Sized
from advisor.prediction.figures import Speed
from advisor.prediction.network import nodes_used, over_network
from advisor.sizing.weights import weigh

LOAD = Load(prompt_tokens=1000, output_tokens=100, concurrency=8)
ALONE = Speed(
    decode_tokens_per_s=Estimate(value=50.0, low=40.0, high=60.0, basis="measured"),
    time_to_first_token_s=Estimate(value=1.0, low=0.5, high=2.0, basis="measured"),
)


def case(hardware: str, gpus: int) -> tuple[Case, Sized]:
    """DeepSeek-V3.1 over *gpus* cards of that machine."""
    model, scheme = resolve_model("DeepSeek-V3.1"), find_scheme("W8A8-FP-block")
    place = Placement(kind="tensor-parallel", n_gpus=gpus, tensor_parallel=8, pipeline_parallel=gpus // 8)
    whole = Case(
        hardware=resolve_hardware(hardware), model=model, scheme=scheme, engine="vllm", backend="cuda"
    )
    return whole, Sized(weights=weigh(model, scheme, None), placement=place)


@pytest.mark.parametrize(("gpus", "nodes"), [(8, 1), (16, 2)])
def test_a_plan_takes_as_many_nodes_as_its_cards_need(gpus, nodes):
    """Half the cards are on one node."""
    assert nodes_used(*case("2x 8x H100 SXM", gpus)) == nodes


def test_one_node_is_left_as_it_is():
    """Nothing passes the network."""
    whole, sized = case("2x 8x H100 SXM", 8)
    assert over_network(whole, LOAD, sized, ALONE) is ALONE


def test_every_token_hands_on_its_hidden_state_at_each_border():
    """7168 values of 2 bytes over 1 GB/s: 14.3 us a token, eight at once in a step of decoding."""
    whole, sized = case("2 nodes of 8x H100 SXM, 8 Gb/s", 16)
    found = over_network(whole, LOAD, sized, ALONE)
    token_s = 7168 * 2 / 1e9
    assert found.decode_tokens_per_s.value == pytest.approx(1 / (1 / 50 + 8 * token_s))
    assert found.time_to_first_token_s.value == pytest.approx(1 + 1000 * token_s)
    assert found.decode_tokens_per_s.basis == "extrapolated"
    assert "network: 1 x 7168 x 2 bytes a token at 1 GB/s" in found.decode_tokens_per_s.evidence[0]


def test_a_network_without_a_rate_is_said():
    """Nothing is invented, and the basis is extrapolated all the same."""
    whole, sized = case("2x 8x H100 SXM", 16)
    found = over_network(whole, LOAD, sized, ALONE)
    assert found.decode_tokens_per_s == replace(
        ALONE.decode_tokens_per_s, basis="extrapolated", evidence=found.decode_tokens_per_s.evidence
    )
    assert "its rate is not stated" in found.decode_tokens_per_s.evidence[0]


def test_matrices_shared_over_the_network_add_up_twice_a_layer():
    """36 layers of 4096 values of 2 bytes, twice, at 25 GB/s: 23.6 us a token."""
    model, scheme = resolve_model("Qwen3-8B"), find_scheme("BF16")
    place = Placement(kind="tensor-parallel", n_gpus=2, n_layers=36, tensor_parallel=2)
    whole = Case(
        hardware=resolve_hardware("2x DGX Spark"), model=model, scheme=scheme, engine="vllm", backend="cuda"
    )
    found = over_network(whole, LOAD, Sized(weights=weigh(model, scheme, None), placement=place), ALONE)
    token_s = 2 * 36 * 4096 * 2 / 25e9
    assert found.decode_tokens_per_s.value == pytest.approx(1 / (1 / 50 + 8 * token_s))
