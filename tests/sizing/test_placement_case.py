"""What is placed, and the parts of it that every planner takes."""

from __future__ import annotations

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.resolve import resolve_hardware
from advisor.catalog.schemes import find_scheme
from advisor.sizing.cache_layout import cache_layout
from advisor.sizing.context_params import ContextParams
from advisor.sizing.kv_cache import kv_bytes_per_token_read
from advisor.sizing.placement_case import CaseBytes, PlacementCase
from advisor.sizing.plan import Workspace
from advisor.sizing.shares import LayerShares
from advisor.sizing.weights import weigh


def case(engine: str = "llama.cpp", backend: str = "cuda", hardware: str = "RTX 4090") -> PlacementCase:
    """Four requests of 8 k of Gemma-3-4B with eight bits of cache."""
    model, scheme = find_model("Gemma-3-4B"), find_scheme("Q4_K_M")
    return PlacementCase(
        hardware=resolve_hardware(hardware),
        model=model,
        weights=weigh(model, scheme),
        scheme=scheme,
        engine=engine,
        backend=backend,
        context_tokens=8192,
        concurrency=4,
        kv_type="q8_0",
    )


@pytest.mark.parametrize(
    ("engine", "backend", "flash_attn", "paged"),
    [
        ("llama.cpp", "cuda", True, False),
        ("llama.cpp", "sycl", False, False),
        ("vllm", "cuda", True, True),
    ],
)
def test_a_context_is_what_engine_and_backend_make_it(
    engine: str, backend: str, flash_attn: bool, paged: bool
) -> None:
    """Flash attention where the backend has it, pages where the engine keeps them."""
    expected = ContextParams(8192, 4, "q8_0", flash_attn=flash_attn, paged=paged)
    assert expected == case(engine, backend).params


@pytest.mark.parametrize(
    ("engine", "backend", "hardware", "served"),
    [
        ("vllm", "cuda", "RTX 4090", True),
        ("vllm", "cpu", "RTX 4090", False),
        ("vllm", "cpu", "EPYC 9654 384GB", False),
        ("llama.cpp", "cuda", "RTX 4090", False),
    ],
)
def test_serving_engines_divide_models_over_accelerators_only(
    engine: str, backend: str, hardware: str, served: bool
) -> None:
    """Without a GPU there is nothing to divide a model over."""
    assert served == case(engine, backend, hardware).served


def test_what_is_asked_for_goes_before_the_default() -> None:
    """A micro batch of 2048 without flash attention."""
    asked = case()._replace(ubatch_tokens=2048, flash_attn=False)
    assert ContextParams(8192, 4, "q8_0", 2048, flash_attn=False) == asked.params


def test_bytes_of_a_case() -> None:
    """Growing parts at the context and concurrency asked for; one token reads the cache of one request."""
    one = case()
    layout = cache_layout(one.model)
    work = Workspace(one.model, one.params)
    sized = CaseBytes(one, LayerShares(one.model, one.weights, layout), work)
    assert work.parts(8192, 4) == sized.parts
    assert kv_bytes_per_token_read(one.model, 8192, "q8_0") == sized.kv_read_bytes
    assert sized.engine.reads_gguf
