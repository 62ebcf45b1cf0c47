"""Speed under one load and under mixtures."""

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.resolve import resolve_hardware
from advisor.catalog.schemes import find_scheme
from advisor.documents.requirements import Load
from advisor.prediction.artifacts import load as load_artifact
from advisor.prediction.case import Case
from advisor.prediction.local_speed.inputs import per_token
from advisor.prediction.local_speed.plan import devices_of
from advisor.prediction.outcome import predict
from advisor.prediction.speed import decode_ceiling
from advisor.prediction.weighing import weigh_case


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


def _bus_tokens_per_s(case):
    """Tokens a second of reading the active weights alone at the peak of the fastest memory, card by card."""
    devices = devices_of(case, load_artifact("local_speed"))
    fastest = max(device.bandwidth_bytes_per_s for device in devices)
    return fastest * max(1, len(case.hardware.gpus)) / per_token(case.model, weigh_case(case))[1]


@pytest.mark.parametrize("machine", ["RTX 4090", "M3 Max 64GB", "EPYC 9654 384GB", "2x RTX 3060 12GB"])
@pytest.mark.parametrize("model", ["llama-3.1-8b", "Qwen3-30B-A3B"])
def test_no_answer_is_faster_than_the_memory(machine, model):
    """What is expected stays at or below the ceiling on every machine, in every scheme, and the interval
    below the bus of all its devices; several requests have no ceiling."""
    case = Case(
        hardware=resolve_hardware(machine),
        model=find_model(model),
        scheme=find_scheme("Q4_K_M"),
        engine="llama.cpp",
        backend="cuda" if "RTX" in machine else "metal" if "M3" in machine else "cpu",
        context_tokens=2048,
    )
    for scheme in ("Q2_K", "Q4_K_M", "Q8_0"):
        asked = case._replace(scheme=find_scheme(scheme))
        decode = predict(asked).decode_tokens_per_s
        if decode is not None:
            assert decode.value <= decode_ceiling(asked, weigh_case(asked)) * (1 + 1e-9)
            assert decode.high <= _bus_tokens_per_s(asked) * (1 + 1e-9)
    assert decode_ceiling(case._replace(loads=(BUSY,)), weigh_case(case)) == float("inf")
