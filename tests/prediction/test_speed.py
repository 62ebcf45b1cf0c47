"""Speed under one load and under mixtures."""

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.resolve import resolve_hardware
from advisor.catalog.schemes import find_scheme
from advisor.documents.requirements import Load
from advisor.prediction.case import Case
from advisor.prediction.outcome import predict


def serve(*loads: Load):
    return predict(
        Case(
            hardware=resolve_hardware("2x A100 SXM4 80GB"),
            model=find_model("llama-3.1-70b"),
            scheme=find_scheme("W8A8-INT"),
            engine="vllm",
            backend="cuda",
            context_tokens=2048,
            loads=loads,
        )
    )


ALONE, BUSY = Load(concurrency=1), Load(concurrency=64)


def test_a_mixture_of_equal_loads_is_that_load():
    """Shares of one load add up to it."""
    from dataclasses import replace

    same = serve(replace(BUSY, weight=1.0), replace(BUSY, weight=3.0))
    assert same.throughput_tokens_per_s.value == pytest.approx(serve(BUSY).throughput_tokens_per_s.value)


def test_latency_of_a_mixture_is_the_mean_over_requests():
    """Half the requests alone and half among 64: latency is their mean, throughput lies between."""
    one, many, both = serve(ALONE), serve(BUSY), serve(ALONE, BUSY)
    mean = (one.request_latency_s.value + many.request_latency_s.value) / 2
    assert both.request_latency_s.value == pytest.approx(mean)
    low, high = sorted(found.throughput_tokens_per_s.value for found in (one, many))
    assert low < both.throughput_tokens_per_s.value < high
