"""Why no engine asked for runs a model on a machine."""

from __future__ import annotations

import pytest

from advisor.catalog.resolve import resolve_hardware
from advisor.recommendation.no_way import no_way


@pytest.mark.parametrize(
    ("machine", "engine", "said"),
    [
        ("RX 6700 XT", ("mlx",), ["mlx has no backend for AMD GPUs; it runs F16 on Apple Silicon"]),
        ("RTX 4090", ("vllm",), []),
        ("RTX 4090", ("mlx", "vllm"), []),
        (
            "M3 Max 64GB",
            ("tensorrt-llm", "exllamav3"),
            [
                "tensorrt-llm has no backend for Apple GPUs; it runs F16 on an NVIDIA GPU",
                "exllamav3 has no backend for Apple GPUs; it runs EXL3-2.0bpw on an NVIDIA GPU",
            ],
        ),
    ],
)
def test_each_engine_has_its_reason(need_of, machine, engine, said):
    """One sentence each; nothing where any of them runs."""
    model, need = need_of("Qwen3-8B", engine=engine)
    assert said == list(no_way(need, resolve_hardware(machine), model))


def test_a_scheme_asked_for_is_the_one_that_is_told_of(need_of):
    """Without an engine: why this machine does not run it."""
    model, need = need_of("Qwen3-8B", scheme=("NVFP4",))
    said = "NVFP4 needs an NVIDIA GPU or an AMD GPU; M3 Max 64GB has none"
    assert (said,) == no_way(need, resolve_hardware("M3 Max 64GB"), model)
