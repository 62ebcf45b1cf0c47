"""What users and operators see under a steady load, and how loads are mixed."""

from __future__ import annotations

from dataclasses import dataclass, field

from advisor.documents.outcome import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingSpeed:
    """Figures of one load. Times in seconds, rates per second."""

    ttft_s: Estimate
    """From sending the request to its first token, waiting in line included."""
    tpot_s: Estimate
    decode_tokens_per_s: Estimate
    """Of one request."""
    prefill_tokens_per_s: Estimate
    """Prompt tokens per second of a prompt alone on the machine."""
    throughput_tokens_per_s: Estimate
    """Output tokens of all requests."""
    requests_per_s: Estimate
    request_latency_s: Estimate
    """From sending the request to its last token, waiting in line included."""
    terms: dict[str, float | str] = field(default_factory=dict)
    """The parts of a step in milliseconds, and what was assumed."""


def times(
    ttft: Estimate,
    tpot: Estimate,
    held: int,
    concurrency: int,
    output_tokens: int,
    prefill: Estimate,
    terms: dict[str, float | str],
) -> ServingSpeed:
    """All figures from the time to first token and per token of *held* requests in flight.

    *concurrency* requests are kept up; those memory does not hold wait until one in flight is done, so
    they add to times and nothing to rates. Both times are slow together or fast together.
    """
    wait = max(1.0, concurrency / held)
    service = [t + (output_tokens - 1) * p for t, p in _ends(ttft, tpot)]
    latency = Estimate.of((wait * s for s in service), tpot.basis, tpot.evidence)
    first = [t + (wait - 1.0) * s for (t, _), s in zip(_ends(ttft, tpot), service, strict=True)]
    return ServingSpeed(
        ttft_s=Estimate.of(first, ttft.basis, ttft.evidence),
        tpot_s=tpot,
        decode_tokens_per_s=tpot.dividing(1.0),
        prefill_tokens_per_s=prefill,
        throughput_tokens_per_s=latency.dividing(wait * held * output_tokens),
        requests_per_s=latency.dividing(wait * held),
        request_latency_s=latency,
        terms={**terms, "requests_in_flight": float(held)},
    )


def _ends(first: Estimate, second: Estimate) -> list[tuple[float, float]]:
    return [(first.value, second.value), (first.low, second.low), (first.high, second.high)]
