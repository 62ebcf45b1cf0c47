"""llamafile, which LocalScore measures."""

from __future__ import annotations

from advisor.engines import engine_names, facts, find_engine


def test_localscores_averages_are_its_own():
    """A row that says so is llamafile's; the bare name of the benchmark a person types is llama.cpp."""
    assert facts("llama.cpp (llamafile/localscore)").measured == "llamafile"
    assert ("llamafile" in engine_names(), find_engine("LocalScore")) == (False, "llama.cpp")
