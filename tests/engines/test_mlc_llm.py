"""MLC-LLM."""

from __future__ import annotations

from advisor.engines import engine_names, facts


def test_it_is_measured_and_never_offered():
    """One request at a time, under its own name."""
    found = facts("MLC-LLM")
    assert (found.measured, found.serves, "mlc-llm" in engine_names()) == ("mlc-llm", False, False)
