"""The features' own order: what makes more bits never worse."""

from __future__ import annotations

import pytest

from advisor.prediction.accuracy.features import (
    ModelFacts,
    SchemeFacts,
    dot,
    kv_features,
    model_features,
    segments,
    weight_features,
)


def test_segments_add_up_to_the_bits_lost() -> None:
    """The signed lengths of all segments sum to the way from 4 bits."""
    for bits in (1.5, 2.2, 3.9, 4.0, 4.9, 8.5):
        assert 4.0 - bits == pytest.approx(sum(length for _, length in segments(bits)))


def test_dot_ignores_what_was_never_seen() -> None:
    """A feature without coefficient counts nothing."""
    assert 6.0 == dot({"a": 2.0}, {"a": 3.0, "b": 5.0})


def test_old_blocks_lose_their_disadvantage_towards_eight_bits() -> None:
    """Q4_0 carries the whole offset of its format, Q8_0 none: it stands on the K types' curve."""
    offsets = [weight_features(SchemeFacts("gguf-legacy", b))["w:gguf-legacy"] for b in (4.5, 5.55, 8.5)]
    assert [1.0, pytest.approx(0.5), 0.0] == offsets


def test_a_cache_in_sixteen_bits_has_no_noise() -> None:
    """And a smaller one has its family's term."""
    assert {} == kv_features(SchemeFacts("none", 16.0))
    assert 1.0 == kv_features(SchemeFacts("none", 16.0, kv_bits=4.5), "qwen2.5")["kv:fam:qwen2.5"]


def test_plain_rounding_to_few_bits_costs_small_and_late_models_more() -> None:
    """A 1B model of 2025 has more of both terms than a 70B one of 2023; calibrated methods have none."""
    small = ModelFacts("a", "f", 1.0, 1.0, 2025.0, "base")
    large = ModelFacts("b", "f", 70.0, 70.0, 2023.2, "base")
    terms = [model_features(model, SchemeFacts("rtn", 3.0, 128)) for model in (small, large)]
    assert terms[0]["plain:small"] > terms[1]["plain:small"] > 0
    assert terms[0]["plain:year"] > terms[1]["plain:year"] > 0
    assert "plain:year" not in model_features(small, SchemeFacts("gptq", 3.0, 128))
    assert "plain:year" not in model_features(small, SchemeFacts("rtn", 4.5, 128))
