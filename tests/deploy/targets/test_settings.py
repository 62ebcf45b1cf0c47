"""A command line as settings, and back."""

from __future__ import annotations

import pytest

from advisor.deploy.targets._settings import as_words, only_engine_of, settings
from advisor.documents.deployment import Command
from advisor.errors import UnsupportedError

RUN = Command(
    argv=(
        *("vllm", "serve", "meta-llama/Llama-3.1-8B-Instruct", "--max-model-len", "8192"),
        *("--enable-expert-parallel", "--gpu-memory-utilization", "0.92", "--kv-cache-dtype", "fp8"),
        *("--host", "127.0.0.1", "--port", "8000", "--nnodes", "2", "--node-rank", "0", "--master-addr", "L"),
    )
)
FOUND = {
    "max_model_len": 8192,
    "enable_expert_parallel": True,
    "gpu_memory_utilization": 0.92,
    "kv_cache_dtype": "fp8",
}


def test_words_are_names_and_values_of_their_types(plan):
    """Where it listens and who its neighbours are is left to the platform."""
    assert settings(plan(), RUN) == FOUND


def test_settings_are_words_again():
    """A flag stands alone."""
    assert as_words(FOUND) == [
        *("--max-model-len", "8192", "--enable-expert-parallel"),
        *("--gpu-memory-utilization", "0.92", "--kv-cache-dtype", "fp8"),
    ]


def test_a_platform_runs_its_own_engine_only(plan):
    """Ray Serve LLM is vLLM."""
    only_engine_of(plan(), "ray-serve")
    with pytest.raises(UnsupportedError, match="ray-serve runs no sglang: --format kubernetes"):
        only_engine_of(plan(engine="sglang"), "ray-serve")
