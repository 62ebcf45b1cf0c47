"""Where models land on named machines, and that a plan called feasible leaves room everywhere."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.hardware import Cpu, Gpu, HardwareProfile, Memory
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Placement
from advisor.sizing.overheads import usable_total
from advisor.sizing.placement import candidates, place
from advisor.sizing.placement_case import PlacementCase
from advisor.sizing.weights import weigh

GIB = 1 << 30


def _machine(name, gpus=(), ram_gib=None, nodes=1):
    return HardwareProfile(
        name=name,
        source="catalogue",
        cpu=Cpu(),
        gpus=tuple(gpus),
        nodes=nodes,
        memory=Memory(total_bytes=None if ram_gib is None else ram_gib * GIB),
    )


def _gpu(name, gib, vendor="NVIDIA", unified=False):
    return Gpu(name=name, vendor=vendor, memory_total_bytes=int(gib * GIB), unified_memory=unified)


RTX_4090 = _machine("RTX 4090", [_gpu("RTX 4090", 23.99)], 64)
RTX_4060 = _machine("RTX 4060", [_gpu("RTX 4060", 8)], 32)
TWO_A100 = _machine("2x A100 80GB", [_gpu("A100 80GB", 80)] * 2, 512)
M3_MAX = _machine("M3 Max 64GB", [_gpu("M3 Max", 48, "Apple", unified=True)], 64)
LAPTOP = _machine("laptop", [], 16)
STRIX_HALO = _machine("Strix Halo 128GB", [_gpu("Radeon 8060S", 112, "AMD", unified=True)], 128)
TWO_NODES = _machine("2 nodes of 8x H100", [_gpu("H100", 80)] * 8, 1024, nodes=2)


def _case(
    hardware: HardwareProfile,
    model: str | ModelProfile,
    scheme: str,
    engine: str = "llama.cpp",
    backend: str = "cuda",
    **settings: Any,
) -> PlacementCase:
    """A case by names; *settings* in place of 8 k of context for one request."""
    profile, chosen = find_model(model) if isinstance(model, str) else model, find_scheme(scheme)
    return PlacementCase(
        hardware=hardware,
        model=profile,
        weights=weigh(profile, chosen),
        scheme=chosen,
        engine=engine,
        backend=backend,
        **{"context_tokens": 8192} | settings,
    )


def _place(*names: Any, **settings: Any) -> Placement:
    return place(_case(*names, **settings))


def test_8b_lies_wholly_on_a_4090():
    """Llama-3.1-8B Q4_K_M with 8 k context: all 33 layers on the GPU, token embeddings in main memory."""
    found = _place(RTX_4090, "Llama-3.1-8B", "Q4_K_M")
    weights = weigh(find_model("Llama-3.1-8B"), find_scheme("Q4_K_M"))
    assert (found.kind, found.fits, found.gpu_layers, found.basis) == ("gpu", True, 33, "exact")
    assert found.devices[0].weights_bytes == weights.total_bytes.value - weights.embedding_bytes
    assert found.devices[0].kv_cache_bytes == GIB
    assert found.max_context_tokens == 131072


def test_tied_embeddings_are_held_twice_on_a_gpu():
    """Gemma-3-4B: the GPU holds the whole file, main memory the embeddings again."""
    weights = weigh(find_model("Gemma-3-4B"), find_scheme("Q4_K_M"))
    found = _place(RTX_4090, "Gemma-3-4B", "Q4_K_M")
    assert found.devices[0].weights_bytes == pytest.approx(weights.total_bytes.value, rel=1e-6)
    assert found.devices[1].weights_bytes == weights.embedding_bytes


def test_experts_go_to_main_memory_before_layers_do():
    """Qwen3-30B-A3B Q4_K_M on 8 GB + 32 GB: attention and KV cache stay on the GPU, some experts leave."""
    found = _place(RTX_4060, "Qwen3-30B-A3B", "Q4_K_M")
    assert (found.kind, found.fits, found.gpu_layers) == ("experts-on-cpu", True, 49)
    assert 0 < found.cpu_expert_layers < 48
    assert found.devices[1].kv_cache_bytes == 0


def test_fewest_expert_layers_are_moved():
    """One layer of experts fewer in main memory would not fit the GPU."""
    found = _place(RTX_4060, "Qwen3-30B-A3B", "Q4_K_M")
    weights = weigh(find_model("Qwen3-30B-A3B"), find_scheme("Q4_K_M"))
    gpu, one_layer = found.devices[0], weights.layer_expert_bytes[found.cpu_expert_layers - 1]
    assert gpu.planned_bytes <= gpu.available_bytes < gpu.planned_bytes + one_layer


def test_engines_without_an_expert_switch_split_by_layer():
    """Ollama documents no switch for experts: the same machine splits by layer."""
    assert _place(RTX_4060, "Qwen3-30B-A3B", "Q4_K_M", engine="ollama").kind == "split"


def test_70b_splits_between_a_4090_and_main_memory():
    """Llama-3.1-70B Q4_K_M: as many layers as fit the GPU, the rest and their cache in main memory."""
    found = _place(RTX_4090, "Llama-3.1-70B", "Q4_K_M")
    assert (found.kind, found.fits) == ("split", True)
    assert 30 < found.gpu_layers < 60
    assert found.devices[1].kv_cache_bytes > 0


def test_unknown_main_memory_is_not_filled_by_itself():
    """A bare 4090: what misses the GPU does not fit, and the answer names the unknown memory."""
    found = _place(_machine("RTX 4090", [_gpu("RTX 4090", 23.99)]), "Llama-3.1-70B", "Q4_K_M")
    assert not found.fits
    assert "memory of CPU unknown" in found.binding


def test_unknown_gpu_memory_is_answered_and_said():
    """A GPU of unknown memory is assumed to hold the model, extrapolated."""
    hardware = _machine("some GPU", [Gpu(name="GPU", vendor="NVIDIA")], 64)
    found = _place(hardware, "Llama-3.1-8B", "Q4_K_M")
    assert (found.kind, found.fits, found.basis) == ("gpu", True, "extrapolated")
    assert "unknown" in found.binding


def test_70b_on_two_a100_is_tensor_parallel():
    """vLLM, W8A8-INT, 64 requests of 2048 tokens: half the weights and half the cache on each card."""
    found = _place(TWO_A100, "Llama-3.1-70B", "W8A8-INT", "vllm", context_tokens=2048, concurrency=64)
    assert (found.kind, found.tensor_parallel, found.fits) == ("tensor-parallel", 2, True)
    assert found.devices[0].kv_cache_bytes == 64 * 2048 * 80 * 8 * 128 * 2 * 2 // 2
    assert found.devices[0].available_bytes == int(int(80 * GIB * 0.995) * 0.92)
    assert found.max_concurrency > 64


def test_bf16_70b_leaves_little_room_on_two_a100():
    """141 GB in BF16 over 2 x 73.6 GiB: 64 requests of 2048 tokens do not fit."""
    found = _place(TWO_A100, "Llama-3.1-70B", "BF16", "vllm", context_tokens=2048, concurrency=64)
    assert not found.fits
    assert "misses" in found.binding


def test_kv_heads_are_replicated_beyond_their_number():
    """Qwen3-30B-A3B has 4 KV heads: on 8 cards each holds a quarter of the cache."""
    eight = _machine("8x H100", [_gpu("H100", 80)] * 8, 1024)
    found = _place(eight, "Qwen3-30B-A3B", "BF16", "vllm", concurrency=8)
    assert found.tensor_parallel == 8
    assert found.devices[0].kv_cache_bytes == 8 * 8192 * 48 * 4 * 128 * 2 * 2 // 4


def test_tensor_parallel_divides_the_heads():
    """Qwen2.5-0.5B has 14 heads and 2 KV heads: of 8 cards, two work together."""
    eight = _machine("8x H100", [_gpu("H100", 80)] * 8, 1024)
    assert _place(eight, "Qwen2.5-0.5B", "BF16", "vllm").tensor_parallel == 2


def test_nodes_are_pipeline_stages():
    """DeepSeek-V3 in FP8 (690 GB) needs 16 cards of two nodes: tensor parallel inside a node, two stages."""
    found = _place(TWO_NODES, "DeepSeek-V3", "W8A8-FP-block", "vllm", concurrency=4)
    assert found.fits
    assert (found.tensor_parallel, found.pipeline_parallel) == (8, 2)


@pytest.mark.parametrize(
    ("model", "scheme", "concurrency", "stages"),
    [
        ("Llama-3.1-405B", "BF16", 32, 2),
        ("Llama-3.1-405B", "W8A8-FP-static", 32, 2),
        ("Llama-3.1-405B", "W4A16-INT-gptq-g128", 32, 2),
        ("Llama-3.1-405B", "W8A8-FP-static", 1, 1),
        ("Llama-3.1-70B", "W8A8-FP-static", 32, 1),
    ],
)
def test_schemes_of_a_model_larger_than_a_node_share_its_nodes(model, scheme, concurrency, stages):
    """405 B parameters in 16 bits take two nodes: so do its smaller schemes when several requests keep both
    busy, and speeds are compared on the same cards. One request, or a model one node holds, takes one."""
    found = _place(TWO_NODES, model, scheme, "vllm", concurrency=concurrency)
    assert (found.fits, found.pipeline_parallel) == (True, stages)


def test_layers_split_over_two_gpus():
    """Llama-3.1-70B Q4_K_M on two 24 GB cards: each holds a part, none is overfull."""
    two = _machine("2x RTX 4090", [_gpu("RTX 4090", 23.99)] * 2, 64)
    found = _place(two, "Llama-3.1-70B", "Q4_K_S", context_tokens=4096)
    assert (found.kind, found.n_gpus, found.fits) == ("multi-gpu", 2, True)
    assert {True} == {d.planned_bytes <= d.available_bytes for d in found.devices}


def test_unified_memory_is_counted_once():
    """Llama-3.1-70B Q4_K_M on an M3 Max with 64 GB: one pool of at most the wired limit, one device."""
    found = _place(M3_MAX, "Llama-3.1-70B", "Q4_K_M", backend="metal")
    assert (found.kind, found.fits, len(found.devices)) == ("unified", True, 1)
    assert found.devices[0].available_bytes == 48 * GIB


def test_strix_halo_holds_a_70b_in_eight_bits():
    """128 GB of shared memory: Llama-3.1-70B Q8_0 in one pool."""
    found = _place(STRIX_HALO, "Llama-3.1-70B", "Q8_0", backend="vulkan")
    assert (found.kind, found.fits) == ("unified", True)


def test_34b_misses_a_16_gb_laptop_in_four_bits_and_fits_in_two():
    """CodeLlama-34B: Q4_K_M (20 GB) misses 16 GB of main memory, Q2_K_S fits."""
    four = _place(LAPTOP, "CodeLlama-34B", "Q4_K_M", backend="cpu", context_tokens=2048)
    two = _place(LAPTOP, "CodeLlama-34B", "IQ2_XXS", backend="cpu", context_tokens=2048)
    assert (four.kind, four.fits, four.max_concurrency) == ("cpu", False, 0)
    assert "CPU misses" in four.binding
    assert (two.kind, two.fits) == ("cpu", True)


@pytest.mark.parametrize(
    ("layers", "kind", "on_gpu"), [(0, "cpu", 0), (20, "split", 20), (33, "gpu", 33), (99, "gpu", 33)]
)
def test_gpu_layers_are_obeyed(layers, kind, on_gpu):
    """`gpu_layers` 0 is the CPU, more than the model has is all, between is that split."""
    found = _place(RTX_4090, "Llama-3.1-8B", "Q4_K_M", gpu_layers=layers)
    assert (found.kind, found.gpu_layers) == (kind, on_gpu)


def test_cards_with_ecc_in_their_memory_offer_a_sixteenth_less():
    """An L40S sold with 48 GB reports 45 GiB; a probed total is taken as it is."""
    sold, probed = _gpu("L40S", 48), Gpu(name="L40S", vendor="NVIDIA", memory_total_bytes=46068 << 20)
    assert usable_total(sold) == 45 * GIB
    assert usable_total(probed) == 46068 << 20


def test_free_memory_beats_the_total():
    """Another process on the card: the plan has only what is free, less llama.cpp's own margin."""
    busy = Gpu(name="RTX 4090", vendor="NVIDIA", memory_total_bytes=24 * GIB, memory_free_bytes=4 * GIB)
    found = _place(_machine("busy", [busy], 64), "Llama-3.1-8B", "Q4_K_M")
    assert found.kind == "split"
    assert found.devices[0].available_bytes == 3 * GIB


def test_largest_context_and_concurrency_are_the_last_that_fit():
    """At the stated maxima the same placement fits; one step beyond, that placement does not."""
    found = _place(TWO_A100, "Llama-3.1-70B", "W8A8-INT", "vllm", context_tokens=2048, concurrency=1)
    most = found.max_concurrency
    assert _place(TWO_A100, "Llama-3.1-70B", "W8A8-INT", "vllm", context_tokens=2048, concurrency=most).fits
    assert not _place(
        TWO_A100, "Llama-3.1-70B", "W8A8-INT", "vllm", context_tokens=2048, concurrency=most + 1
    ).fits


@pytest.mark.parametrize(
    "hardware", [RTX_4090, RTX_4060, TWO_A100, M3_MAX, LAPTOP, STRIX_HALO], ids=lambda h: h.name
)
@pytest.mark.parametrize("model", ["Llama-3.1-8B", "Gemma-3-12B", "Qwen3-30B-A3B", "Qwen3-Next-80B-A3B"])
def test_memory_is_monotone_and_never_overfull(hardware, model):
    """More context or more requests never fit better, and a plan that fits leaves no device overfull."""
    backend = "metal" if hardware is M3_MAX else "cpu" if hardware is LAPTOP else "cuda"
    found = [
        _place(hardware, model, "Q4_K_M", backend=backend, context_tokens=context, concurrency=n)
        for context, n in ((2048, 1), (8192, 1), (32768, 1), (32768, 4), (131072, 8))
    ]
    fits = [plan.fits for plan in found]
    assert sorted(fits, reverse=True) == fits
    held = [all(d.planned_bytes <= d.available_bytes for d in plan.devices) for plan in found if plan.fits]
    assert [True] * fits.count(True) == held


def test_a_cache_the_engine_refuses_does_not_fit():
    """EXAONE-3.5-2.4B with a q8_0 cache: llama.cpp cannot create it, however much memory there is."""
    found = _place(RTX_4090, "EXAONE-3.5-2.4B", "Q4_K_M", kv_type="q8_0")
    assert (found.fits, found.max_concurrency) == (False, 0)
    assert "blocks of 32" in found.binding


def test_candidates_are_sorted_best_first():
    """The first candidate is the placement; all that fit come before all that do not."""
    found = candidates(_case(RTX_4060, "Qwen3-30B-A3B", "Q4_K_M"))
    assert [c.kind for c in found[:2]] == ["experts-on-cpu", "split"]
    assert [c.fits for c in found] == sorted((c.fits for c in found), reverse=True)


def test_bare_parameter_count_is_placed_with_its_uncertainty():
    """`--params 13B`: planned at the upper bound of weights and cache, and not called exact."""
    model = ModelProfile(name="13B", source="user", n_params=13_000_000_000)
    found = _place(RTX_4090, model, "Q4_K_M", context_tokens=4096)
    assert (found.kind, found.fits, found.basis) == ("gpu", True, "interpolated")
    assert found.devices[0].planned_bytes > found.devices[0].total_bytes


@pytest.mark.parametrize(
    ("engine", "asked", "planned"),
    [("llama.cpp", None, 512), ("llama.cpp", 2048, 2048), ("vllm", None, None)],
)
def test_the_micro_batch_that_memory_is_planned_for_is_said(
    engine: str, asked: int | None, planned: int | None
) -> None:
    """llama.cpp's own default, which its printed commands leave alone; vLLM plans its memory itself."""
    scheme = "Q8_0" if engine == "llama.cpp" else "W8A8-FP-dynamic"
    placement = place(_case(RTX_4090, "Qwen3-8B", scheme, engine, ubatch_tokens=asked))
    assert planned == placement.ubatch_tokens


def test_a_larger_micro_batch_takes_more_compute_memory() -> None:
    """The buffers grow with the tokens that are computed at once."""
    small, large = (place(_case(RTX_4090, "Qwen3-8B", "Q8_0", ubatch_tokens=n)) for n in (512, 2048))
    assert large.devices[0].compute_bytes > 2 * small.devices[0].compute_bytes
