"""Intel's fork of llama.cpp."""

from __future__ import annotations

from advisor.engines import engine_names, facts


def test_its_rows_are_found_under_llama_cpps_name():
    """Benchmarks print "llama.cpp (ipex-llm)"; nothing recommends it."""
    fork = facts("llama.cpp (ipex-llm)")
    assert (fork.name, fork.reads_gguf, fork.outside_gpu) == ("ipex-llm", True, "experts")
    assert "ipex-llm" not in engine_names()
