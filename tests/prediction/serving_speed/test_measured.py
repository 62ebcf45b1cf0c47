"""What stands behind an answer."""

from __future__ import annotations

import pytest

from advisor.catalog.gpus import find_gpu
from advisor.catalog.models import find_model
from advisor.errors import NotMeasuredError
from advisor.prediction.serving_speed.measured import Measured


def about(gpu: str, model: str = "llama-3.1-8b") -> Measured:
    """A model in 16 bits in vLLM on one card."""
    return Measured(find_gpu(gpu).gpu(), 1, find_model(model), "bf16", "vllm")


def test_widths_grow_with_the_confidence():
    """At any load and figure, more confidence asks for more room."""
    card = about("H100 SXM5 80 GB")
    for figure in ("token", "first", "load"):
        for held in (1, 64):
            factors = [card.factor(figure, held, c) for c in (0.3, 0.5, 0.8, 0.9)]
            assert factors == sorted(factors)


def test_what_nobody_measured_is_never_surer():
    """An unknown card is as wide as a known one at least."""
    known, unknown = about("H100 SXM5 80 GB"), about("RTX 5080")
    assert (known.known, unknown.known) == (True, False)
    assert unknown.factor("token", 1, 0.9) >= known.factor("token", 1, 0.9)


def test_a_confidence_no_groups_carry_is_refused():
    """99.9 % wants 999 groups: there is no such interval."""
    with pytest.raises(NotMeasuredError):
        about("H100 SXM5 80 GB").factor("first", 1, 0.999)


def test_an_unknown_card_has_no_correction():
    """What was not measured is read from its specifications alone."""
    assert about("RTX 5080").effect("token") == 0.0
