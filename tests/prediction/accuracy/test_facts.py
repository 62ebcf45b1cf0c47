"""Documents as the accuracy model sees them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from advisor.prediction.accuracy.facts import (
    LADDERS,
    effective_bits,
    family_group,
    gguf_method,
    recovery,
    release_year,
    research_method,
    steps,
)


def test_effective_bits_weigh_noise_not_bytes() -> None:
    """Half the weights at 2 and half at 6 bits are worse than 4 bits throughout."""
    assert 4.0 == pytest.approx(effective_bits({"ffn_up": 4.0}, {"ffn_up": 100}))
    mixed = effective_bits({"ffn_up": 2.0, "ffn_down": 6.0}, {"ffn_up": 20, "ffn_down": 60})
    assert mixed is not None
    assert mixed < 3.0
    assert None is effective_bits({}, {})


def test_spans_of_a_ladder_touch_and_never_overlap() -> None:
    """Each scheme's span ends where the next begins."""
    spans = steps({name: float(i) for ladder in LADDERS for i, name in enumerate(ladder)})
    for ladder in LADDERS:
        assert {True} == {spans[a][1] == spans[b][0] for a, b in pairwise(ladder)}


@pytest.mark.parametrize(
    ("given", "expected"), [("2024-07-23", 2024.5417), ("2025-01", 2025.0417), ("", 2025.0), (None, 2025.0)]
)
def test_release_dates_become_years(given: str | None, expected: float) -> None:
    """ISO dates, year-months and nothing at all: one default for the fit and for answers."""
    assert expected == pytest.approx(release_year(given), abs=1e-3)


def test_sister_families_are_one_group() -> None:
    """Llama 3 to 3.3 share their training; Qwen3.5 and Qwen3 do not."""
    assert {"llama-3"} == {family_group(f) for f in ("llama-3", "llama-3.1", "llama-3.2", "llama-3.3")}
    assert family_group("qwen3") != family_group("qwen3.5")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("W4A16-INT-efficientqat-g128", "qat"),
        ("NVFP4-QAD (W4A4)", "qat"),
        ("gemma-3-27b-it-qat", "qat"),
        ("W4A16-LoftQ", "lora"),
        ("W4A16-GPTQ-EoRA", "lora"),
        ("Q4_K_M", ""),
    ],
)
def test_names_say_how_accuracy_was_won_back(name: str, kind: str) -> None:
    """Training with quantization, adapters after it, or neither."""
    assert kind == recovery(name)


def test_unsloth_s_mixes_are_one_method_of_their_own() -> None:
    """A UD- name may hold K and IQ types: its ladder is its own, in the fit and in answers."""
    assert {"gguf-ud"} == {gguf_method(n, f) for n, f in (("UD-IQ2_M", "gguf-i"), ("UD-Q4_K_XL", "gguf-k"))}


def test_methods_of_papers_are_told_apart() -> None:
    """Rotation rounds as GPTQ does, SmoothQuant to nearest; new names count as optimised on data."""
    names = ("W4A4-QuaRot", "W4A4-SmoothQuant", "W4A4-SpinQuant", "W2A16-DASHQ-g32", "W1.1A16-BiLLM")
    assert ["rtn", "rtn", "gptq", "papers", "unserved"] == [research_method(name) for name in names]
