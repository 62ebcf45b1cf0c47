"""What engines load of a model, whatever the machine."""

from __future__ import annotations

import pytest

from advisor.catalog.loadable import loadable
from advisor.catalog.resolve import resolve_model
from advisor.catalog.schemes import find_scheme


def engines(model: str, scheme: str) -> set[str]:
    """The engines left."""
    found, _ = loadable(find_scheme(scheme), resolve_model(model))
    return {support.engine for support in found.supports}


@pytest.mark.parametrize(
    ("model", "scheme", "engine", "loads"),
    [
        ("Qwen3-8B", "W8A8-INT", "sglang", True),
        ("Qwen3-30B-A3B", "W8A8-INT", "sglang", False),
        ("Qwen3-30B-A3B", "W8A8-INT", "vllm", True),
        ("gpt-oss-120b", "MXFP4", "sglang", True),
        ("Qwen3-8B", "MXFP4", "sglang", False),
        ("DeepSeek-V3.1", "W8A8-FP-block", "vllm", True),
        # published in FP8 only: no 16-bit weights to serve or to quantize
        ("DeepSeek-V3.1", "BF16", "vllm", False),
        ("DeepSeek-V3.1", "W8A8-FP-dynamic", "vllm", False),
        ("MiniMax-M2", "W8A8-FP-dynamic", "vllm", False),
        # llama.cpp's converter reads FP8 checkpoints
        ("DeepSeek-V3.1", "BF16", "llama.cpp", True),
        ("DeepSeek-V3.1", "Q4_K_M", "llama.cpp", True),
        ("Qwen3-8B", "BF16", "vllm", True),
    ],
)
def test_who_loads_what(model, scheme, engine, loads):
    """Mixtures of experts, and weights published quantized."""
    assert (engine in engines(model, scheme)) == loads


def test_the_reason_names_what_is_published():
    """A user must see that the repository holds no 16-bit weights."""
    _, reason = loadable(find_scheme("BF16"), resolve_model("MiniMax-M2"))
    assert reason.startswith("MiniMax-M2 is published as W8A8-FP-block and not in 16 bits")
