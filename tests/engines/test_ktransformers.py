"""KTransformers."""

from __future__ import annotations

from advisor.engines import engine_names, facts


def test_it_serves_as_vllm_does_and_is_not_offered():
    """Its rows are of many requests."""
    found = facts("KTransformers")
    assert (found.serves, found.measured, "ktransformers" in engine_names()) == (True, "vllm", False)
