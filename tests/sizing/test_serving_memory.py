"""What serving engines fill of a card."""

from __future__ import annotations

import pytest

from advisor.catalog.models import find_model
from advisor.documents.hardware import Gpu
from advisor.sizing.overheads import GIB
from advisor.sizing.serving_memory import serving_activation_bytes, serving_available

_USABLE = int(80 * GIB * 0.995)
"""What the driver reports of 80 GiB."""


def card(name: str, total: int, free: int | None = None) -> Gpu:
    """A card of NVIDIA."""
    return Gpu(name=name, vendor="NVIDIA", memory_total_bytes=total, memory_free_bytes=free)


def test_a_serving_engine_takes_its_share_of_the_card() -> None:
    """vLLM's 0.92 of what the driver reports, or what is free when that is less."""
    assert int(_USABLE * 0.92) == serving_available(card("A100", 80 * GIB), "vllm")
    assert GIB == serving_available(card("A100", 80 * GIB, GIB), "vllm")


@pytest.mark.parametrize(
    ("engine", "scratch_bytes", "expected"),
    [
        ("vllm", GIB, int(_USABLE * 0.92)),
        ("sglang", GIB, int(_USABLE * 0.85) + GIB),
        ("sglang", 20 * GIB, _USABLE),
    ],
)
def test_activations_outside_the_share_have_the_rest_of_the_card(
    engine: str, scratch_bytes: int, expected: int
) -> None:
    """SGLang's 0.85 holds weights and cache alone; vLLM's share holds the activations too."""
    assert expected == serving_available(card("A100", 80 * GIB), engine, scratch_bytes)


@pytest.mark.parametrize(
    ("model", "gib"), [("Llama-3.1-8B", 1.89), ("Gemma-3-12B", 3.94), ("Mixtral-8x7B", 2.5), ("Phi-4", 2.0)]
)
def test_activations_by_architecture(model: str, gib: float) -> None:
    """Measured where they were, else those of dense models or mixtures."""
    assert int(gib * GIB) == serving_activation_bytes(find_model(model))
