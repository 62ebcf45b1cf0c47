"""The one table of KV cache types."""

from __future__ import annotations

from advisor.documents.kinds import KV_TYPES
from advisor.engines import offered
from advisor.engines.kv_types import BYTES_PER_VALUE, nominal_bits, spelled, stored_bits


def test_every_type_that_can_be_asked_for_has_a_width():
    """`auto` is a choice, not a type."""
    assert [kind for kind in KV_TYPES if kind != "auto" and kind not in BYTES_PER_VALUE] == []


def test_every_engine_has_types_of_the_table():
    """No engine has a cache whose size nobody can compute."""
    assert [(e.name, k) for e in offered() for k in e.kv_types if k not in BYTES_PER_VALUE] == []


def test_stored_bits_count_the_scales():
    """A q8_0 block has 34 bytes for 32 values."""
    assert [stored_bits(kind) for kind in ("q8_0", "fp8", "q4_0", "", "f16")] == [8.5, 8.0, 4.5, 16.0, 16.0]


def test_nominal_bits_are_what_options_ask_for():
    """`--kv-bits 8` means q8_0 and FP8 alike; sixteen bits ask for nothing."""
    assert [nominal_bits(kind) for kind in ("q8_0", "fp8", "q5_1", "f16")] == [8, 8, 5, None]


def test_short_spellings_mean_a_type():
    """People write q8 and 4; other words mean nothing."""
    assert [spelled(text) for text in ("8", "Q4", "FP8", "q8_0-q8_0", "turbo")] == [
        "q8_0",
        "q4_0",
        "fp8",
        "q8_0",
        None,
    ]
