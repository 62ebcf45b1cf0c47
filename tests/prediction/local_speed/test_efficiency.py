"""What the efficiency of each term depends on."""

from __future__ import annotations

import math

import pytest

from advisor.prediction.local_speed.efficiency import (
    BALANCED_BYTES,
    age,
    balance,
    batch_fill,
    cache,
    core,
    experts,
    family,
    flag,
    kernels,
    launch,
    memory,
    of_run,
    own_effect,
    places,
    rates,
    scaled,
)


def test_a_run_of_one_dense_model_on_one_device_has_its_engine_alone(work):
    """Several devices and sparsity count by doublings."""
    engine = {"engine:llama.cpp": 1.0, "engine:llama.cpp|cuda": 1.0}
    assert engine == dict(of_run(work()))
    several = dict(of_run(work(n_devices=4, active_share=0.125)))
    assert (2.0, 3.0) == (several["devices"], several["moe:sparsity"])


def test_a_device_has_an_effect_everywhere_and_on_its_backend(card):
    """Two coefficients."""
    assert own_effect(card) == [("device:GeForce RTX 4090", 1.0), ("device:GeForce RTX 4090|cuda", 1.0)]


def test_places_go_from_the_general_to_the_particular(card):
    """Kind, backend, maker, generation; what waits for memory has no generation."""
    general = ["", "kind:gpu", "backend:cuda", "gpu|NVIDIA"]
    assert places(card, False) == general
    assert places(card) == [*general, "generation:Ada Lovelace", "generation:Ada Lovelace|cuda"]
    assert places(card._replace(mobile=True))[-1] == "mobile"


def test_kernels_of_a_scheme_have_coefficients_by_backend_generation_and_instruction_set(work, desktop):
    """On a processor the instruction set is one more; ik_llama.cpp's repacked schemes another."""
    named = family(work(family="Q4_K"), desktop)
    assert named == ["family:Q4_K", "family:Q4_K|cpu", "family:Q4_K|Zen 4|cpu", "family:Q4_K|avx512-vnni"]
    repacked = family(work(family="Q4_K-R4", engine="ik_llama.cpp"), desktop)
    assert repacked == [*named, "ik", "family:Q4_K|ik", "repacked", "family:Q4_K|repacked"]


def test_names_are_factors_of_their_term():
    """A name is set behind the term's."""
    assert scaled("read", ["", "kind:gpu"]) == [("read:", 1.0), ("read:kind:gpu", 1.0)]


def test_kernels_for_prompts_belong_to_an_engine_and_an_instruction_set(work, card, desktop):
    """Of processors alone."""
    assert kernels(work(), desktop) == [("matmul:kernels:llama.cpp|avx512-vnni", 1.0)]
    assert kernels(work(), card) == []


def test_balance_counts_bytes_of_memory_for_each_operation(work, card, desktop):
    """1 TB/s over 160 Tflop/s; 16-bit weights have a slope of their own, processors none."""
    value = math.log(1e12 / 160e12 / BALANCED_BYTES)
    assert balance(work(family="Q4_K"), card, 160e12) == [("matmul:balance|gpu", pytest.approx(value))]
    assert [name for name, _ in balance(work(family="F16"), card, 160e12)] == [
        "matmul:balance|gpu",
        "matmul:balance|F16",
    ]
    assert balance(work(), desktop, 1e12) == balance(work(), card, 0.0) == []


def test_matrix_units_are_told_by_their_ratio_to_vector_units(work, card, desktop):
    """Twice the rate; the library's kernels for 16 bits apart."""
    assert rates(work(family="Q4_K"), card) == [("matmul:matrix-ratio", pytest.approx(math.log(2)))]
    assert [name for name, _ in rates(work(family="F16"), card)] == [
        "matmul:matrix-ratio",
        "matmul:matrix-ratio|F16",
    ]
    assert rates(work(), desktop) == []


def test_a_core_is_told_by_its_instructions_power_and_number(card, desktop):
    """Sixteen cores are one doubling of eight; of a card only the year."""
    found = dict(core(desktop._replace(power="desktop"), "matmul"))
    assert found["matmul:isa:avx512-vnni"] == found["matmul:power:desktop"] == 1.0
    assert found["matmul:cores"] == pytest.approx(math.log(2))
    assert [name for name, _ in core(card, "matmul")] == ["matmul:year"]


def test_memory_of_two_sockets_is_told_apart(desktop):
    """One socket has no such coefficient."""
    assert dict(memory(desktop._replace(sockets=2)))["memory:sockets"] == pytest.approx(math.log(2))
    assert "memory:sockets" not in dict(memory(desktop))


def test_the_cache_has_its_type_and_whether_attention_is_fused(work, card):
    """Nobody says: neither for nor against."""
    assert dict(cache(work(kv_type="q8_0", flash_attn=True), card))["kv:type:q8_0"] == 1.0
    assert dict(cache(work(flash_attn=None), card))["kv:flash"] == 0.0
    assert (flag(True), flag(False), flag(None)) == (1.0, -1.0, 0.0)


def test_experts_have_kernels_and_launches_of_their_own(work, card):
    """A dense model has none of them."""
    sparse = work(active_share=0.1)
    assert [name for name, _ in experts("read", sparse, card)] == [
        "read:moe|cuda",
        "read:moe|Ada Lovelace|cuda",
        "read:moe|llama.cpp",
    ]
    assert experts("read", work(), card) == []
    assert {"launch:moe"} <= dict(launch(sparse, card)).keys() - dict(launch(work(), card)).keys()


def test_micro_batches_above_and_below_512_tokens_have_a_slope_each(card):
    """512 itself has neither."""
    assert [value for _, value in batch_fill(512.0, card)] == [0.0, 0.0]
    assert [value for _, value in batch_fill(256.0, card)] == [pytest.approx(math.log(2)), 0.0]
    assert [value for _, value in batch_fill(1024.0, card)] == [0.0, pytest.approx(math.log(2))]


def test_engines_of_today_have_no_age(work):
    """Two years count as two."""
    assert age(work(), "read") == []
    assert age(work(age_years=2.0), "read") == [("read:age", 2.0), ("read:age|cuda", 2.0)]
