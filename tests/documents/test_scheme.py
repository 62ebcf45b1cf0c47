"""A scheme as a document."""

from __future__ import annotations

from typing import Any

from advisor.documents.plain import parse, plain
from advisor.documents.scheme import SchemeProfile, Support

Q4 = SchemeProfile(
    name="Q4_K_M",
    family="gguf-k",
    format="gguf",
    weight_bits=4,
    supports=(Support(engine="llama.cpp", backend="cuda", min_compute_capability="5.0"),),
)


def test_a_scheme_is_read_back_as_it_was() -> None:
    """With everybody who runs it."""
    assert parse(SchemeProfile, plain(Q4), what="scheme") == Q4


def test_gguf_alone_follows_llama_cpps_rules() -> None:
    """Its size comes from them."""
    other = SchemeProfile(name="NF4", family="bnb", format="bitsandbytes", weight_bits=4)
    assert (Q4.is_gguf, other.is_gguf) == (True, False)


def test_words_are_those_of_the_lists(refusal: Any) -> None:
    """Backends, activations and what calibration is needed."""
    for change, said in (
        ({"act_dtype": "fp16"}, "act_dtype is 'fp16'"),
        ({"calibration": "maybe"}, "calibration is 'maybe'"),
        ({"supports": [{"engine": "x", "backend": "gpu"}]}, "supports.0.backend is 'gpu'"),
    ):
        assert said in refusal(SchemeProfile, {**plain(Q4), **change})
