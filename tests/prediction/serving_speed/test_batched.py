"""Several requests at once in an engine made for one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.catalog.gpus import find_gpu
from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.hardware import HardwareProfile, Memory
from advisor.documents.outcome import Estimate, Placement
from advisor.documents.requirements import Load
from advisor.prediction.case import Case, Sized
from advisor.prediction.figures import Speed
from advisor.prediction.serving_speed.batched import shared
from advisor.sizing.weights import weigh


def machine(name: str) -> HardwareProfile:
    """A catalogue machine with one GPU."""
    return HardwareProfile(name=name, source="catalogue", gpus=(find_gpu(name).gpu(),))


def test_batched_local_speed_grows_with_requests_and_never_past_the_prompts_rate():
    """llama.cpp at several requests: more in total, less for each, and no faster than it reads prompts."""
    profile = find_model("llama-3.1-8b")
    weights = weigh(profile, find_scheme("Q4_K_M"))
    decode = Estimate(value=100.0, low=80.0, high=120.0, basis="measured")
    prefill = Estimate(value=3000.0, low=2500.0, high=3500.0, basis="measured")
    hardware = replace(machine("RTX 3090"), memory=Memory())
    case = Case(
        hardware=hardware, model=profile, scheme=find_scheme("Q4_K_M"), engine="llama.cpp", backend="cuda"
    )
    sized = Sized(weights=weights, placement=Placement(kind="gpu", n_gpus=1))
    alone = Speed(decode_tokens_per_s=decode, prefill_tokens_per_s=prefill)
    found = [
        shared(case, Load(prompt_tokens=128, output_tokens=256, concurrency=c), sized, alone)
        for c in (1, 2, 4, 8, 16, 64, 256)
    ]
    throughput = [f.throughput_tokens_per_s.value for f in found]
    each = [f.decode_tokens_per_s.value for f in found]
    assert throughput == sorted(throughput)
    assert each == sorted(each, reverse=True)
    assert throughput[-1] < prefill.value
    assert each[0] == pytest.approx(decode.value)
    assert [f.decode_tokens_per_s.basis for f in found[:4]] == ["interpolated"] * 3 + ["extrapolated"]
