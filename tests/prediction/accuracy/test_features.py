"""The features' own order: what makes more bits never worse."""

from __future__ import annotations

import pytest

from advisor.prediction.accuracy.features import SchemeFacts, dot, kv_features, segments, weight_features


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
