"""Several requests at once in an engine made for one (llama.cpp, Ollama, MLX): from its single-stream speed.

A step for B sequences takes 1 + growth x (B - 1) single steps, with the growth measured on llama.cpp's
server at two and four requests (a dense model reads its weights once for all; a mixture of experts reads
other experts for every request). Above eight sequences llama.cpp multiplies with the kernels it uses for
prompts (MMVQ_MAX_BATCH_SIZE in ggml/src/ggml-cuda/mmvq.cuh), so a further request costs what a token of a
prompt does.
"""

from __future__ import annotations

from math import exp

from advisor.documents.kinds import Basis
from advisor.documents.outcome import Estimate, Placement
from advisor.documents.requirements import Load
from advisor.errors import NotMeasuredError
from advisor.prediction.artifacts import load as load_artifact
from advisor.prediction.case import Case, Sized
from advisor.prediction.figures import Speed
from advisor.prediction.serving_speed.result import Flight, after, steady
from advisor.sizing.kv_cache import kv_bytes_per_token_read

SMALL_BATCH = 8


def shared(case: Case, load: Load, sized: Sized, alone: Speed) -> Speed:
    """Speed of `load.concurrency` requests kept in flight, from that of one *alone*.

    The interval widens by the spread of the measured growth; beyond the four requests measured the basis is
    `extrapolated`. Memory holds `placement.max_concurrency` of them; the others wait. Raises
    NotMeasuredError where the speed of one alone is not known.
    """
    decode, prefill = alone.decode_tokens_per_s, alone.prefill_tokens_per_s
    if decode is None or prefill is None:
        raise NotMeasuredError(
            "the speed of prompts on this device was never measured, so neither was sharing it"
        )
    concurrency = load.concurrency
    fitted = load_artifact("serving_speed")
    growth = fitted["batched"]["moe" if case.model.is_moe else "dense"]
    held = max(1, min(concurrency, sized.placement.max_concurrency or concurrency))
    prompt, output = max(1, load.prompt_tokens), max(1, load.output_tokens)
    cache_s = _cache_s(case, sized.placement, case.depth_tokens + prompt + output // 2)
    burst = exp(fitted["coefficients"]["burst"])
    ends = {}
    for end, rate, reading_rate, grows in (
        ("value", decode.value, prefill.value, growth[1]),
        ("fast", decode.high, prefill.high, growth[0]),
        ("slow", decode.low, prefill.low, growth[2]),
    ):
        step = _step_s(held, 1 / rate, 1 / reading_rate, grows) + (held - 1) * cache_s
        prompt_s = prompt / reading_rate
        tpot_s = step + (held - 1) * prompt_s / output
        ends[end] = (prompt_s * (1 + burst * (held - 1)) + (step if held > 1 else 0.0), tpot_s)
    basis: Basis = "extrapolated" if held > 4 or decode.basis == "extrapolated" else "interpolated"
    evidence = (
        *decode.evidence,
        f"growth of a step per further request measured {growth[3]} times at 2 and 4 requests",
    )
    if held < concurrency:
        evidence = (*evidence, f"memory holds {held} of {concurrency} requests; the others wait")
    ttft, tpot = (
        Estimate(
            value=ends["value"][i], low=ends["fast"][i], high=ends["slow"][i], basis=basis, evidence=evidence
        )
        for i in (0, 1)
    )
    flight = Flight(held=held, wanted=concurrency, output_tokens=output)
    return steady(
        ttft,
        tpot,
        after(ttft, tpot, output),
        prefill,
        flight,
        {**alone.terms, "growth_per_request": growth[1]},
    )


def _step_s(batch: int, single_s: float, prompt_token_s: float, growth: float) -> float:
    small = single_s * (1 + growth * (min(batch, SMALL_BATCH) - 1))
    return small + max(0, batch - SMALL_BATCH) * prompt_token_s


def _cache_s(case: Case, placement: Placement, depth: int) -> float:
    """Seconds to read one request's KV cache: every further request adds that, and shares nothing."""
    hardware = case.hardware
    on_gpu = hardware.gpus and placement.kind != "cpu"
    bandwidth = (
        min((g.bandwidth_bytes_per_s or 0.0) for g in hardware.gpus)
        if on_gpu
        else hardware.memory.measured_bandwidth_bytes_per_s or hardware.memory.bandwidth_bytes_per_s
    )
    if not bandwidth:
        return 0.0
    share = exp(load_artifact("serving_speed")["coefficients"]["cache-heads"])
    return kv_bytes_per_token_read(case.model, depth, case.kv_type) / (bandwidth * share)
