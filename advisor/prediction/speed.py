"""Speed under one load or a mixture of loads, from whichever predictor knows the engine."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.documents.kinds import BASES
from advisor.documents.outcome import Estimate, Placement
from advisor.documents.requirements import Load
from advisor.errors import NotMeasuredError
from advisor.prediction.case import MAX_CONCURRENCY, Case
from advisor.sizing.weights import Weights

_FIELDS = (
    "decode_tokens_per_s",
    "prefill_tokens_per_s",
    "time_to_first_token_s",
    "request_latency_s",
    "throughput_tokens_per_s",
    "requests_per_s",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """The figures of one load. Decode is per request; throughput counts the output of all requests."""

    decode_tokens_per_s: Estimate | None = None
    prefill_tokens_per_s: Estimate | None = None
    time_to_first_token_s: Estimate | None = None
    request_latency_s: Estimate | None = None
    throughput_tokens_per_s: Estimate | None = None
    requests_per_s: Estimate | None = None
    why_not: str = ""
    """Why there are no figures, when there are none."""


def speed(case: Case, weights: Weights, placement: Placement | None) -> Speed:
    """Predicted speed of *case*; several loads are mixed by their weights (share of requests)."""
    if placement is None:
        return Speed(why_not="no placement")
    try:
        results = [(load, _one(case, load, weights, placement)) for load in case.loads]
    except NotMeasuredError as error:
        return Speed(why_not=str(error))
    if len(results) == 1:
        return results[0][1]
    return _mixture(results)


def _one(case: Case, load: Load, weights: Weights, placement: Placement) -> Speed:
    concurrency = load.concurrency
    if concurrency == MAX_CONCURRENCY:
        concurrency = placement.max_concurrency or 1
    if case.serves:
        return _serving(case, load, concurrency, weights, placement)
    return _local(case, load, concurrency, weights, placement)


def _serving(case: Case, load: Load, concurrency: int, weights: Weights, placement: Placement) -> Speed:
    from advisor.prediction.serving_speed.predict import predict_serving

    found = predict_serving(
        case.hardware,
        case.model,
        weights,
        case.scheme,
        case.engine,
        case.backend,
        placement,
        load.prompt_tokens,
        load.output_tokens,
        concurrency,
        case.kv_type,
        confidence=case.confidence,
    )
    return Speed(
        decode_tokens_per_s=found.decode_tokens_per_s,
        prefill_tokens_per_s=found.prefill_tokens_per_s,
        time_to_first_token_s=found.ttft_s,
        request_latency_s=found.request_latency_s,
        throughput_tokens_per_s=found.throughput_tokens_per_s,
        requests_per_s=found.requests_per_s,
    )


def _local(case: Case, load: Load, concurrency: int, weights: Weights, placement: Placement) -> Speed:
    from advisor.prediction.local_speed.predict import predict_local
    from advisor.prediction.own.evidence import local_effect

    own = local_effect(case.hardware, case.backend, case.model, weights, case.scheme.name, placement)
    depth = load.prompt_tokens + load.output_tokens // 2
    found = predict_local(
        case.hardware,
        case.model,
        weights,
        case.scheme,
        case.engine,
        case.backend,
        placement,
        load.prompt_tokens,
        depth,
        case.kv_type,
        confidence=case.confidence,
        local=own,
    )
    prefill = at_least(found.prefill, found.decode)
    if concurrency > 1 and (found.decode is None or prefill is None):
        return Speed(
            why_not="the speed of prompts on this device was never measured, so neither was sharing it"
        )
    if concurrency > 1:
        from advisor.prediction.serving_speed.predict import batched_speed

        batched = batched_speed(
            found.decode,
            prefill,
            concurrency,
            load.prompt_tokens,
            load.output_tokens,
            hardware=case.hardware,
            model=case.model,
            weights=weights,
            placement=placement,
            kv_type=case.kv_type,
        )
        return Speed(
            decode_tokens_per_s=batched.decode_tokens_per_s,
            prefill_tokens_per_s=batched.prefill_tokens_per_s,
            time_to_first_token_s=batched.ttft_s,
            request_latency_s=batched.request_latency_s,
            throughput_tokens_per_s=batched.throughput_tokens_per_s,
            requests_per_s=batched.requests_per_s,
        )
    return single_stream(found.decode, prefill, load)


def at_least(prefill: Estimate | None, decode: Estimate | None) -> Estimate | None:
    """A prompt can always be read token by token, so prefill is never slower than decode."""
    if prefill is None or decode is None or prefill.value >= decode.value:
        return prefill
    ends = (max(getattr(prefill, end), getattr(decode, end)) for end in ("value", "low", "high"))
    return Estimate.of(ends, prefill.basis, (*prefill.evidence, "no slower than decode"))


def single_stream(decode: Estimate | None, prefill: Estimate | None, load: Load) -> Speed:
    """One request after another: TTFT is the prompt's time, and latency adds the answer's."""
    ttft = _over(load.prompt_tokens, prefill)
    answer = _over(load.output_tokens, decode)
    latency = None
    if ttft is not None and answer is not None:
        latency = Estimate(
            value=ttft.value + answer.value,
            low=ttft.low + answer.low,
            high=ttft.high + answer.high,
            basis=_weaker(ttft.basis, answer.basis),
            evidence=("prompt time + output time",),
        )
    throughput = _over(load.output_tokens, latency) if load.output_tokens else None
    return Speed(
        decode_tokens_per_s=decode,
        prefill_tokens_per_s=prefill,
        time_to_first_token_s=ttft,
        request_latency_s=latency,
        throughput_tokens_per_s=throughput,
        requests_per_s=_over(1, latency),
    )


def _over(amount: float, rate: Estimate | None) -> Estimate | None:
    """amount / rate, with the interval turned round."""
    if rate is None or min(rate.low, rate.value) <= 0:
        return None
    return rate.dividing(amount)


def _weaker(*bases: str) -> str:
    return max(bases, key=BASES.index)


def _mixture(results: list[tuple[Load, Speed]]) -> Speed:
    """Requests drawn from several loads by weight.

    Rates are mixed by the time they take (harmonically), times linearly; lows go with lows and highs with
    highs, since the same machine and model are behind all of them and their errors move together.
    """
    mixed = {}
    for name in _FIELDS:
        parts = [(load, getattr(found, name)) for load, found in results]
        if any(part is None for _, part in parts):
            mixed[name] = None
            continue
        is_time = name.endswith(("_token_s", "latency_s"))
        amounts = [load.weight * _amount(name, load) for load, _ in parts]
        ends = []
        for end in ("value", "low", "high"):
            values = [getattr(part, end) for _, part in parts]
            ends.append(_mean(amounts, values) if is_time else _harmonic(amounts, values))
        evidence = tuple(dict.fromkeys(line for _, part in parts for line in part.evidence))
        mixed[name] = Estimate.of(ends, _weaker(*(part.basis for _, part in parts)), evidence)
    return Speed(**mixed)


def _amount(name: str, load: Load) -> float:
    if name in ("decode_tokens_per_s", "throughput_tokens_per_s"):
        return load.output_tokens
    return load.prompt_tokens if name == "prefill_tokens_per_s" else 1


def _mean(amounts: list[float], values: list[float]) -> float:
    return sum(a * v for a, v in zip(amounts, values, strict=True)) / sum(amounts)


def _harmonic(amounts: list[float], values: list[float]) -> float:
    if min(values) <= 0:
        return 0.0
    return sum(amounts) / sum(a / v for a, v in zip(amounts, values, strict=True))
