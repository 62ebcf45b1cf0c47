"""Serving speed: what physics demands of every answer, and the orderings the measurements show."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from math import exp

import pytest

from advisor.catalog.gpus import find_gpu
from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.hardware import HardwareProfile
from advisor.documents.outcome import Placement
from advisor.documents.requirements import Load
from advisor.errors import NotMeasuredError
from advisor.prediction.case import MAX_CONCURRENCY, Case, Sized
from advisor.prediction.figures import FIGURES, Speed
from advisor.prediction.serving_speed.measured import artifact
from advisor.prediction.serving_speed.predict import predict
from advisor.sizing.weights import weigh

W4A16, W8A8, FP8 = "W4A16-INT-gptq-g128", "W8A8-INT", "W8A8-FP-dynamic"


def machine(name: str, n: int = 1, **changes) -> HardwareProfile:
    """A catalogue machine with *n* equal GPUs."""
    gpu = find_gpu(name).gpu(**changes)
    return HardwareProfile(name=name, source="catalogue", gpus=(gpu,) * n)


def serve(
    hardware: HardwareProfile,
    model: str,
    scheme: str,
    concurrency: int = 1,
    prompt: int = 1024,
    output: int = 256,
    room: int | None = 1000,
    confidence: float = 0.9,
    engine: str = "vllm",
) -> Speed:
    """The prediction for all GPUs of *hardware* in one tensor-parallel group."""
    n = len(hardware.gpus)
    placement = Placement(kind="tensor-parallel", n_gpus=n, tensor_parallel=max(1, n), max_concurrency=room)
    profile, chosen = find_model(model), find_scheme(scheme)
    case = Case(
        hardware=hardware,
        model=profile,
        scheme=chosen,
        engine=engine,
        backend="cuda",
        context_tokens=prompt + output,
        confidence=confidence,
    )
    load = Load(prompt_tokens=prompt, output_tokens=output, concurrency=concurrency)
    return predict(case, load, Sized(weights=weigh(profile, chosen), placement=placement))


def rate(*args, **more) -> float:
    """Output tokens per second of all requests."""
    return serve(*args, **more).throughput_tokens_per_s.value


def test_w4a16_leads_for_one_stream_and_w8a8_int_under_load_on_two_a100():
    """Llama-3.1-70B on two A100: fewest bytes win one stream, cheapest arithmetic wins 64 requests."""
    pair = machine("A100 SXM4 80 GB", 2)
    schemes = ("BF16", W8A8, "W8A16-INT", FP8, W4A16)
    fastest = [max(schemes, key=lambda s: rate(pair, "llama-3.1-70b", s, c)) for c in (1, 64)]
    assert fastest == [W4A16, W8A8]


def test_fp8_on_ampere_is_weight_only():
    """Ampere has no FP8 arithmetic: an FP8 checkpoint is served exactly as fast as its weight-only form."""
    pair = machine("A100 SXM4 80 GB", 2)
    assert rate(pair, "llama-3.1-70b", FP8, 64) == pytest.approx(
        rate(pair, "llama-3.1-70b", "W8A16-FP", 64), rel=0.01
    )


@pytest.mark.parametrize("concurrency", [1, 64])
def test_nvfp4_leads_on_blackwell(concurrency):
    """On a B200 the 4-bit format with 4-bit arithmetic is ahead of FP8 and BF16, alone and under load."""
    card = machine("B200")
    schemes = ("BF16", FP8, "NVFP4")
    assert max(schemes, key=lambda s: rate(card, "llama-3.1-70b", s, concurrency)) == "NVFP4"


@pytest.mark.parametrize("scheme", ["BF16", W4A16, W8A8, FP8])
@pytest.mark.parametrize("model", ["llama-3.1-8b", "qwen3-30b-a3b"])
def test_more_requests_never_lower_throughput_nor_speed_up_one_request(model, scheme):
    """Up to what memory holds, total throughput rises with concurrency, and so does the time per token."""
    card = machine("H100 SXM5 80 GB")
    found = [serve(card, model, scheme, c) for c in (1, 2, 3, 4, 5, 8, 16, 64, 200, 1000)]
    throughput = [f.throughput_tokens_per_s.value for f in found]
    tpot = [1 / f.decode_tokens_per_s.value for f in found]
    assert (throughput, tpot) == (sorted(throughput), sorted(tpot))


@pytest.mark.parametrize("concurrency", [1, 32])
def test_longer_prompts_are_never_faster(concurrency):
    """Time to first token, time per token and latency rise with the prompt."""
    card = machine("RTX 4090")
    found = [serve(card, "llama-3.1-8b", W4A16, concurrency, prompt=p) for p in (1, 128, 1024, 4096, 16384)]
    for name in ("time_to_first_token_s", "request_latency_s"):
        values = [getattr(f, name).value for f in found]
        assert values == sorted(values)
    rates = [f.decode_tokens_per_s.value for f in found]
    assert rates == sorted(rates, reverse=True)


def test_more_bandwidth_is_never_slower():
    """The same card with faster memory serves at least as fast."""
    rates = [
        rate(machine("RTX 4090", bandwidth_bytes_per_s=b), "llama-3.1-8b", W4A16, 8)
        for b in (5e11, 1e12, 2e12)
    ]
    assert rates == sorted(rates)


def test_requests_beyond_memory_wait_and_add_no_throughput():
    """With room for 16, 64 requests get the throughput of 16 and four times the latency."""
    card = machine("RTX 4090")
    held, queued = (serve(card, "llama-3.1-8b", W8A8, c, room=16) for c in (16, 64))
    assert queued.throughput_tokens_per_s.value == pytest.approx(held.throughput_tokens_per_s.value)
    assert queued.request_latency_s.value == pytest.approx(4 * held.request_latency_s.value)
    rates = [found.decode_tokens_per_s for found in (held, queued)]
    assert rates[1] == replace(rates[0], evidence=rates[1].evidence)
    assert (
        queued.time_to_first_token_s.value
        > held.time_to_first_token_s.value + 2 * held.request_latency_s.value
    )


@pytest.mark.parametrize("concurrency", [1, 7, 64])
def test_littles_law(concurrency):
    """Requests in the system are their rate times their latency, waiting included, less what a run of many
    loses at its start and its end."""
    found = serve(machine("H100 SXM5 80 GB"), "llama-3.1-8b", "BF16", concurrency, room=20)
    lost = exp(artifact()["coefficients"]["unfilled"] * (1 - 1 / min(20, concurrency)))
    in_system = found.requests_per_s.value * found.request_latency_s.value
    assert in_system * lost == pytest.approx(concurrency)


def test_intervals_hold_the_value_and_widen_with_confidence():
    """low <= value <= high for every figure, and 95 % asks for more room than 80 %."""
    card = machine("H100 SXM5 80 GB")
    wide, narrow = (serve(card, "llama-3.1-8b", FP8, 8, confidence=c) for c in (0.95, 0.8))
    for name in FIGURES:
        a, b = getattr(wide, name), getattr(narrow, name)
        assert a.low < b.low <= b.value <= b.high < a.high


def test_basis_says_what_was_measured():
    """This device with this model is measured; a card nobody measured is extrapolated, and no surer."""
    known = serve(machine("A100 SXM4 80 GB"), "deepseek-r1-distill-llama-8b", W8A8).decode_tokens_per_s
    unknown = serve(machine("RTX 5080"), "llama-3.1-8b", "BF16").decode_tokens_per_s
    assert (known.basis, unknown.basis) == ("measured", "extrapolated")
    assert unknown.high / unknown.low >= 0.999999 * known.high / known.low
    assert any("redhat" in line for line in known.evidence)


def test_first_tokens_of_several_requests_say_that_arrivals_are_not_stated():
    """Of one request there is nothing to wait for, and no other figure asks for it."""
    card = machine("H100 SXM5 80 GB")
    one, many = (serve(card, "llama-3.1-8b", FP8, c) for c in (1, 8))
    said = [
        any("how far apart requests arrive" in line for line in estimate.evidence)
        for estimate in (one.time_to_first_token_s, many.time_to_first_token_s, many.decode_tokens_per_s)
    ]
    assert said == [False, True, False]


def test_a_mixture_of_experts_reads_more_experts_the_more_requests():
    """Experts are read once per step and request: 64 requests touch most of them, one touches a few."""
    card = machine("H100 SXM5 80 GB")
    one, many = (serve(card, "qwen3-30b-a3b", "BF16", c).terms["experts_read_ms"] for c in (1, 64))
    assert 8 < many / one <= 16


def test_without_a_gpu_or_with_weights_in_main_memory_nothing_was_measured():
    """Serving engines are predicted on accelerators that hold the whole model."""
    with pytest.raises(NotMeasuredError):
        serve(HardwareProfile(name="cpu", source="user"), "llama-3.1-8b", "BF16")
    card, profile, scheme = machine("RTX 4090"), find_model("llama-3.1-8b"), find_scheme("BF16")
    case = Case(hardware=card, model=profile, scheme=scheme, engine="vllm", backend="cuda")
    sized = Sized(weights=weigh(profile, scheme), placement=Placement(kind="split", n_gpus=1))
    with pytest.raises(NotMeasuredError):
        predict(case, Load(), sized)


def test_shorter_requests_share_a_paged_cache():
    """Memory that holds one request of 8,192 tokens holds six of 1,280: they run at once, none waits."""
    card, profile, scheme = machine("RTX 4090"), find_model("llama-3.1-8b"), find_scheme(W8A8)
    case = Case(
        hardware=card, model=profile, scheme=scheme, engine="vllm", backend="cuda", context_tokens=8192
    )
    placement = Placement(kind="gpu", n_gpus=1, max_concurrency=1)
    load = Load(prompt_tokens=1024, output_tokens=256, concurrency=6)
    found = predict(case, load, Sized(weights=weigh(profile, scheme), placement=placement))
    assert found.terms["requests_in_flight"] == 6


def test_as_many_as_possible_is_what_memory_and_the_engine_hold():
    """The most requests are those memory holds, and no more than vLLM keeps in flight on that card."""
    card, profile, scheme = machine("RTX 4090"), find_model("llama-3.1-8b"), find_scheme(W8A8)
    case = Case(
        hardware=card, model=profile, scheme=scheme, engine="vllm", backend="cuda", context_tokens=1280
    )
    load = Load(prompt_tokens=1024, output_tokens=256, concurrency=MAX_CONCURRENCY)
    flying = [
        predict(
            case,
            load,
            Sized(
                weights=weigh(profile, scheme),
                placement=Placement(kind="gpu", n_gpus=1, max_concurrency=room),
            ),
        ).terms["requests_in_flight"]
        for room in (40, 4000)
    ]
    assert flying == [40, 256]


def test_unified_memory_is_near_what_was_measured():
    """Qwen3.6-27B in FP8 on a DGX Spark: 7.8 tokens/s were measured, within 20 %."""
    card = machine("DGX Spark")
    rate_of_one = serve(card, "Qwen3.6-27B", FP8, prompt=1024, output=1024).decode_tokens_per_s.value
    assert rate_of_one == pytest.approx(7.8, rel=0.2)


def test_a_mixture_without_shapes_reads_its_active_experts():
    """Mistral-Small-4 (6.5 of 119 B active): nearer to 31 tokens/s measured on a DGX Spark than all weights
    at the bus would allow (4)."""
    found = serve(machine("DGX Spark"), "Mistral-Small-4-119B", "NVFP4").decode_tokens_per_s
    assert found.low < 31.07 < found.high
    assert found.value > 15


def test_artifact_is_small_plain_json_and_the_hot_path_imports_no_numpy():
    """The predictor loads without numpy, and its artifact stays below 400 kB."""
    assert len(json.dumps(artifact())) < 400_000
    code = (
        "import sys, advisor.prediction.serving_speed.predict as s; s.artifact();"
        "print([m for m in ('numpy', 'pandas', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_replicas_serve_as_one_does_with_its_share():
    """Two servers of 32 requests each: twice the rate of one, and the times of one."""
    model, scheme = find_model("llama-3.1-8b"), find_scheme("BF16")
    found = []
    for replicas in (1, 2):
        case = Case(
            hardware=machine("H100 SXM5 80 GB"),
            model=model,
            scheme=scheme,
            engine="vllm",
            backend="cuda",
            context_tokens=1280,
        )
        place = Placement(kind="gpu", n_gpus=1, replicas=replicas, max_concurrency=1000 * replicas)
        load = Load(prompt_tokens=1024, output_tokens=256, concurrency=32 * replicas)
        found.append(predict(case, load, Sized(weights=weigh(model, scheme), placement=place)))
    one, two = found
    assert 2 * one.throughput_tokens_per_s.value == pytest.approx(two.throughput_tokens_per_s.value)
    assert one.time_to_first_token_s.value == pytest.approx(two.time_to_first_token_s.value)
