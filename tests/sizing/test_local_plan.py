"""Every kind of plan of a local engine, and which of them is looked at."""

from __future__ import annotations

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.resolve import Overrides, resolve_hardware
from advisor.catalog.schemes import find_scheme
from advisor.sizing.placement import candidates
from advisor.sizing.placement_case import PlacementCase
from advisor.sizing.weights import weigh


def plans(hardware: str, model: str, ram: str = "64GB", **asked: object):
    """Every placement of Q4_K_M at 8 k, the best first."""
    profile, scheme = find_model(model), find_scheme("Q4_K_M")
    case = {"engine": "llama.cpp", "backend": "cuda", "context_tokens": 8192} | asked
    return candidates(
        PlacementCase(
            hardware=resolve_hardware(hardware, Overrides(ram=ram)),
            model=profile,
            weights=weigh(profile, scheme),
            scheme=scheme,
            **case,
        )
    )


@pytest.mark.parametrize(
    ("hardware", "model", "asked", "kinds"),
    [
        ("RTX 4090", "Llama-3.1-8B", {}, {"gpu"}),
        ("RTX 4090", "Llama-3.1-70B", {}, {"gpu", "split", "cpu"}),
        ("RTX 4060", "Qwen3-30B-A3B", {}, {"gpu", "experts-on-cpu", "split", "cpu"}),
        ("RTX 4060", "Qwen3-30B-A3B", {"engine": "ollama"}, {"gpu", "split", "cpu"}),
        ("RTX 4090", "Llama-3.1-8B", {"backend": "cpu"}, {"cpu"}),
        ("RTX 4090", "Llama-3.1-8B", {"gpu_layers": 0}, {"cpu"}),
        ("RTX 4090", "Llama-3.1-8B", {"gpu_layers": 20}, {"split"}),
        ("RTX 4090", "Qwen3-30B-A3B", {"cpu_expert_layers": 10}, {"experts-on-cpu"}),
        ("2x RTX 4090", "Llama-3.1-8B", {}, {"gpu", "multi-gpu"}),
    ],
)
def test_kinds_of_plans(hardware: str, model: str, asked: dict[str, object], kinds: set[str]) -> None:
    """What fits whole is not looked at in parts; what was asked for is the only plan."""
    assert kinds == {plan.kind for plan in plans(hardware, model, **asked)}


def test_slow_memory_is_read_least_by_the_best_plan() -> None:
    """A mixture of experts keeps its attention on the card: fewer bytes of a token cross main memory."""
    found = [plan.kind for plan in plans("RTX 4060", "Qwen3-30B-A3B") if plan.fits]
    assert ["experts-on-cpu", "split", "cpu"] == found


def test_the_layers_of_other_nodes_hold_what_one_machine_does_not() -> None:
    """Two nodes of one card each: llama.cpp's servers give both to one plan."""
    found = plans("2 nodes of 1x RTX 4090, 25 Gb/s", "Qwen3-32B", ram="8GB", context_tokens=32768)
    assert [("multi-gpu", 2)] == [(plan.kind, plan.n_gpus) for plan in found if plan.fits]
