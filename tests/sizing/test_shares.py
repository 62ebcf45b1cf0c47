"""The parts of a model placed on several devices are the whole, whatever its architecture."""

from __future__ import annotations

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.hardware import Gpu, HardwareProfile, Memory
from advisor.documents.model import ModelProfile
from advisor.documents.scheme import SchemeProfile
from advisor.sizing.context_params import ContextParams
from advisor.sizing.kv_cache import kv_cache_bytes
from advisor.sizing.placement import candidates
from advisor.sizing.placement_case import PlacementCase
from advisor.sizing.weights import weigh

GIB = 1 << 30
ARCHITECTURES = (
    "Llama-3.1-8B",
    "Gemma-3-27B",
    "Gemma-3n-E4B",
    "Gemma-4-31B",
    "gpt-oss-20b",
    "Qwen3-30B-A3B",
    "Qwen3.5-27B",
    "Qwen3-Next-80B-A3B",
    "DeepSeek-V2-Lite",
    "DeepSeek-V4-Flash",
    "Kimi-Linear-48B-A3B",
    "MiMo-V2-Flash",
    "Nemotron-3-Nano-30B-A3B",
    "Granite-4.0-H-Small",
    "Falcon-H1-7B",
    "LFM2-1.2B",
    "Jamba2-Mini",
    "Llama-3.2-11B-Vision",
    "MiniMax-Text-01",
)


def machine(*gib: int) -> HardwareProfile:
    """Cards of these sizes beside much main memory."""
    return HardwareProfile(
        name="cards",
        source="user",
        gpus=tuple(
            Gpu(name=f"card {i}", vendor="NVIDIA", memory_total_bytes=size * GIB)
            for i, size in enumerate(gib)
        ),
        memory=Memory(total_bytes=2048 * GIB),
    )


def case(hardware: HardwareProfile, model: ModelProfile, scheme: SchemeProfile, engine: str) -> PlacementCase:
    """Two requests of 32 k on CUDA cards."""
    return PlacementCase(
        hardware=hardware,
        model=model,
        weights=weigh(model, scheme),
        scheme=scheme,
        engine=engine,
        backend="cuda",
        context_tokens=32768,
        concurrency=2,
    )


def cache_of(plan) -> int:
    """KV cache over all devices of a plan."""
    return sum(device.kv_cache_bytes for device in plan.devices)


@pytest.mark.parametrize("name", ARCHITECTURES)
@pytest.mark.parametrize("gpus", [(900,), (900, 900), (900, 500, 300), (8,), (8, 8)])
def test_local_parts_sum_to_the_whole_cache(name, gpus):
    """On one card, two or three, split by layers or by experts: the caches add up to that of one device."""
    model, scheme = find_model(name), find_scheme("Q4_K_M")
    whole = kv_cache_bytes(model, ContextParams(32768, 2)).value
    plans = candidates(case(machine(*gpus), model, scheme, "llama.cpp"))
    assert [cache_of(plan) for plan in plans] == pytest.approx([whole] * len(plans), abs=8)


@pytest.mark.parametrize("name", ARCHITECTURES)
@pytest.mark.parametrize("stages", [2, 3, 5])
def test_pipeline_stages_sum_to_the_whole(name, stages):
    """The stages of a pipeline over nodes hold cache and weights once; a tied matrix lies on both ends."""
    model, scheme = find_model(name), find_scheme("BF16")
    nodes = HardwareProfile(
        name="nodes",
        source="user",
        nodes=stages,
        gpus=machine(900).gpus,
        memory=Memory(total_bytes=2048 * GIB),
    )
    weights = weigh(model, scheme)
    plans = candidates(case(nodes, model, scheme, "vllm"))
    whole = kv_cache_bytes(model, ContextParams(32768, 2, "f16", paged=True)).value
    plan = next(plan for plan in plans if plan.pipeline_parallel == stages)
    held = sum(device.weights_bytes for device in plan.devices)
    assert cache_of(plan) == pytest.approx(whole, abs=8)
    copy = min(weights.embedding_bytes, 2 * model.vocab_size * model.hidden_size) if weights.tied else 0
    assert held == pytest.approx(weights.total_bytes.value + copy, rel=1e-6)
