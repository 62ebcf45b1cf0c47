"""Plans over several cards of a serving engine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.resolve import resolve_hardware
from advisor.catalog.schemes import find_scheme
from advisor.sizing.placement import candidates, place
from advisor.sizing.placement_case import PlacementCase
from advisor.sizing.weights import weigh


def plans(hardware: str, model: str, scheme: str = "BF16", engine: str = "vllm", requests: int = 1):
    """Every placement of so many requests of 8 k, the best first."""
    profile, chosen = find_model(model), find_scheme(scheme)
    return candidates(
        PlacementCase(
            hardware=resolve_hardware(hardware),
            model=profile,
            weights=weigh(profile, chosen),
            scheme=chosen,
            engine=engine,
            backend="cuda",
            context_tokens=8192,
            concurrency=requests,
        )
    )


def test_every_division_of_four_cards() -> None:
    """Tensor parallel 4, 2 and 1, the stages that fill the machine, and one stage alone."""
    found = {(plan.tensor_parallel, plan.pipeline_parallel) for plan in plans("4x A100 80GB", "Qwen3-8B")}
    assert {(4, 1), (2, 2), (2, 1), (1, 4), (1, 1)} == found


def test_the_ends_of_a_pipeline_hold_embedding_and_output() -> None:
    """Four stages of 36 layers: nine each, the first with the embeddings, the last with the output."""
    model = find_model("Qwen3-8B")
    weights = weigh(model, find_scheme("BF16"))
    plan = next(p for p in plans("4x A100 80GB", "Qwen3-8B") if p.pipeline_parallel == 4)
    first, second, third, last = (device.weights_bytes for device in plan.devices)
    layers = sum(weights.layer_bytes[:9])
    assert (layers + weights.embedding_bytes, layers, layers) == pytest.approx((first, second, third), abs=4)
    assert first + second + third + last == pytest.approx(weights.total_bytes.value, abs=8)


def test_what_does_not_divide_goes_to_the_stages_before_the_last() -> None:
    """28 layers over three cards of a pipeline: 9, 10 and 9 (vLLM's rule)."""
    weights = weigh(find_model("Qwen2.5-7B"), find_scheme("BF16"))
    plan = next(p for p in plans("3x A100 80GB", "Qwen2.5-7B") if p.pipeline_parallel == 3)
    one = weights.layer_bytes[0]
    assert round(plan.devices[1].weights_bytes / one) == 10


def test_a_model_whose_groups_do_not_divide_is_refused_with_the_reason() -> None:
    """SmolLM2-360M is 960 wide, no multiple of 128: one plan, which no memory makes fit."""
    (found,) = plans("RTX 4090", "SmolLM2-360M", "W4A16-INT-gptq-g128")
    assert not found.fits
    assert found.binding == "vllm cannot load it: a width of 960 is no multiple of the group of 128"


def test_a_card_that_shares_main_memory_is_one_pool() -> None:
    """A DGX Spark has one device, and no more than what main memory has left."""
    plan = plans("DGX Spark", "Qwen3-8B")[0]
    assert ("unified", 1) == (plan.kind, len(plan.devices))


def shared(*asked, **more):
    """The plan that shares the experts alone; None where there is none."""
    return next((plan for plan in plans(*asked, **more) if plan.data_parallel > 1), None)


def test_gpus_share_the_experts_where_tensor_parallelism_copies_the_cache():
    """DeepSeek's latent on eight cards: the cache is an eighth, everything but the experts is whole."""
    asked = ("8x H200 SXM", "DeepSeek-V3.1", "W8A8-FP-block")
    found, together = shared(*asked, requests=64), plans(*asked, requests=64)[0]
    weights = weigh(find_model("DeepSeek-V3.1"), find_scheme("W8A8-FP-block"))
    experts = sum(weights.layer_expert_bytes)
    assert (8, 8, "data-parallel", True) == (
        found.data_parallel,
        found.n_gpus,
        found.kind,
        found.expert_parallel,
    )
    first, copied = found.devices[0], together.devices[0]
    assert (8, 1) == (together.tensor_parallel, together.data_parallel)
    assert copied.kv_cache_bytes == pytest.approx(8 * first.kv_cache_bytes, rel=1e-6)
    assert first.weights_bytes == pytest.approx(weights.total_bytes.value - experts * 7 / 8, rel=1e-3)


@pytest.mark.parametrize(
    ("model", "engine", "requests"),
    [
        ("DeepSeek-V3.1", "vllm", 7),
        ("DeepSeek-V3.1", "lmdeploy", 64),
        ("Qwen3-32B", "vllm", 64),
        ("Mixtral-8x7B", "vllm", 64),
    ],
)
def test_elsewhere_the_experts_are_not_shared_alone(model, engine, requests):
    """Fewer requests than cards, an engine that cannot, a dense model, and a head of the cache for each
    card."""
    assert shared("8x H200 SXM", model, engine=engine, requests=requests) is None


def test_an_uneven_number_of_requests_fills_one_card_more():
    """Nine over eight cards: one has two."""
    asked = ("8x H200 SXM", "DeepSeek-V3.1", "W8A8-FP-block")
    nine, sixteen = (shared(*asked, requests=count).devices[0].kv_cache_bytes for count in (9, 16))
    assert nine == pytest.approx(sixteen, rel=1e-6)


def placed(hardware: str, model: str, scheme: str, requests: int):
    """The placement chosen for so many requests of 8 k."""
    profile, chosen = find_model(model), find_scheme(scheme)
    return place(
        PlacementCase(
            hardware=resolve_hardware(hardware),
            model=profile,
            weights=weigh(profile, chosen),
            scheme=chosen,
            engine="vllm",
            backend="cuda",
            context_tokens=8192,
            concurrency=requests,
        )
    )


def test_a_model_that_one_node_holds_is_served_on_each():
    """Half the requests on each of two nodes: the plan of one node for half, room for twice as many."""
    two = placed("2 nodes of 8x H100 SXM", "Qwen3-32B", "BF16", 64)
    half = placed("8x H100 SXM", "Qwen3-32B", "BF16", 32)
    assert replace(half, replicas=2, max_concurrency=2 * half.max_concurrency) == two


@pytest.mark.parametrize(
    ("model", "scheme", "requests"),
    [("Qwen3-32B", "BF16", 1), ("Llama-3.1-405B", "BF16", 64), ("Llama-3.1-405B", "W8A8-FP-dynamic", 64)],
)
def test_one_server_stays_one(model, scheme, requests):
    """One request has nothing to share; a model that one node does not hold at 16 bits spans both."""
    assert placed("2 nodes of 8x H100 SXM", model, scheme, requests).replicas == 1


@pytest.mark.parametrize(
    ("model", "tensor", "gpus"), [("Qwen3-235B-A22B", 2, 2), ("Qwen3-8B", 1, 1), ("Llama-3.1-405B", 4, 4)]
)
def test_machines_of_one_gpu_share_the_matrices_over_their_link(model, tensor, gpus):
    """DGX Sparks run tensor parallel over their ConnectX ports what one of them does not hold."""
    found = placed(f"{gpus if gpus > 1 else 2}x DGX Spark", model, "W4A16-INT-gptq-g128", 1)
    assert (tensor, 1, gpus) == (found.tensor_parallel, found.pipeline_parallel, found.n_gpus)


def test_without_a_link_they_are_stages_of_a_pipeline():
    """Nobody states what joins two machines with one card each."""
    found = placed("2 nodes of 1x A100 80GB", "Llama-3.3-70B", "W8A8-INT", 64)
    assert (1, 2) == (found.tensor_parallel, found.pipeline_parallel)
