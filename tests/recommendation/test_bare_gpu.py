"""A GPU named without its host, and a model larger than its memory."""

from __future__ import annotations

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.resolve import resolve_hardware
from advisor.catalog.schemes import find_scheme
from advisor.prediction.case import Case
from advisor.recommendation.bare_gpu import ALL_LAYERS, as_it_ran


def case(model: str, hardware: str, engine: str = "llama.cpp", scheme: str = "Q4_K_M", **more) -> Case:
    """A run that somebody describes."""
    return Case(
        hardware=resolve_hardware(hardware),
        model=find_model(model),
        scheme=find_scheme(scheme),
        engine=engine,
        backend="cuda",
        **more,
    )


def test_what_fits_ran_as_it_is_said():
    """Nothing is assumed."""
    asked = case("llama-3.1-8b", "RTX 4090")
    assert as_it_ran(asked) is asked


@pytest.mark.parametrize(("context_tokens", "gpu_layers"), [(16384, None), (20480, ALL_LAYERS)])
def test_what_fits_without_the_desktops_reserve_ran_on_the_gpu(context_tokens, gpu_layers):
    """Qwen3-32B in Q4_K_M with 20k of context fills a card of 24 GiB beside no desktop."""
    found = as_it_ran(case("Qwen3-32B", "RTX 4090", context_tokens=context_tokens))
    assert (found.gpu_layers, found.hardware.memory.total_bytes) == (gpu_layers, None)


def test_what_does_not_fit_ran_beside_a_host_with_memory_enough():
    """Twice the weights, under the name that was given, on the card that was given."""
    asked = case("llama-3.1-70b", "RTX 4090")
    found = as_it_ran(asked).hardware
    assert (found.name, found.gpus) == (asked.hardware.name, asked.hardware.gpus)
    assert found.memory.total_bytes > 75e9
    assert found.memory.bandwidth_bytes_per_s is not None


@pytest.mark.parametrize(
    ("model", "hardware", "engine", "scheme"),
    [
        ("llama-3.1-70b", "RTX 4090 128GB RAM", "llama.cpp", "Q4_K_M"),
        ("llama-3.1-70b", "RTX 4090", "vllm", "W4A16-INT-awq-g128"),
    ],
)
def test_a_machine_that_was_described_is_taken_at_its_word(model, hardware, engine, scheme):
    """Its memory is known, or the engine has no use for it."""
    asked = case(model, hardware, engine, scheme)
    assert as_it_ran(asked) is asked


def test_a_chip_of_shared_memory_had_enough_of_it():
    """Named without a size it got the smallest on sale; whoever ran this had more."""
    asked = case("llama-3.1-70b", "Apple M2 Ultra")._replace(backend="metal")
    small = case("llama-3.1-70b", "Apple M1")._replace(backend="metal")
    assert as_it_ran(small).gpu_layers == ALL_LAYERS
    assert as_it_ran(small._replace(gpu_layers=0)).gpu_layers == 0
    assert as_it_ran(asked).hardware == asked.hardware
