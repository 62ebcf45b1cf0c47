"""Benchmarks' sizes and chance."""

from __future__ import annotations

from advisor.training.accuracy.benchmarks import benchmark, binomial_error


def test_a_benchmark_is_found_by_its_longest_name() -> None:
    """MMLU-Pro is not MMLU, and a 400-task HellaSwag is not the whole."""
    assert (12032, 0.10) == benchmark("MMLU-Pro(llama)")
    assert (14042, 0.25) == benchmark("MMLU")
    assert (400, 0.25) == benchmark("HellaSwag (400 tasks)")
    assert 1.3 < binomial_error(0.65, 1319) < 1.33
